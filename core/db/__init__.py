"""The database: connections, the declarative base and the one place that commits."""
