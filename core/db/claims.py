"""Claims: what one of several servers does at a time. One that dies, or loses the database, holds nothing any more."""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

log = logging.getLogger("hyeondap.database")


def _number(parts: tuple[object, ...]) -> int:
    """A name as the number that PostgreSQL locks by: 64 bits with a sign."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


class Claims:
    """Claims by name, over PostgreSQL's advisory locks; on SQLite, which one server has for itself, each is free."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine if engine.dialect.name == "postgresql" else None

    @contextmanager
    def hold(self, *name: object, waits: bool = False) -> Iterator[bool]:
        """Whether the claim is held inside: not where another holds it, unless one `waits` until it is free."""
        if self._engine is None:
            yield True
            return
        number = _number(name)
        with self._engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            if waits:
                connection.execute(select(func.pg_advisory_lock(number)))
            held = waits or bool(connection.scalar(select(func.pg_try_advisory_lock(number))))
            try:
                yield held
            finally:
                if held:
                    self._give_back(connection, number)

    @staticmethod
    def _give_back(connection: Connection, number: int) -> None:
        try:
            connection.execute(select(func.pg_advisory_unlock(number)))
        except DBAPIError as error:
            log.warning("a claim went with its connection: %s", error.orig)
            connection.invalidate()
