"""The kernel: people, permissions, the event log and the wire. It knows nothing of forums."""
