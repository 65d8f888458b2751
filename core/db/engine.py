"""Connections: SQLite made durable and strict on every connection, or PostgreSQL by URL."""

import sqlite3
from typing import Any

from sqlalchemy import Engine, create_engine, event

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")


def _prepare_sqlite(engine: Engine, *, writes: bool) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def make_engine(url: str, *, writes: bool) -> Engine:
    """An engine for `url`. On SQLite a writing one begins IMMEDIATE, so that two writers never meet.

    A reading sees one moment from its first question to its last: of itself on SQLite, told so on PostgreSQL.
    """
    if url.startswith("sqlite"):
        engine = create_engine(url, pool_size=1 if writes else 5, max_overflow=0 if writes else 20)
        _prepare_sqlite(engine, writes=writes)
        return engine
    if writes:
        return create_engine(url, pool_pre_ping=True, pool_size=2)
    return create_engine(url, pool_pre_ping=True, pool_size=5, isolation_level="REPEATABLE READ")
