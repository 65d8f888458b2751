"""A table while it talks: turns and their clock, raised hands, calls for help, the line its facilitator is on."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db.base import Base

TURN_SECONDS = 120
MORE_SECONDS = 30
LONGEST_TURN = 1800


class TurnState(StrEnum):
    """Speaking; the clock held; over."""

    SPEAKING = "speaking"
    PAUSED = "paused"
    DONE = "done"


class TurnMode(StrEnum):
    """How the next speaker is found: round the table, in the order of hands, freely."""

    ROUND = "round"
    HANDS = "hands"
    FREE = "free"


class HelpReason(StrEnum):
    """Why a table calls for help."""

    DISPUTE = "dispute"
    DEVICE = "device"
    FACT = "fact"
    HEALTH = "health"


class HelpState(StrEnum):
    """Called; somebody is on the way; solved; taken back by the table."""

    CALLED = "called"
    COMING = "coming"
    SOLVED = "solved"
    CANCELLED = "cancelled"


class Turn(Base):
    """One person's turn. While speaking `ends_at` is when the allowed seconds are over; it may pass.

    `spoken` holds the seconds that count once the clock is held or the turn is over.
    """

    __tablename__ = "turns"
    __table_args__ = (
        CheckConstraint("state IN ('speaking', 'paused', 'done')", name="state"),
        CheckConstraint("(state = 'speaking') = (ends_at IS NOT NULL)", name="clock_runs"),
        CheckConstraint("(state = 'done') = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("allowed > 0 AND spoken >= 0", name="seconds"),
        Index(
            "uq_turns_one_running",
            "forum_id",
            "table_number",
            unique=True,
            sqlite_where=text("state != 'done'"),
            postgresql_where=text("state != 'done'"),
        ),
        Index("ix_turns_seat", "seat_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"))
    table_number: Mapped[int]
    seat_id: Mapped[int] = mapped_column(ForeignKey("seats.id", ondelete="CASCADE"))
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(8), default=TurnState.SPEAKING)
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    allowed: Mapped[int] = mapped_column(default=TURN_SECONDS)
    spoken: Mapped[int] = mapped_column(default=0)

    def seconds_at(self, moment: datetime | None = None) -> int:
        """The seconds spoken up to a moment (now where none is given); one that was forgotten counts half an hour."""
        if self.ends_at is None:
            return self.spoken
        left = (self.ends_at - (moment or clock.now())).total_seconds()
        return min(LONGEST_TURN, max(0, round(self.allowed - left)))


class HandRaise(Base):
    """A hand that was raised in a segment; up while `lowered_at` is not set."""

    __tablename__ = "hand_raises"
    __table_args__ = (
        Index(
            "uq_hand_raises_one_up",
            "seat_id",
            unique=True,
            sqlite_where=text("lowered_at IS NULL"),
            postgresql_where=text("lowered_at IS NULL"),
        ),
        Index("ix_hand_raises_table", "forum_id", "table_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"))
    table_number: Mapped[int]
    seat_id: Mapped[int] = mapped_column(ForeignKey("seats.id", ondelete="CASCADE"))
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id", ondelete="SET NULL"))
    raised_at: Mapped[datetime]
    lowered_at: Mapped[datetime | None]


class HelpCall(Base):
    """A table's call for help; `comer` is the name of who is on the way, since `coming_at`."""

    __tablename__ = "help_calls"
    __table_args__ = (
        CheckConstraint("reason IN ('dispute', 'device', 'fact', 'health')", name="reason"),
        CheckConstraint("state IN ('called', 'coming', 'solved', 'cancelled')", name="state"),
        CheckConstraint("state != 'coming' OR (comer IS NOT NULL AND coming_at IS NOT NULL)", name="comer"),
        Index(
            "uq_help_calls_one_open",
            "forum_id",
            "table_number",
            unique=True,
            sqlite_where=text("state IN ('called', 'coming')"),
            postgresql_where=text("state IN ('called', 'coming')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"))
    table_number: Mapped[int]
    reason: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(10), default=HelpState.CALLED)
    comer: Mapped[str | None] = mapped_column(String(40))
    called_at: Mapped[datetime]
    coming_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class TableStep(Base):
    """How a table is being run: its mode of turns, and the line chosen by hand in a segment.

    Without a line chosen in the present segment the line follows the time that has gone by.
    """

    __tablename__ = "table_steps"
    __table_args__ = (
        CheckConstraint("mode IN ('round', 'hands', 'free')", name="mode"),
        CheckConstraint("line >= 0", name="line"),
    )

    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"), primary_key=True)
    table_number: Mapped[int] = mapped_column(primary_key=True)
    mode: Mapped[str] = mapped_column(String(6), default=TurnMode.ROUND)
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id", ondelete="SET NULL"))
    line: Mapped[int] = mapped_column(default=0)
