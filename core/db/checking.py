"""Looking whether a database is whole: its files, its rows among each other, every forum's chain to its head."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, ForeignKeyConstraint, Table, and_, func, inspect, or_, select, text
from sqlalchemy import table as any_table
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from core.db.base import Base
from core.events.log import first_broken
from core.events.models import Entry, Log, Stream
from core.i18n import Message, say

UNREADABLE = (SQLAlchemyError, ValueError, TypeError, KeyError)
MOST_NAMED = 20
Check = Callable[[Session], Iterator[Message]]


@dataclass(frozen=True)
class LogState:
    """A forum's log: how many entries, the hash of the last, the first entry that is not as it was written."""

    log: int
    number: int
    hash: str
    broken: int | None


@dataclass(frozen=True)
class Findings:
    """What was found; whole where `damage` is empty."""

    logs: tuple[LogState, ...]
    damage: tuple[Message, ...]


def check_database(
    engine: Engine, titles: Mapping[int, str], checks: Sequence[Check] = (), *, only: int | None = None
) -> Findings:
    """Look at everything: the store itself, references between rows, logs and streams, and what `checks` look at.

    `titles` says how a forum is called; `only` looks at the log of one forum. Raises `OperationalError` where the database does not answer.
    """
    damage: list[Message] = []
    logs: list[LogState] = []
    try:
        with engine.connect() as connection:
            damage += _guarded(_sqlite if connection.dialect.name == "sqlite" else _postgresql, connection)
            damage += _guarded(_references, connection)
        with Session(engine) as session:
            for state in _states(session, only):
                logs.append(state)
                damage += [_broken(state, titles)] if state.broken is not None else []
                damage += _guarded(_streams, session, state.log)
            for check in checks:
                damage += _guarded(check, session)
    except OperationalError:
        raise
    except DatabaseError as error:
        damage.append(_unreadable(error))
    return Findings(tuple(logs), tuple(damage))


def _broken(state: LogState, titles: Mapping[int, str]) -> Message:
    forum = f"{state.log} {titles.get(state.log, '')}".strip()
    return say("손상: 토론회 %(forum)s: %(entry)s번째 기록", forum=forum, entry=state.broken)


def _unreadable(error: Exception) -> Message:
    return say("손상: 데이터베이스를 읽을 수 없습니다: %(why)s", why=getattr(error, "orig", None) or error)


def _guarded(check: Callable[..., Iterator[Message]], *arguments: object) -> list[Message]:
    """What a check says; that something could not be read is damage too."""
    try:
        return list(check(*arguments))
    except UNREADABLE as error:
        for argument in arguments:
            if isinstance(argument, (Session, Connection)):
                argument.rollback()
        return [_unreadable(error)]


def _sqlite(connection: Connection) -> Iterator[Message]:
    """SQLite's own check of every page, index and constraint; then every table is read, so that it can be named."""
    lines: list[str] = []
    try:
        for (said,) in connection.execute(text("PRAGMA integrity_check")):
            lines.extend(line for line in said.splitlines() if not line.startswith("***"))
    except DatabaseError as error:
        lines.append(str(error.orig))
    if lines == ["ok"]:
        return
    for line in lines[:MOST_NAMED]:
        yield say("손상: %(why)s", why=line)
    for table in sorted(inspect(connection).get_table_names()):
        try:
            for _ in connection.execute(select(text("*")).select_from(any_table(table))):
                pass
        except DatabaseError as error:
            yield say("손상: 표 %(table)s: %(why)s", table=table, why=error.orig)


def _postgresql(connection: Connection) -> Iterator[Message]:
    """Every row of every table is read; then what the server itself knows to be wrong."""
    quote = connection.dialect.identifier_preparer.quote
    for table in sorted(inspect(connection).get_table_names()):
        try:
            cursor = connection.connection.cursor()
            with cursor.copy(f"COPY {quote(table)} TO STDOUT") as rows:
                for _ in rows:
                    pass
        except connection.dialect.loaded_dbapi.Error as error:
            connection.rollback()
            yield say("손상: 표 %(table)s: %(why)s", table=table, why=error)
    invalid = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
    for (index,) in connection.execute(text(invalid)):
        yield say("손상: 색인 %(index)s은(는) 쓸 수 없습니다.", index=index)
    failures = "SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database()"
    if number := connection.scalar(text(failures)):
        yield say("손상: PostgreSQL이 맞지 않는 페이지를 %(number)s번 보았습니다.", number=number)


def _references(connection: Connection) -> Iterator[Message]:
    """Every reference leads to a row."""
    present = set(inspect(connection).get_table_names())
    for table in Base.metadata.sorted_tables:
        for reference in table.foreign_key_constraints:
            if table.name in present and reference.referred_table.name in present:
                yield from _dangling(connection, table, reference)


def _dangling(connection: Connection, table: Table, reference: ForeignKeyConstraint) -> Iterator[Message]:
    target = reference.referred_table.alias("target")
    pairs = [(key.parent, target.c[key.column.name]) for key in reference.elements]
    joined = table.outerjoin(target, and_(*(ours == theirs for ours, theirs in pairs)))
    lost = and_(*(ours.is_not(None) for ours, _ in pairs), or_(*(theirs.is_(None) for _, theirs in pairs)))
    keys = list(table.primary_key.columns)
    for row in connection.execute(select(*keys).select_from(joined).where(lost).order_by(*keys).limit(MOST_NAMED)):
        where = ", ".join(f"{column.name} {value}" for column, value in zip(keys, row, strict=True))
        wanted = f"{', '.join(ours.name for ours, _ in pairs)} → {reference.referred_table.name}"
        yield say("손상: 표 %(table)s(%(row)s): %(why)s이(가) 없습니다.", table=table.name, row=where, why=wanted)


def _states(session: Session, only: int | None) -> Iterator[LogState]:
    kept = {row[0]: (row[1], row[2]) for row in session.execute(select(Log.id, Log.number, Log.hash))}
    written = set(session.scalars(select(Entry.log_id).distinct()))
    for log_id in sorted(written | set(kept) if only is None else {only}):
        number, last = kept.get(log_id, (0, ""))
        yield LogState(log_id, number, last, _first_broken(session, log_id, is_known=log_id in kept))


def _first_broken(session: Session, log_id: int, *, is_known: bool) -> int | None:
    """As `first_broken`, also where an entry cannot be read or the head itself is gone."""
    try:
        broken = first_broken(session, log_id)
    except UNREADABLE:
        session.rollback()
        return _first_unreadable(session, log_id)
    if broken is None and not is_known:
        return 1 + (session.scalar(select(func.max(Entry.number)).where(Entry.log_id == log_id)) or 0)
    return broken


def _first_unreadable(session: Session, log_id: int) -> int:
    number = 1
    while True:
        try:
            if session.get(Entry, (log_id, number)) is None:
                return number
        except UNREADABLE:
            session.rollback()
            return number
        session.expunge_all()
        number += 1


def _streams(session: Session, log_id: int) -> Iterator[Message]:
    """Every stream's numbers are dense up to the last that was given out."""
    counted = select(Entry.stream, func.count(), func.max(Entry.stream_number)).where(Entry.log_id == log_id)
    found = {row[0]: (row[1], row[2]) for row in session.execute(counted.group_by(Entry.stream))}
    heads = {
        row[0]: row[1] for row in session.execute(select(Stream.name, Stream.number).where(Stream.log_id == log_id))
    }
    for name in sorted(found.keys() | heads.keys()):
        number = heads.get(name, 0)
        if found.get(name, (0, 0)) != (number, number):
            yield say("손상: 토론회 %(log)s의 흐름 %(stream)s: 번호가 이어지지 않습니다.", log=log_id, stream=name)


def holds_the_house(engine: Engine) -> bool:
    """Whether there is a database with the tables of the house, be it damaged. Raises `OperationalError`."""
    try:
        with engine.connect() as connection:
            return bool(inspect(connection).has_table(Log.__tablename__))
    except OperationalError:
        raise
    except DatabaseError:
        return True
