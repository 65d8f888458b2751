"""Recording events with the change they tell of, numbering them at the flush, reading and verifying the log."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from core import clock
from core.events.event import Event, revive
from core.events.models import Entry, Log, Stream


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


def record(session: Session, log_id: int, actor: str, event: Event) -> None:
    """Note that `event` happened; it gets its number when the transaction is flushed, last of all."""
    session.info.setdefault("pending", []).append((log_id, actor, event))


def salted_digest(salt: str, text: str) -> str:
    """The digest of a text that may stand in the log; without its salt it says nothing."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def _canonical(entry: Entry) -> bytes:
    fields = [entry.log_id, entry.number, entry.stream, entry.stream_number, entry.kind]
    moment = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return json.dumps([*fields, moment, entry.actor, entry.payload], sort_keys=True, ensure_ascii=False).encode()


def _hash(previous: str, entry: Entry) -> str:
    return hashlib.sha256(previous.encode() + _canonical(entry)).hexdigest()


def _locked_log(session: Session, log_id: int) -> Log:
    head = session.scalars(select(Log).where(Log.id == log_id).with_for_update()).one_or_none()
    if head is None:
        head = Log(id=log_id, number=0, hash="")
        session.add(head)
        session.flush()
    return head


def _stream_heads(session: Session, log_id: int, names: set[str]) -> dict[str, Stream]:
    rows = session.scalars(select(Stream).where(Stream.log_id == log_id, Stream.name.in_(names)))
    heads = {row.name: row for row in rows}
    for name in names - heads.keys():
        heads[name] = Stream(log_id=log_id, name=name, number=0)
        session.add(heads[name])
    return heads


def number_pending(session: Session) -> list[Recorded]:
    """Give the noted events their numbers and hashes; the last step before the commit, under the log's lock."""
    pending: list[tuple[int, str, Event]] = session.info.pop("pending", [])
    by_log: defaultdict[int, list[tuple[str, Event]]] = defaultdict(list)
    for log_id, actor, event in pending:
        by_log[log_id].append((actor, event))
    recorded: list[Recorded] = []
    for log_id in sorted(by_log):
        head = _locked_log(session, log_id)
        heads = _stream_heads(session, log_id, {event.stream for _, event in by_log[log_id]})
        for actor, event in by_log[log_id]:
            recorded.append(_append(session, head, heads[event.stream], actor, event))
    return recorded


def _append(session: Session, head: Log, stream: Stream, actor: str, event: Event) -> Recorded:
    head.number += 1
    stream.number += 1
    entry = Entry(
        log_id=head.id,
        number=head.number,
        stream=stream.name,
        stream_number=stream.number,
        kind=event.kind,
        at=clock.now(),
        actor=actor,
        payload=event.payload(),
        previous=head.hash,
    )
    entry.hash = head.hash = _hash(head.hash, entry)
    session.add(entry)
    return _recorded(entry)


def _recorded(entry: Entry) -> Recorded:
    event = revive(entry.kind, entry.payload)
    return Recorded(entry.log_id, entry.number, entry.stream, entry.stream_number, entry.at, entry.actor, event)


def since(session: Session, log_id: int, stream: str, number: int, limit: int) -> list[Recorded]:
    """Up to `limit` events of a stream after `number`, in order."""
    wanted = select(Entry).where(Entry.log_id == log_id, Entry.stream == stream, Entry.stream_number > number)
    return [_recorded(entry) for entry in session.scalars(wanted.order_by(Entry.stream_number).limit(limit))]


def after(session: Session, log_id: int, number: int, kinds: Sequence[str], limit: int = 500) -> list[Recorded]:
    """Up to `limit` events of the given kinds after a number of the whole log, in order."""
    wanted = select(Entry).where(Entry.log_id == log_id, Entry.number > number, Entry.kind.in_(kinds))
    return [_recorded(entry) for entry in session.scalars(wanted.order_by(Entry.number).limit(limit))]


_HEADS = select(Stream.name, Stream.number).where(
    Stream.log_id == bindparam("log"), Stream.name.in_(bindparam("names", expanding=True))
)


def heads(session: Session, log_id: int, names: Sequence[str]) -> dict[str, int]:
    """The last number of each named stream; 0 where nothing happened yet."""
    rows = session.execute(_HEADS, {"log": log_id, "names": list(names)})
    found = {name: number for name, number in rows}  # noqa: C416 - rows are not plain pairs
    return {name: found.get(name, 0) for name in names}


def first_broken(session: Session, log_id: int) -> int | None:
    """The number of the first entry whose place or hash is wrong; None where the chain holds to its head."""
    previous, expected = "", 0
    for entry in session.scalars(select(Entry).where(Entry.log_id == log_id).order_by(Entry.number)):
        expected += 1
        if entry.number != expected or entry.previous != previous or entry.hash != _hash(previous, entry):
            return expected
        previous = entry.hash
    head = session.get(Log, log_id)
    if head is not None and (head.number != expected or head.hash != previous):
        return expected + 1
    return None
