"""Recording events with the change they tell of, numbering them at the flush, reading and verifying the log."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from core import clock
from core.events.event import Event, revive
from core.events.models import Entry, Log, Stream

PENDING = "pending"


@dataclass(frozen=True)
class Recorded:
    """An event with its place in the log."""

    log_id: int
    number: int
    stream: str
    stream_number: int
    at: datetime
    actor: str
    event: Event


@dataclass(frozen=True)
class Head:
    """How far a stream has come: its last number, and the last that went to a material event; 0 before the first."""

    number: int = 0
    material: int = 0

    def after(self, event: Event) -> "Head":
        """The head once `event` has the next number."""
        return Head(self.number + 1, self.number + 1 if event.material else self.material)


NOTHING_YET = Head()


def record(session: Session, log_id: int, actor: str, event: Event) -> None:
    """Note that `event` happened; it gets its number when the transaction is flushed, last of all."""
    session.info.setdefault(PENDING, []).append((log_id, actor, event))


def salted_digest(salt: str, text: str) -> str:
    """The digest of a text that may stand in the log; without its salt it says nothing."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def _canonical(entry: Mapping[str, Any]) -> bytes:
    named = [entry[name] for name in ("log_id", "number", "stream", "stream_number", "kind")]
    moment = entry["at"].astimezone(UTC).isoformat(timespec="microseconds")
    whole = [*named, moment, entry["actor"], entry["payload"]]
    return json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()


def _hash(previous: str, entry: Mapping[str, Any]) -> str:
    return hashlib.sha256(previous.encode() + _canonical(entry)).hexdigest()


def _locked_head(session: Session, log_id: int) -> tuple[int, str]:
    """Number and hash of the last entry; the row is locked until the commit."""
    row = session.connection().execute(_LOG, {"log": log_id}).first()
    if row is None:
        session.connection().execute(insert(_LOGS), [{"id": log_id, "number": 0, "hash": ""}])
        return 0, ""
    return row[0], row[1]


def number_pending(session: Session) -> list[Recorded]:
    """Give the noted events their numbers and hashes; the last step before the commit, under the log's lock."""
    pending: list[tuple[int, str, Event]] = session.info.pop(PENDING, [])
    by_log: defaultdict[int, list[tuple[str, Event]]] = defaultdict(list)
    for log_id, actor, event in pending:
        by_log[log_id].append((actor, event))
    return [recorded for log_id in sorted(by_log) for recorded in _append(session, log_id, by_log[log_id])]


def _append(session: Session, log_id: int, events: list[tuple[str, Event]]) -> list[Recorded]:
    number, chain = _locked_head(session, log_id)
    streams = {event.stream for _, event in events}
    before = stream_heads(session, log_id, sorted(streams))
    at, reached = clock.now(), dict(before)
    entries: list[dict[str, Any]] = []
    for actor, event in events:
        stream = event.stream
        number += 1
        reached[stream] = reached[stream].after(event)
        entry = {"log_id": log_id, "number": number, "stream": stream, "stream_number": reached[stream].number}
        entry |= {"kind": event.kind, "at": at, "actor": actor, "payload": event.payload(), "previous": chain}
        chain = entry["hash"] = _hash(chain, entry)
        entries.append(entry)
    session.connection().execute(_NEW_ENTRIES, entries)
    session.connection().execute(_LOG_REACHED, {"log": log_id, "last": number, "chain": chain})
    _write_heads(session, log_id, before, reached)
    places = zip(entries, events, strict=True)
    return [
        Recorded(log_id, entry["number"], entry["stream"], entry["stream_number"], at, actor, event)
        for entry, (actor, event) in places
    ]


def _write_heads(session: Session, log_id: int, before: dict[str, Head], reached: dict[str, Head]) -> None:
    connection = session.connection()
    new = [{"log_id": log_id, "name": name, **vars(reached[name])} for name in reached if not before[name].number]
    old = [
        {"log": log_id, "stream": name, "last": reached[name].number, "last_material": reached[name].material}
        for name in reached
        if before[name].number
    ]
    if new:
        connection.execute(_NEW_STREAMS, new)
    if old:
        connection.execute(_STREAM_REACHED, old)


_ENTRIES = cast(Table, Entry.__table__)
_WHOLE = ("log_id", "number", "stream", "stream_number", "at", "actor", "kind", "payload")
_RECORDED = select(*(_ENTRIES.c[name] for name in _WHOLE)).where(_ENTRIES.c.log_id == bindparam("log"))
_RECORDED = _RECORDED.limit(bindparam("most"))
_SINCE = _RECORDED.where(_ENTRIES.c.stream == bindparam("stream"), _ENTRIES.c.stream_number > bindparam("last"))
_SINCE = _SINCE.order_by(_ENTRIES.c.stream_number)
_ALL_AFTER = _RECORDED.where(_ENTRIES.c.number > bindparam("last")).order_by(_ENTRIES.c.number)
_AFTER = _ALL_AFTER.where(_ENTRIES.c.kind.in_(bindparam("kinds", expanding=True)))


def _recorded(row: Sequence[Any]) -> Recorded:
    log_id, number, stream, stream_number, at, actor, kind, payload = row
    return Recorded(log_id, number, stream, stream_number, at, actor, revive(kind, payload))


def since(session: Session, log_id: int, stream: str, number: int, limit: int) -> list[Recorded]:
    """Up to `limit` events of a stream after `number`, in order."""
    asked = {"log": log_id, "stream": stream, "last": number, "most": limit}
    return [_recorded(row) for row in session.connection().execute(_SINCE, asked)]


def after(session: Session, log_id: int, number: int, kinds: Sequence[str], limit: int = 500) -> list[Recorded]:
    """Up to `limit` events of the given kinds after a number of the whole log, in order."""
    asked = {"log": log_id, "last": number, "kinds": list(kinds), "most": limit}
    return [_recorded(row) for row in session.connection().execute(_AFTER, asked)]


def all_after(session: Session, log_id: int, number: int, limit: int = 500) -> list[Recorded]:
    """Up to `limit` events of any kind after a number of the whole log, in order."""
    asked = {"log": log_id, "last": number, "most": limit}
    return [_recorded(row) for row in session.connection().execute(_ALL_AFTER, asked)]


def log_numbers(session: Session, logs: Sequence[int] | None) -> dict[int, int]:
    """The last number of each of these logs; of all there are where none are named."""
    wanted = select(Log.id, Log.number)
    if logs is not None:
        wanted = wanted.where(Log.id.in_(logs))
    return {row.id: row.number for row in session.execute(wanted)}


def lock_logs(session: Session, logs: Sequence[int]) -> None:
    """Whoever else changes what these logs tell of waits until this transaction is over."""
    session.connection().execute(_LOGS_LOCKED, {"logs": sorted(logs)})


_LOGS, _STREAMS = cast(Table, Log.__table__), cast(Table, Stream.__table__)
_LOG = select(_LOGS.c.number, _LOGS.c.hash).where(_LOGS.c.id == bindparam("log")).with_for_update()
_LOGS_LOCKED = select(_LOGS.c.id).where(_LOGS.c.id.in_(bindparam("logs", expanding=True))).order_by(_LOGS.c.id)
_LOGS_LOCKED = _LOGS_LOCKED.with_for_update()
_LOG_REACHED = update(_LOGS).where(_LOGS.c.id == bindparam("log"))
_LOG_REACHED = _LOG_REACHED.values(number=bindparam("last"), hash=bindparam("chain"))
_NEW_ENTRIES, _NEW_STREAMS = insert(_ENTRIES), insert(_STREAMS)
_STREAM_REACHED = update(_STREAMS).where(_STREAMS.c.log_id == bindparam("log"), _STREAMS.c.name == bindparam("stream"))
_STREAM_REACHED = _STREAM_REACHED.values(number=bindparam("last"), material=bindparam("last_material"))
_HEADS = select(_STREAMS.c.name, _STREAMS.c.number, _STREAMS.c.material).where(
    _STREAMS.c.log_id == bindparam("log"), _STREAMS.c.name.in_(bindparam("names", expanding=True))
)


def stream_heads(session: Session, log_id: int, names: Sequence[str]) -> dict[str, Head]:
    """How far each named stream has come."""
    rows = session.connection().execute(_HEADS, {"log": log_id, "names": list(names)})
    found = {row[0]: Head(row[1], row[2]) for row in rows}
    return {name: found.get(name, NOTHING_YET) for name in names}


def heads(session: Session, log_id: int, names: Sequence[str]) -> dict[str, int]:
    """The last number of each named stream; 0 where nothing happened yet."""
    return {name: head.number for name, head in stream_heads(session, log_id, names).items()}


def first_broken(session: Session, log_id: int) -> int | None:
    """The number of the first entry whose place or hash is wrong; None where the chain holds to its head."""
    previous, expected = "", 0
    entries = select(Entry).where(Entry.log_id == log_id).order_by(Entry.number).execution_options(yield_per=500)
    with closing(session.scalars(entries)) as chain:
        for entry in chain:
            expected += 1
            if entry.number != expected or entry.previous != previous or entry.hash != _hash(previous, vars(entry)):
                return expected
            previous = entry.hash
    head = session.get(Log, log_id)
    if head is not None and (head.number != expected or head.hash != previous):
        return expected + 1
    return None
