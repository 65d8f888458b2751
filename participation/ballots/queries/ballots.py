"""Ballots as pages show them: the one under way, the one opened last, all of a forum."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from core import clock
from core.events.known import known
from core.i18n import current_locale, in_language
from participation.ballots.counting import Rule
from participation.ballots.models import (
    UNDER_WAY,
    Ballot,
    BallotOption,
    BallotState,
    Method,
    Threshold,
    TieRule,
)
from participation.ballots.sources import OfferedOption


@dataclass(frozen=True)
class OptionView:
    """One option, in the reader's language. `number` counts from 1 in the stated order."""

    number: int
    text: str
    proposals: int | None
    tables: int | None
    theme_id: int | None


@dataclass(frozen=True)
class Voting:
    """What a vote is held against: the ballot's state and rules, and the numbers of its options."""

    id: int
    forum_id: int
    method: Method
    choose: int
    per_option: int
    grace_seconds: int
    state: BallotState
    seal_at: datetime | None
    numbers: frozenset[int]

    @property
    def takes_votes(self) -> bool:
        """Whether a vote that arrives now counts."""
        if self.state is BallotState.CLOSING:
            return self.seal_at is not None and clock.now() < self.seal_at
        return self.state is BallotState.OPEN

    @property
    def is_draft(self) -> bool:
        return self.state is BallotState.DRAFT


@dataclass(frozen=True)
class BallotView(Voting):
    """A ballot as pages show it, in the reader's language."""

    title: str
    winners: int
    threshold: Threshold
    tie_rule: TieRule
    practice: bool
    theme_version: int | None
    reopened: int
    options: tuple[OptionView, ...]
    opened_at: datetime | None
    closing_at: datetime | None
    sealed_at: datetime | None
    published_at: datetime | None

    @property
    def is_published(self) -> bool:
        return self.state is BallotState.PUBLISHED

    @property
    def rule(self) -> Rule:
        return Rule(self.method, self.winners, self.threshold, self.tie_rule)

    def option(self, number: int) -> OptionView:
        """The option of this number. Raises `LookupError`."""
        for option in self.options:
            if option.number == number:
                return option
        raise LookupError(f"ballot {self.id} has no option {number}")


def _option(row: BallotOption) -> OptionView:
    text = in_language(row.text_ko, row.text_en)
    return OptionView(row.position, text, row.proposals, row.tables, row.theme_id)


def view_of(ballot: Ballot) -> BallotView:
    """The read model of a ballot at hand."""
    return BallotView(
        id=ballot.id,
        forum_id=ballot.forum_id,
        title=in_language(ballot.title_ko, ballot.title_en),
        method=Method(ballot.method),
        choose=ballot.choose,
        per_option=ballot.per_option,
        winners=ballot.winners,
        threshold=Threshold(ballot.threshold),
        tie_rule=TieRule(ballot.tie_rule),
        grace_seconds=ballot.grace_seconds,
        practice=ballot.practice,
        theme_version=ballot.theme_version,
        state=BallotState(ballot.state),
        reopened=ballot.reopened,
        numbers=frozenset(row.position for row in ballot.options),
        options=tuple(_option(row) for row in ballot.options),
        opened_at=ballot.opened_at,
        closing_at=ballot.closing_at,
        seal_at=ballot.seal_at,
        sealed_at=ballot.sealed_at,
        published_at=ballot.published_at,
    )


WITH_OPTIONS = selectinload(Ballot.options)


def ballots(session: Session, forum_id: int) -> list[BallotView]:
    """Every ballot of a forum, the earliest first."""
    wanted = select(Ballot).where(Ballot.forum_id == forum_id).options(WITH_OPTIONS).order_by(Ballot.id)
    return [view_of(row) for row in session.scalars(wanted)]


def ballot_of(session: Session, forum_id: int, ballot_id: int) -> BallotView | None:
    """One ballot of this forum, or None."""
    wanted = select(Ballot).where(Ballot.id == ballot_id, Ballot.forum_id == forum_id).options(WITH_OPTIONS)
    row = session.scalars(wanted).one_or_none()
    return view_of(row) if row else None


def written(session: Session, ballot_id: int) -> tuple[tuple[str, str], list[OfferedOption]]:
    """A ballot's title and options as they were written in both languages, for the form that changes a draft."""
    ballot = session.scalars(select(Ballot).where(Ballot.id == ballot_id).options(WITH_OPTIONS)).one()
    return (ballot.title_ko, ballot.title_en), drafted_options(ballot)


def drafted_options(ballot: Ballot) -> list[OfferedOption]:
    """A ballot's options as they were taken from what was on offer."""
    return [OfferedOption(o.text_ko, o.text_en, o.proposals, o.tables, o.theme_id) for o in ballot.options]


def unfinished_ballot(session: Session, forum_id: int) -> BallotView | None:
    """The ballot, other than for practice, that was opened and whose result is not published yet, or None."""
    unfinished = Ballot.state.in_((BallotState.OPEN, BallotState.CLOSING, BallotState.SEALED))
    wanted = select(Ballot).where(Ballot.forum_id == forum_id, Ballot.practice.is_(False), unfinished)
    row = session.scalars(wanted.options(WITH_OPTIONS).order_by(Ballot.id.desc())).first()
    return view_of(row) if row else None


def open_ballot(session: Session, forum_id: int) -> BallotView | None:
    """The ballot under way (open or closing), or None. There is never more than one."""
    wanted = select(Ballot).where(Ballot.forum_id == forum_id, Ballot.state.in_(UNDER_WAY)).options(WITH_OPTIONS)
    row = session.scalars(wanted).one_or_none()
    return view_of(row) if row else None


def shown_ballot(session: Session, forum_id: int) -> BallotView | None:
    """The ballot that phones and screen show: the one opened last, in whatever state it is by now; or None."""
    key = ("shown ballot", current_locale())
    return known(session, forum_id, ("forum",), key, lambda: _read_shown(session, forum_id))


def _read_shown(session: Session, forum_id: int) -> BallotView | None:
    wanted = (
        select(Ballot)
        .where(Ballot.forum_id == forum_id, Ballot.state != BallotState.DRAFT)
        .options(WITH_OPTIONS)
        .order_by(Ballot.opened_at.desc(), Ballot.id.desc())
        .limit(1)
    )
    row = session.scalars(wanted).one_or_none()
    return view_of(row) if row else None


def published_ballots(session: Session, forum_id: int, *, practice: bool = False) -> list[BallotView]:
    """The published ballots of a forum, the earliest first; practice ballots only where asked for."""
    return [b for b in ballots(session, forum_id) if b.is_published and (practice or not b.practice)]
