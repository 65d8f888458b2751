"""Themes of a forum, where each proposal stands among them, what was frozen, and what analysts did."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Base

LONGEST_LABEL = 60
LONGEST_REPORT = 200


class ThemeState(StrEnum):
    """In use; part of another one; given up."""

    ACTIVE = "active"
    MERGED = "merged"
    DROPPED = "dropped"


class PlacedBy(StrEnum):
    """Who said where a proposal stands; a person's word is never overruled."""

    MACHINE = "machine"
    PERSON = "person"


class PlacementReason(StrEnum):
    """Why a proposal stands where it does, or nowhere."""

    NEAR = "near"
    NOTHING_NEAR = "nothing_near"
    BETWEEN = "between"


class Theme(Base):
    """A group of proposals that say something alike. `pinned`: the machine neither renames nor drops it."""

    __tablename__ = "themes"
    __table_args__ = (
        CheckConstraint("origin IN ('machine', 'person')", name="origin"),
        CheckConstraint("state IN ('active', 'merged', 'dropped')", name="state"),
        CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"), index=True)
    label_ko: Mapped[str] = mapped_column(String(120))
    label_en: Mapped[str] = mapped_column(String(160), default="")
    origin: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8), default=ThemeState.ACTIVE)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("themes.id", ondelete="CASCADE"))
    pinned: Mapped[bool] = mapped_column(default=False)
    reviewed: Mapped[bool] = mapped_column(default=False)
    quote_proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id", ondelete="SET NULL"))
    position: Mapped[int] = mapped_column(default=0)
    terms: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime]


class ThemePlacement(Base):
    """Where one proposal stands. `theme_id` is None for "cannot tell"; `second_theme_id` where it belongs to two.

    `choices` are the two nearest themes with their shares, `words` the words that pull to the first with theirs,
    `nearest` the proposals that say nearly the same. `version` is the wording that was read. `agree`, `disagree`
    and `answered` are the stances as the desk last took them over. `read` once an analyst has seen to it.
    """

    __tablename__ = "theme_placements"
    __table_args__ = (
        CheckConstraint("placed_by IN ('machine', 'person')", name="placed_by"),
        CheckConstraint("reason IN ('near', 'nothing_near', 'between')", name="reason"),
        CheckConstraint("second_theme_id IS NULL OR second_theme_id != theme_id", name="two_themes"),
        CheckConstraint("second_theme_id IS NULL OR theme_id IS NOT NULL", name="first_before_second"),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
        Index("ix_theme_placements_forum", "forum_id", "theme_id"),
    )

    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"))
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("themes.id", ondelete="SET NULL"))
    second_theme_id: Mapped[int | None] = mapped_column(ForeignKey("themes.id", ondelete="SET NULL"), index=True)
    confidence: Mapped[float] = mapped_column(default=0.0)
    reason: Mapped[str] = mapped_column(String(12), default=PlacementReason.NOTHING_NEAR)
    placed_by: Mapped[str] = mapped_column(String(8), default=PlacedBy.MACHINE)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    read: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    choices: Mapped[list[list[float]]] = mapped_column(JSON, default=list)
    words: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)
    nearest: Mapped[list[int]] = mapped_column(JSON, default=list)
    agree: Mapped[int] = mapped_column(default=0)
    disagree: Mapped[int] = mapped_column(default=0)
    answered: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]


class ThemeVersion(Base):
    """The themes as they stood at one moment: what was shown in the hall, or settled afterwards."""

    __tablename__ = "theme_versions"
    __table_args__ = (UniqueConstraint("forum_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"))
    number: Mapped[int]
    settled: Mapped[bool] = mapped_column(default=False)
    proposals: Mapped[int]
    unplaced: Mapped[int]
    tables_total: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    at: Mapped[datetime]
    entries: Mapped[list["ThemeVersionEntry"]] = relationship(
        order_by="ThemeVersionEntry.position", cascade="all, delete-orphan"
    )


class ThemeVersionEntry(Base):
    """One theme of a frozen version. Support is None where fewer than five people answered."""

    __tablename__ = "theme_version_entries"
    __table_args__ = (UniqueConstraint("version_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("theme_versions.id", ondelete="CASCADE"))
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("themes.id", ondelete="SET NULL"), index=True)
    position: Mapped[int]
    label_ko: Mapped[str] = mapped_column(String(120))
    label_en: Mapped[str] = mapped_column(String(160), default="")
    proposals: Mapped[int]
    people: Mapped[int]
    tables: Mapped[int]
    dissent: Mapped[int]
    agree: Mapped[int | None]
    disagree: Mapped[int | None]
    quote: Mapped[str] = mapped_column(String(400), default="")
    quote_proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id", ondelete="SET NULL"))
    proposal_ids: Mapped[list[int]] = mapped_column(JSON, default=list)


class DeskAct(Base):
    """What an analyst did, with the rows it touched as they stood before and after, so that it can be undone."""

    __tablename__ = "desk_acts"
    __table_args__ = (Index("ix_desk_acts_person", "forum_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    undone_at: Mapped[datetime | None]
    at: Mapped[datetime]


class DeskClaim(Base):
    """That an analyst is looking at a proposal of the queue, until `expires_at`."""

    __tablename__ = "desk_claims"

    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]


class MissingReport(Base):
    """What a resident missed in the themes shown: "it was left out"."""

    __tablename__ = "missing_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"), index=True)
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seats.id", ondelete="SET NULL"))
    table_number: Mapped[int]
    text: Mapped[str] = mapped_column(String(400))
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    resolved_at: Mapped[datetime | None]
    at: Mapped[datetime]


class ThemeSuggestion(Base):
    """Proposals that would make a theme together; nothing moves until a person takes it up."""

    __tablename__ = "theme_suggestions"
    __table_args__ = (CheckConstraint("state IN ('open', 'taken', 'left')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(String(120))
    terms: Mapped[list[str]] = mapped_column(JSON, default=list)
    proposal_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(String(6), default="open")
    at: Mapped[datetime]


class Grouping(Base):
    """When the machine last grouped a forum's proposals: how many it had read."""

    __tablename__ = "theme_groupings"

    forum_id: Mapped[int] = mapped_column(
        ForeignKey("forums.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    texts: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]
