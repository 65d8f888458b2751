"""Ballots, who took part, and votes that nothing joins to a seat once they are sealed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Base

LONGEST_TITLE = 120
LONGEST_OPTION = 400
MOST_OPTIONS = 30
MOST_CHOICES = 20
MOST_ON_ONE = 5


class Method(StrEnum):
    """Approve up to k; spread k dots; yes, no or abstain."""

    APPROVAL = "approval"
    DOTS = "dots"
    YES_NO = "yes_no"


class BallotState(StrEnum):
    """Being prepared; open; closing (what is under way still counts); sealed; published."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSING = "closing"
    SEALED = "sealed"
    PUBLISHED = "published"


class Threshold(StrEnum):
    """What an option needs besides its place: nothing, more than half, at least two thirds."""

    NONE = "none"
    HALF = "half"
    TWO_THIRDS = "two_thirds"


class TieRule(StrEnum):
    """Where options tie at the line: all of them are taken; or more tables first, then the earlier option."""

    ALL_TIED = "all_tied"
    TABLES_FIRST = "tables_first"


class Channel(StrEnum):
    """How a seat takes part."""

    PHONE = "phone"
    PAPER = "paper"


LEGAL = {
    BallotState.DRAFT: frozenset({BallotState.OPEN}),
    BallotState.OPEN: frozenset({BallotState.CLOSING}),
    BallotState.CLOSING: frozenset({BallotState.SEALED}),
    BallotState.SEALED: frozenset({BallotState.PUBLISHED, BallotState.OPEN}),
    BallotState.PUBLISHED: frozenset[BallotState](),
}
UNDER_WAY = (BallotState.OPEN, BallotState.CLOSING)


def _in(column: str, values: type[StrEnum]) -> str:
    return f"{column} IN ('" + "', '".join(values) + "')"


class Ballot(Base):
    """One decision of the plenary, with the rules stated before it opens.

    `choose` is how many an approval may hold, or how many dots there are; `per_option` the most dots on one.
    `electorate` is the number of seats that could vote, kept at sealing; `counted` the numbers as published; `papers_sealed`
    how many papers lie among the sealed votes already.
    """

    __tablename__ = "ballots"
    __table_args__ = (
        CheckConstraint(_in("method", Method), name="method"),
        CheckConstraint(_in("state", BallotState), name="state"),
        CheckConstraint(_in("threshold", Threshold), name="threshold"),
        CheckConstraint(_in("tie_rule", TieRule), name="tie_rule"),
        CheckConstraint("method != 'yes_no' OR (choose = 1 AND threshold != 'none')", name="yes_no"),
        CheckConstraint("method != 'dots' OR threshold = 'none'", name="dots_have_no_threshold"),
        CheckConstraint(f"choose BETWEEN 1 AND {MOST_CHOICES}", name="choose"),
        CheckConstraint(f"per_option BETWEEN 1 AND {MOST_ON_ONE}", name="per_option"),
        CheckConstraint("winners >= 1 AND grace_seconds BETWEEN 0 AND 600 AND reopened >= 0", name="numbers"),
        CheckConstraint("(state = 'draft') = (opened_at IS NULL)", name="opened"),
        CheckConstraint("(state = 'closing') <= (seal_at IS NOT NULL)", name="closing_has_an_end"),
        CheckConstraint("(state IN ('sealed', 'published')) = (sealed_at IS NOT NULL)", name="sealed"),
        CheckConstraint("(state = 'published') = (published_at IS NOT NULL AND counted IS NOT NULL)", name="published"),
        Index(
            "uq_ballots_one_under_way",
            "forum_id",
            unique=True,
            sqlite_where=text("state IN ('open', 'closing')"),
            postgresql_where=text("state IN ('open', 'closing')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"), index=True)
    title_ko: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    title_en: Mapped[str] = mapped_column(String(LONGEST_TITLE + 40), default="")
    method: Mapped[str] = mapped_column(String(10))
    choose: Mapped[int] = mapped_column(default=1)
    per_option: Mapped[int] = mapped_column(default=1)
    winners: Mapped[int] = mapped_column(default=1)
    threshold: Mapped[str] = mapped_column(String(12), default=Threshold.NONE)
    tie_rule: Mapped[str] = mapped_column(String(14), default=TieRule.ALL_TIED)
    grace_seconds: Mapped[int] = mapped_column(default=30)
    practice: Mapped[bool] = mapped_column(default=False)
    theme_version: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10), default=BallotState.DRAFT)
    reopened: Mapped[int] = mapped_column(default=0)
    papers_sealed: Mapped[int] = mapped_column(default=0)
    electorate: Mapped[int | None]
    counted: Mapped[dict[str, object] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closing_at: Mapped[datetime | None]
    seal_at: Mapped[datetime | None]
    sealed_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    options: Mapped[list["BallotOption"]] = relationship(order_by="BallotOption.position", cascade="all, delete-orphan")

    def may_become(self, state: BallotState) -> bool:
        """Whether the life of a ballot goes on from here to `state`."""
        return state in LEGAL[BallotState(self.state)]


class BallotOption(Base):
    """One thing to choose: its text as it stood, and how much stood behind it. `position` counts from 1."""

    __tablename__ = "ballot_options"
    __table_args__ = (
        UniqueConstraint("ballot_id", "position"),
        CheckConstraint(f"position BETWEEN 1 AND {MOST_OPTIONS}", name="position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballots.id", ondelete="CASCADE"))
    position: Mapped[int]
    text_ko: Mapped[str] = mapped_column(String(LONGEST_OPTION))
    text_en: Mapped[str] = mapped_column(String(LONGEST_OPTION), default="")
    proposals: Mapped[int | None]
    tables: Mapped[int | None]
    theme_id: Mapped[int | None]


_ON_PAPER = text("channel = 'paper'")


class Turnout(Base):
    """That a seat took part, never what it chose. Key, epoch and counter go at sealing.

    `sealed` once its vote can no longer be changed, even where the ballot is opened again.
    """

    __tablename__ = "ballot_turnout"
    __table_args__ = (
        UniqueConstraint("ballot_id", "receipt"),
        CheckConstraint(_in("channel", Channel), name="channel"),
        CheckConstraint("channel != 'paper' OR client_key IS NULL", name="paper_has_no_key"),
        CheckConstraint("NOT sealed OR (client_key IS NULL AND counter = 0 AND epoch = 0)", name="sealed_is_bare"),
        Index("ix_ballot_turnout_papers", "ballot_id", sqlite_where=_ON_PAPER, postgresql_where=_ON_PAPER),
    )

    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballots.id", ondelete="CASCADE"), primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seats.id", ondelete="CASCADE"), primary_key=True, index=True)
    channel: Mapped[str] = mapped_column(String(5))
    receipt: Mapped[str] = mapped_column(String(6))
    client_key: Mapped[str | None] = mapped_column(String(64))
    epoch: Mapped[int] = mapped_column(default=0)
    counter: Mapped[int] = mapped_column(default=0)
    sealed: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]


class Cast(Base):
    """A vote while the ballot is open, under a slot that only the ballot's key can lead to. No time, no order."""

    __tablename__ = "ballot_casts"
    __table_args__ = {"sqlite_with_rowid": False}

    slot: Mapped[str] = mapped_column(String(64), primary_key=True)
    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballots.id", ondelete="CASCADE"), index=True)
    choices: Mapped[list[int]] = mapped_column(JSON)


class PaperVote(Base):
    """One paper as it was typed in: no table, no seat. An empty list is a blank or spoilt paper."""

    __tablename__ = "ballot_paper_votes"
    __table_args__ = {"sqlite_with_rowid": False}

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballots.id", ondelete="CASCADE"), index=True)
    choices: Mapped[list[int]] = mapped_column(JSON)


class SealedVote(Base):
    """A vote after sealing, phone and paper alike, under a fresh random id."""

    __tablename__ = "ballot_sealed_votes"
    __table_args__ = {"sqlite_with_rowid": False}

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballots.id", ondelete="CASCADE"), index=True)
    choices: Mapped[list[int]] = mapped_column(JSON)
