"""Rewriting the store, so that deleted rows are gone from its files and not only from its answers."""

import logging
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from core.db.work import Database

log = logging.getLogger("hyeondap.database")


def rewrite(database: Database, tables: Sequence[str]) -> bool:
    """Write the store afresh without what was deleted; on PostgreSQL only these tables.

    Call it outside of any transaction. Returns False where a reader still held on to the old state: try again.
    """
    if database.url.startswith("sqlite"):
        return _rewrite_sqlite(database)
    return _rewrite_postgresql(database, tables)


def _rewrite_sqlite(database: Database) -> bool:
    raw = database.write_engine.raw_connection()
    try:
        connection = raw.driver_connection
        if connection is None:
            return False
        connection.execute("VACUUM")
        connection.execute("PRAGMA busy_timeout=200")
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        connection.execute("PRAGMA busy_timeout=5000")
        return not busy
    finally:
        raw.close()


def _rewrite_postgresql(database: Database, tables: Sequence[str]) -> bool:
    engine = database.write_engine.execution_options(isolation_level="AUTOCOMMIT")
    names = ", ".join(engine.dialect.identifier_preparer.quote(name) for name in tables)
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '5s'"))
        try:
            connection.execute(text(f"VACUUM FULL {names}"))
        except OperationalError:
            log.warning("the store could not be rewritten yet: a reader holds on to it")
            return False
        finally:
            connection.execute(text("RESET lock_timeout"))
    return True
