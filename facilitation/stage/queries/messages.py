"""Reading messages from the stage: which tables have heard them, and what a table has still to hear."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitation.stage.models import MessageAck, StageMessage
from participation.forums.models import Forum

SHOWN = 12


@dataclass(frozen=True)
class MessageView:
    """A message as the stage lists it. `table` is None for all; `missing` are the tables that have not heard it."""

    id: int
    table: int | None
    text: str
    at: datetime
    tables: int
    missing: tuple[int, ...]

    @property
    def heard(self) -> int:
        return self.tables - len(self.missing)


def messages(session: Session, forum_id: int) -> list[MessageView]:
    """The last messages of a forum, the newest first."""
    tables = session.get_one(Forum, forum_id).tables
    wanted = select(StageMessage).where(StageMessage.forum_id == forum_id).order_by(StageMessage.id.desc())
    rows = session.scalars(wanted.limit(SHOWN)).all()
    heard: defaultdict[int, set[int]] = defaultdict(set)
    acks = select(MessageAck.message_id, MessageAck.table_number)
    for message_id, table in session.execute(acks.where(MessageAck.message_id.in_([row.id for row in rows]))):
        heard[message_id].add(table)
    return [_view(row, tables, heard[row.id]) for row in rows]


def _view(row: StageMessage, tables: int, heard: set[int]) -> MessageView:
    asked = [row.table_number] if row.table_number is not None else list(range(1, tables + 1))
    missing = tuple(table for table in asked if table not in heard)
    return MessageView(row.id, row.table_number, row.text, row.at, len(asked), missing)


@dataclass(frozen=True)
class Unheard:
    """A message that a table has not confirmed yet."""

    id: int
    table: int
    text: str
    at: datetime
    is_for_all: bool


def unheard(session: Session, forum_id: int, table: int) -> list[Unheard]:
    """What a table has still to hear, the oldest first."""
    acked = select(MessageAck.message_id).where(MessageAck.table_number == table)
    wanted = (
        select(StageMessage)
        .where(
            StageMessage.forum_id == forum_id,
            StageMessage.table_number.is_(None) | (StageMessage.table_number == table),
            StageMessage.id.not_in(acked),
        )
        .order_by(StageMessage.id)
    )
    return [Unheard(row.id, table, row.text, row.at, row.table_number is None) for row in session.scalars(wanted)]
