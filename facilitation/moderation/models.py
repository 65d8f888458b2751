"""What was done to proposals at a table, kept so that it can be taken back by whoever did it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base

STEPS_BACK = 10
MOST_TOP = 3


class Deed(StrEnum):
    """An act that can be undone."""

    CAPTURED = "captured"
    REWORDED = "reworded"
    MARKED = "marked"
    MERGED = "merged"
    HIDDEN = "hidden"
    RESTORED = "restored"


class Mark(StrEnum):
    """A mark that a table puts on its proposal."""

    READ_BACK = "read_back"
    DISSENT = "dissent"
    VERBATIM = "verbatim"
    TOP = "top"
    PARKED = "parked"


class TableAct(Base):
    """One act of one person at one table. `before` holds what is needed to take it back, never a text."""

    __tablename__ = "table_acts"
    __table_args__ = (
        CheckConstraint("deed IN ('captured', 'reworded', 'marked', 'merged', 'hidden', 'restored')", name="deed"),
        Index("ix_table_acts_stack", "forum_id", "table_number", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"))
    table_number: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id", ondelete="CASCADE"))
    deed: Mapped[str] = mapped_column(String(10))
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
