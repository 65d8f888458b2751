"""Transactions that change what readings keep, and record no material event: nobody would read anew."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy
from sqlalchemy import Engine

from core.events.event import EVENT_TYPES

KEPT_BY_READERS = {
    "forums",
    "segments",
    "guidance_lines",
    "proposals",
    "proposal_versions",
    "placements",
    "turns",
    "hand_raises",
    "table_steps",
    "ballots",
    "ballot_options",
    "survey_done",
}
_WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)")
_allowed: list[bool] = []


def _tells(parameters: Any) -> bool:
    """Whether among what is put into the log there is a material event."""
    if isinstance(parameters, str):
        return parameters in EVENT_TYPES and EVENT_TYPES[parameters].material
    if isinstance(parameters, dict):
        return _tells(list(parameters.values()))
    return isinstance(parameters, Iterable) and any(_tells(one) for one in parameters)


@contextmanager
def allowed() -> Iterator[None]:
    """Inside, things may be put there without a word: as if they had always been."""
    _allowed.append(True)
    try:
        yield
    finally:
        _allowed.pop()


def watch(engine: Engine) -> list[str]:
    """The list to which every silent transaction of this engine is added from now on."""
    silent: list[str] = []

    @sqlalchemy.event.listens_for(engine, "before_cursor_execute")
    def note(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        written = _WRITES.match(statement)
        if written and (written[1] != "log_entries" or _tells(parameters)):
            connection.info.setdefault("written", set()).add(written[1])

    @sqlalchemy.event.listens_for(engine, "commit")
    def check(connection: Any) -> None:
        written = connection.info.pop("written", set())
        changed = written & KEPT_BY_READERS
        if changed and "log_entries" not in written and not _allowed:
            silent.append(", ".join(sorted(changed)))

    @sqlalchemy.event.listens_for(engine, "rollback")
    def drop(connection: Any) -> None:
        connection.info.pop("written", None)

    return silent
