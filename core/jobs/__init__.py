"""Slow work outside the serving process, and followers of the event log."""
