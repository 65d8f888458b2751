"""The event log: what happened in a forum, in order, in a chain that can be verified."""
