"""Certificates, and who may be put on a table."""
