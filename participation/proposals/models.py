"""Proposals with immutable versions, lineage by merging, and the stances taken on them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Base

LONGEST = 200


class ProposalOrigin(StrEnum):
    """Sent from a phone, typed by the facilitator for a speaker, or made by merging others."""

    PHONE = "phone"
    SPOKEN = "spoken"
    MERGED = "merged"


class ProposalState(StrEnum):
    """Shown; kept in the table's parking lot; hidden with a reason; part of a merged one; withdrawn by undo."""

    SHOWN = "shown"
    PARKED = "parked"
    HIDDEN = "hidden"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


class StanceValue(StrEnum):
    """Agree, disagree, pass."""

    AGREE = "agree"
    DISAGREE = "disagree"
    PASS = "pass"  # noqa: S105 - a stance


class Proposal(Base):
    """One statement put forward. `seat_id` is None where nobody is named; `parent_id` once it was merged.

    A hidden proposal carries its reason, by whom and when; `version` numbers the current wording.
    """

    __tablename__ = "proposals"
    __table_args__ = (
        CheckConstraint("origin IN ('phone', 'spoken', 'merged')", name="origin"),
        CheckConstraint("state IN ('shown', 'parked', 'hidden', 'merged', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'merged') = (parent_id IS NOT NULL)", name="merged_has_parent"),
        CheckConstraint("state != 'hidden' OR (hidden_reason IS NOT NULL AND hidden_at IS NOT NULL)", name="hidden"),
        Index("ix_proposals_forum_table", "forum_id", "table_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"))
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id", ondelete="SET NULL"))
    table_number: Mapped[int]
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seats.id", ondelete="SET NULL"), index=True)
    recorder_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    origin: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10), default=ProposalState.SHOWN)
    verbatim: Mapped[bool] = mapped_column(default=True)
    read_back: Mapped[bool] = mapped_column(default=False)
    dissent: Mapped[bool] = mapped_column(default=False)
    top: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id", ondelete="SET NULL"), index=True)
    hidden_reason: Mapped[str | None] = mapped_column(String(200))
    hidden_by: Mapped[str | None] = mapped_column(String(40))
    hidden_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    versions: Mapped[list["ProposalVersion"]] = relationship(
        order_by="ProposalVersion.number", cascade="all, delete-orphan"
    )


class ProposalVersion(Base):
    """A wording, never changed. `consented` where the author agreed to a rewording; `salt` for the log's digest."""

    __tablename__ = "proposal_versions"
    __table_args__ = (UniqueConstraint("proposal_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id", ondelete="CASCADE"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(String(400))
    salt: Mapped[str] = mapped_column(String(32))
    consented: Mapped[bool] = mapped_column(default=True)
    by: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]


class Stance(Base):
    """One seat's stance on a proposal, on the version it was taken on; (epoch, counter) orders its changes.

    `carried` marks one that came over from merged sources.
    """

    __tablename__ = "stances"
    __table_args__ = (
        UniqueConstraint("proposal_id", "seat_id"),
        CheckConstraint("value IN ('agree', 'disagree', 'pass')", name="value"),
        Index("ix_stances_seat", "seat_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id", ondelete="CASCADE"))
    seat_id: Mapped[int] = mapped_column(ForeignKey("seats.id", ondelete="CASCADE"))
    version: Mapped[int]
    value: Mapped[str] = mapped_column(String(8))
    carried: Mapped[bool] = mapped_column(default=False)
    epoch: Mapped[int]
    counter: Mapped[int]
    at: Mapped[datetime]
