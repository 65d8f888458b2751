"""The stage: what the screen shows where the host chose it, messages to the tables, and who has heard them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base

LONGEST_MESSAGE = 200
BEFORE_START = 0
AFTER_CLOSE = -1


class ScreenView(StrEnum):
    """What the screen can show."""

    JOIN = "join"
    QUESTION = "question"
    THEMES = "themes"
    BALLOT = "ballot"
    RESULT = "result"
    THANKS = "thanks"


class ScreenState(Base):
    """The host's choice of view. It holds for the segment in which it was made; then the screen follows again.

    `segment` is that segment's id, `BEFORE_START` or `AFTER_CLOSE`. `ballot_id` is None for the one opened last.
    """

    __tablename__ = "screen_states"
    __table_args__ = (
        CheckConstraint("view IN ('join', 'question', 'themes', 'ballot', 'result', 'thanks')", name="view"),
    )

    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"), primary_key=True)
    view: Mapped[str] = mapped_column(String(10))
    ballot_id: Mapped[int | None]
    segment: Mapped[int]
    updated: Mapped[datetime]


class StageMessage(Base):
    """A message from the stage to all tables, or to one."""

    __tablename__ = "stage_messages"
    __table_args__ = (CheckConstraint("table_number IS NULL OR table_number >= 1", name="table_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"), index=True)
    table_number: Mapped[int | None]
    text: Mapped[str] = mapped_column(String(LONGEST_MESSAGE))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(40))


class MessageAck(Base):
    """That a table has heard a message."""

    __tablename__ = "message_acks"

    message_id: Mapped[int] = mapped_column(ForeignKey("stage_messages.id", ondelete="CASCADE"), primary_key=True)
    table_number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(40))
