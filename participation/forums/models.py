"""A forum, its agenda of segments, and the clock that the whole room follows."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Base


class ForumState(StrEnum):
    """The life of a forum: being designed, announced, in the hall, over."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    LIVE = "live"
    CLOSED = "closed"


class SegmentKind(StrEnum):
    """What a step of the agenda is."""

    WELCOME = "welcome"
    BRIEFING = "briefing"
    TABLE_ROUND = "table_round"
    THEME_CHECK = "theme_check"
    OPEN_MICROPHONE = "open_microphone"
    SHARE_BACK = "share_back"
    PLENARY_BALLOT = "plenary_ballot"
    SURVEY = "survey"
    BREAK = "break"


class Act(StrEnum):
    """What residents can do in a segment."""

    PROPOSE = "propose"
    TAKE_STANCE = "take_stance"
    SPEAK = "speak"


OPEN_ACTS: dict[SegmentKind, frozenset[Act]] = {
    SegmentKind.TABLE_ROUND: frozenset({Act.PROPOSE, Act.TAKE_STANCE, Act.SPEAK}),
    SegmentKind.THEME_CHECK: frozenset({Act.PROPOSE}),
    SegmentKind.OPEN_MICROPHONE: frozenset({Act.PROPOSE, Act.SPEAK}),
}
LOOKS_AT_THEMES = (SegmentKind.THEME_CHECK, SegmentKind.SHARE_BACK)


def _in(column: str, values: type[StrEnum]) -> str:
    return f"{column} IN ('" + "', '".join(values) + "')"


class Forum(Base):
    """One event with its whole life. `held_on` is the city's calendar day of `starts_at`.

    The clock: while running, `ends_at` is when the current segment ends; while paused, `seconds_left` is what
    was left. Neither is set before the start and after the close.
    """

    __tablename__ = "forums"
    __table_args__ = (
        UniqueConstraint("id", "held_on"),
        CheckConstraint(_in("state", ForumState), name="state"),
        CheckConstraint("tables BETWEEN 1 AND 200", name="tables"),
        CheckConstraint("seats_per_table BETWEEN 2 AND 20", name="seats_per_table"),
        CheckConstraint("ends_at IS NULL OR seconds_left IS NULL", name="one_clock"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    title_ko: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(160), default="")
    question_ko: Mapped[str] = mapped_column(String(200))
    question_en: Mapped[str] = mapped_column(String(240), default="")
    summary_ko: Mapped[str] = mapped_column(String(400), default="")
    summary_en: Mapped[str] = mapped_column(String(500), default="")
    place_ko: Mapped[str] = mapped_column(String(120))
    place_en: Mapped[str] = mapped_column(String(160), default="")
    ground_rules_ko: Mapped[str] = mapped_column(Text, default="")
    ground_rules_en: Mapped[str] = mapped_column(Text, default="")
    next_steps_ko: Mapped[str] = mapped_column(Text, default="")
    next_steps_en: Mapped[str] = mapped_column(Text, default="")
    starts_at: Mapped[datetime]
    held_on: Mapped[date]
    planned_minutes: Mapped[int] = mapped_column(default=120)
    tables: Mapped[int]
    seats_per_table: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default=ForumState.DRAFT)
    code: Mapped[str] = mapped_column(String(6), unique=True)
    join_token: Mapped[str] = mapped_column(String(32), unique=True)
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id", use_alter=True, ondelete="SET NULL"))
    ends_at: Mapped[datetime | None]
    seconds_left: Mapped[int | None]
    started_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    segments: Mapped[list["Segment"]] = relationship(
        back_populates="forum",
        foreign_keys="Segment.forum_id",
        order_by="Segment.position",
        cascade="all, delete-orphan",
    )


class Segment(Base):
    """One step of the agenda. `started_at` and `ended_at` are what really happened (the latest time through)."""

    __tablename__ = "segments"
    __table_args__ = (
        CheckConstraint(_in("kind", SegmentKind), name="kind"),
        CheckConstraint("minutes BETWEEN 1 AND 240", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    title_ko: Mapped[str] = mapped_column(String(80))
    title_en: Mapped[str] = mapped_column(String(120), default="")
    question_ko: Mapped[str] = mapped_column(String(200), default="")
    question_en: Mapped[str] = mapped_column(String(240), default="")
    minutes: Mapped[int]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    forum: Mapped[Forum] = relationship(back_populates="segments", foreign_keys=[forum_id])
    guidance: Mapped[list["GuidanceLine"]] = relationship(
        back_populates="segment", order_by="GuidanceLine.position", cascade="all, delete-orphan"
    )


class GuidanceLine(Base):
    """A line that a facilitator can read aloud, for one step within a segment."""

    __tablename__ = "guidance_lines"
    __table_args__ = (CheckConstraint("seconds BETWEEN 0 AND 14400", name="seconds"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segments.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    line_ko: Mapped[str] = mapped_column(String(300))
    line_en: Mapped[str] = mapped_column(String(400), default="")
    seconds: Mapped[int] = mapped_column(default=0)
    segment: Mapped[Segment] = relationship(back_populates="guidance")


class AgendaBefore(Base):
    """The agenda as it stood before its last change, so that the change can be taken back."""

    __tablename__ = "agendas_before"

    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    at: Mapped[datetime]
