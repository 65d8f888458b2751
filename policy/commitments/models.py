"""Departments, commitments, their append-only log, official answers, and what residents say of them.

Whether something is late is computed from the calendar and never stored.
"""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Base
from policy.commitments.states import (
    NEEDS_DATE,
    NEEDS_DEPARTMENT,
    NEEDS_EVIDENCE,
    NEEDS_PLAN,
    NEEDS_REASON,
    CommitmentState,
    ReasonCode,
)


def _in(column: str, values: Iterable[str]) -> str:
    return f"{column} IN (" + ", ".join(f"'{value}'" for value in values) + ")"


class Department(Base):
    """Who undertakes things. `teams` are `[Korean, English]` pairs; one no longer `active` takes nothing new."""

    __tablename__ = "departments"

    id: Mapped[int] = mapped_column(primary_key=True)
    name_ko: Mapped[str] = mapped_column(String(60), unique=True)
    name_en: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    teams: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    active: Mapped[bool] = mapped_column(default=True)


class Commitment(Base):
    """Something a department undertakes; `number` stands in its public address.

    `answer_due_on` is when the answer is due, `answered_on` when it was given, `due_on` when the work is to be
    finished, `done_on` when it was. `expected_on` is a new day told after the promised one had passed: it moves
    nothing. `paused_on` is since when the clock stands still. The reason is that of the present state.
    """

    __tablename__ = "commitments"
    __table_args__ = (
        CheckConstraint(_in("state", CommitmentState), name="state"),
        CheckConstraint(f"NOT {_in('state', NEEDS_REASON)} OR reason_ko <> ''", name="reason"),
        CheckConstraint("state <> 'declined' OR reason_code IS NOT NULL", name="declined_reason_code"),
        CheckConstraint(f"reason_code IS NULL OR {_in('reason_code', ReasonCode)}", name="reason_code"),
        CheckConstraint(f"NOT {_in('state', NEEDS_PLAN)} OR due_on IS NOT NULL", name="planned_date"),
        CheckConstraint(f"NOT {_in('state', NEEDS_DEPARTMENT)} OR department_id IS NOT NULL", name="department"),
        CheckConstraint("(state = 'done') = (done_on IS NOT NULL)", name="done_on"),
        CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into"),
        CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", name="merged_elsewhere"),
        CheckConstraint("(state = 'needs_info') = (paused_on IS NOT NULL)", name="paused"),
        CheckConstraint("extensions BETWEEN 0 AND 2", name="extensions"),
        CheckConstraint("number > 0", name="number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(unique=True)
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("themes.id", ondelete="SET NULL"), index=True)
    title_ko: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(160), default="")
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id", ondelete="RESTRICT"), index=True)
    team: Mapped[str] = mapped_column(String(60), default="")
    text_ko: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(12), default=CommitmentState.RECEIVED)
    reason_code: Mapped[str | None] = mapped_column(String(12))
    reason_ko: Mapped[str] = mapped_column(String(500), default="")
    reason_en: Mapped[str] = mapped_column(String(700), default="")
    extensions: Mapped[int] = mapped_column(default=0)
    received_on: Mapped[date]
    answer_due_on: Mapped[date]
    answered_on: Mapped[date | None]
    due_on: Mapped[date | None]
    done_on: Mapped[date | None]
    expected_on: Mapped[date | None]
    paused_on: Mapped[date | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("commitments.id", ondelete="CASCADE"))
    created_by: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]
    department: Mapped[Department | None] = relationship()


class CommitmentEntry(Base):
    """One line of a commitment's log: written once, never edited. The same state again is a further note."""

    __tablename__ = "commitment_entries"
    __table_args__ = (
        CheckConstraint(_in("state", CommitmentState), name="state"),
        CheckConstraint(f"NOT {_in('state', NEEDS_REASON)} OR reason_ko <> ''", name="reason"),
        CheckConstraint("state <> 'declined' OR reason_code IS NOT NULL", name="declined_reason_code"),
        CheckConstraint(f"reason_code IS NULL OR {_in('reason_code', ReasonCode)}", name="reason_code"),
        CheckConstraint(f"again OR NOT {_in('state', NEEDS_DATE)} OR new_due_on IS NOT NULL", name="date"),
        CheckConstraint(f"again OR NOT {_in('state', NEEDS_EVIDENCE)} OR evidence <> ''", name="evidence"),
        CheckConstraint("state <> 'transferred' OR handed_to <> ''", name="handed_to"),
        Index("ix_commitment_entries_commitment", "commitment_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitments.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(12))
    again: Mapped[bool] = mapped_column(default=False)
    reason_code: Mapped[str | None] = mapped_column(String(12))
    reason_ko: Mapped[str] = mapped_column(String(500), default="")
    reason_en: Mapped[str] = mapped_column(String(700), default="")
    new_due_on: Mapped[date | None]
    evidence: Mapped[str] = mapped_column(String(500), default="")
    handed_to: Mapped[str] = mapped_column(String(120), default="")
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(40))


class OfficialResponse(Base):
    """What the city says, never edited: a correction is a new row that names the one it `corrects_id`.

    `decision` is the commitment's state when it was said.
    """

    __tablename__ = "official_responses"
    __table_args__ = (
        CheckConstraint(_in("decision", CommitmentState), name="decision"),
        CheckConstraint("text_ko <> ''", name="text"),
        Index("ix_official_responses_commitment", "commitment_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitments.id", ondelete="CASCADE"))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("official_responses.id", ondelete="CASCADE"))
    decision: Mapped[str] = mapped_column(String(12))
    text_ko: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(40))


class ResponseFeedback(Base):
    """Whether an answer was enough for one resident, by the seat of the receipt; a question where it was not."""

    __tablename__ = "response_feedback"
    __table_args__ = (
        UniqueConstraint("response_id", "seat_id"),
        CheckConstraint("NOT enough OR question = ''", name="question"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("official_responses.id", ondelete="CASCADE"))
    seat_id: Mapped[int] = mapped_column(ForeignKey("seats.id", ondelete="CASCADE"), index=True)
    enough: Mapped[bool]
    question: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime]
