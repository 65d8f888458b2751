"""A store that takes nothing for a while, in the way each database says so itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from core.db.work import Database


@contextmanager
def read_only(database: Database) -> Iterator[None]:
    """Inside, nothing can be written; reading goes on."""
    engine = database.write_engine
    if database.url.startswith("sqlite"):
        _pragma(database, "query_only=ON")
        try:
            yield
        finally:
            _pragma(database, "query_only=OFF")
        return

    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    event.listen(engine, "begin", on_begin)
    try:
        yield
    finally:
        event.remove(engine, "begin", on_begin)


def _pragma(database: Database, setting: str) -> None:
    """On the one connection that writes."""
    raw = database.write_engine.raw_connection()
    try:
        raw.cursor().execute(f"PRAGMA {setting}")
    finally:
        raw.close()
