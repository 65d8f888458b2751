"""The host's run of show, the projector and messages to tables."""
