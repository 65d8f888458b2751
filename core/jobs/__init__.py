"""Slow work: in a child process, outside any transaction; and followers that read the log after each commit."""
