"""Reading ballots: the one under way, turnout, and results once they are published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from core import clock
from core.db.once import once
from core.i18n import current_locale, in_language
from participation.ballots.counting import Count, Rule, count
from participation.ballots.models import (
    UNDER_WAY,
    Ballot,
    BallotOption,
    BallotState,
    Channel,
    Method,
    PaperVote,
    SealedVote,
    Threshold,
    TieRule,
    Turnout,
)
from participation.ballots.sources import OfferedOption
from participation.seats.models import Placement, Seat, SeatOrigin, SeatState


@dataclass(frozen=True)
class OptionView:
    """One option, in the reader's language. `number` counts from 1 in the stated order."""

    number: int
    text: str
    proposals: int | None
    tables: int | None
    theme_id: int | None


@dataclass(frozen=True)
class BallotView:
    """A ballot as pages show it, in the reader's language."""

    id: int
    forum_id: int
    title: str
    method: Method
    choose: int
    per_option: int
    winners: int
    threshold: Threshold
    tie_rule: TieRule
    grace_seconds: int
    practice: bool
    theme_version: int | None
    state: BallotState
    reopened: int
    options: tuple[OptionView, ...]
    opened_at: datetime | None
    closing_at: datetime | None
    seal_at: datetime | None
    sealed_at: datetime | None
    published_at: datetime | None

    @property
    def takes_votes(self) -> bool:
        """Whether a vote that arrives now counts."""
        if self.state is BallotState.CLOSING:
            return self.seal_at is not None and clock.now() < self.seal_at
        return self.state is BallotState.OPEN

    @property
    def is_draft(self) -> bool:
        return self.state is BallotState.DRAFT

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


@dataclass(frozen=True)
class TurnoutView:
    """How many took part, of how many; papers as marked at the tables and as typed in."""

    voted: int
    seats: int
    phones: int
    papers_marked: int
    papers_entered: int

    @property
    def papers_agree(self) -> bool:
        return self.papers_marked == self.papers_entered

    @property
    def is_complete(self) -> bool:
        return self.seats > 0 and self.voted >= self.seats


@dataclass(frozen=True)
class OptionResult:
    """One line of the result, in order of votes."""

    option: OptionView
    votes: int
    rank: int
    chosen: bool


@dataclass(frozen=True)
class Results:
    """A published result. `rows` run from most votes to fewest; `tied` where the tie rule decided."""

    ballot: BallotView
    rows: tuple[OptionResult, ...]
    voted: int
    seats: int
    phones: int
    papers: int
    blank: int
    tied: bool

    @property
    def chosen(self) -> tuple[OptionResult, ...]:
        return tuple(row for row in self.rows if row.chosen)

    @property
    def passed(self) -> bool:
        """For yes or no: whether yes carried it."""
        return bool(self.chosen)


@dataclass(frozen=True)
class SeatTurnout:
    """That a seat took part: its receipt and when, never what it chose.

    `sealed`: it can no longer be changed; `counter`: the last number its phone gave to an act.
    """

    receipt: str
    channel: Channel
    at: datetime
    sealed: bool
    counter: int


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
        options=tuple(_option(row) for row in ballot.options),
        opened_at=ballot.opened_at,
        closing_at=ballot.closing_at,
        seal_at=ballot.seal_at,
        sealed_at=ballot.sealed_at,
        published_at=ballot.published_at,
    )


_WITH_OPTIONS = selectinload(Ballot.options)


def ballots(session: Session, forum_id: int) -> list[BallotView]:
    """Every ballot of a forum, the earliest first."""
    wanted = select(Ballot).where(Ballot.forum_id == forum_id).options(_WITH_OPTIONS).order_by(Ballot.id)
    return [view_of(row) for row in session.scalars(wanted)]


def ballot_of(session: Session, forum_id: int, ballot_id: int) -> BallotView | None:
    """One ballot of this forum, or None."""
    wanted = select(Ballot).where(Ballot.id == ballot_id, Ballot.forum_id == forum_id).options(_WITH_OPTIONS)
    row = session.scalars(wanted).one_or_none()
    return view_of(row) if row else None


def written(session: Session, ballot_id: int) -> tuple[tuple[str, str], list[OfferedOption]]:
    """A ballot's title and options as they were written in both languages, for the form that changes a draft."""
    ballot = session.scalars(select(Ballot).where(Ballot.id == ballot_id).options(_WITH_OPTIONS)).one()
    options = [OfferedOption(o.text_ko, o.text_en, o.proposals, o.tables, o.theme_id) for o in ballot.options]
    return (ballot.title_ko, ballot.title_en), options


def open_ballot(session: Session, forum_id: int) -> BallotView | None:
    """The ballot under way (open or closing), or None. There is never more than one."""
    wanted = select(Ballot).where(Ballot.forum_id == forum_id, Ballot.state.in_(UNDER_WAY)).options(_WITH_OPTIONS)
    row = session.scalars(wanted).one_or_none()
    return view_of(row) if row else None


def shown_ballot(session: Session, forum_id: int) -> BallotView | None:
    """The ballot that phones and screen show: the one opened last, in whatever state it is by now; or None."""
    return once(session, ("ballot", forum_id, current_locale()), lambda: _read_shown(session, forum_id))


def _read_shown(session: Session, forum_id: int) -> BallotView | None:
    wanted = (
        select(Ballot)
        .where(Ballot.forum_id == forum_id, Ballot.state != BallotState.DRAFT)
        .options(_WITH_OPTIONS)
        .order_by(Ballot.opened_at.desc(), Ballot.id.desc())
        .limit(1)
    )
    row = session.scalars(wanted).one_or_none()
    return view_of(row) if row else None


def published_ballots(session: Session, forum_id: int, *, practice: bool = False) -> list[BallotView]:
    """The published ballots of a forum, the earliest first; practice ballots only where asked for."""
    return [b for b in ballots(session, forum_id) if b.is_published and (practice or not b.practice)]


def seats_that_may_vote(session: Session, forum_id: int, ballot_id: int) -> int:
    """Seats in the room, and those that voted and have gone since."""
    voted = select(Turnout.seat_id).where(Turnout.ballot_id == ballot_id)
    wanted = select(func.count(Seat.id)).where(
        Seat.forum_id == forum_id, (Seat.state == SeatState.SEATED) | Seat.id.in_(voted)
    )
    return session.scalars(wanted).one()


def turnout_of(session: Session, ballot_id: int) -> TurnoutView:
    """Turnout as it stands. Raises `LookupError` for an unknown ballot."""
    ballot = session.get(Ballot, ballot_id)
    if ballot is None:
        raise LookupError(f"no ballot {ballot_id}")
    by_channel = select(Turnout.channel, func.count()).where(Turnout.ballot_id == ballot_id).group_by(Turnout.channel)
    found: dict[str, int] = dict(session.execute(by_channel).all())
    phones, marked = found.get(Channel.PHONE, 0), found.get(Channel.PAPER, 0)
    entered = session.scalars(select(func.count(PaperVote.id)).where(PaperVote.ballot_id == ballot_id)).one()
    seats = ballot.electorate
    if seats is None:
        seats = seats_that_may_vote(session, ballot.forum_id, ballot_id)
    return TurnoutView(phones + marked, seats, phones, marked, ballot.papers_sealed + entered)


def seat_turnout(session: Session, ballot_id: int, seat_id: int) -> SeatTurnout | None:
    """That this seat took part, or None."""
    row = session.get(Turnout, (ballot_id, seat_id))
    return SeatTurnout(row.receipt, Channel(row.channel), row.at, row.sealed, row.counter) if row else None


@dataclass(frozen=True)
class SeatLine:
    """A seat in the room as the host's page lists it: where it sits, its name, and how it takes part so far."""

    seat_id: int
    table: int
    place: int
    name: str
    walk_in: bool
    channel: Channel | None
    sealed: bool


def seat_lines(session: Session, forum_id: int, ballot_id: int) -> list[SeatLine]:
    """Every seat in the room by table and place, with its turnout in this ballot."""
    wanted = (
        select(Seat, Placement.table_number, Placement.place, Turnout.channel, Turnout.sealed)
        .join(Placement, Placement.seat_id == Seat.id)
        .join(Turnout, (Turnout.seat_id == Seat.id) & (Turnout.ballot_id == ballot_id), isouter=True)
        .where(Seat.forum_id == forum_id, (Seat.state == SeatState.SEATED) | Turnout.seat_id.is_not(None))
        .order_by(Seat.id, Placement.round)
    )
    latest: dict[int, SeatLine] = {}
    for seat, table, place, channel, sealed in session.execute(wanted):
        walk_in = seat.origin == SeatOrigin.WALK_IN
        took = Channel(channel) if channel else None
        latest[seat.id] = SeatLine(seat.id, table, place, seat.call_name or "", walk_in, took, bool(sealed))
    return sorted(latest.values(), key=lambda line: (line.table, line.place))


def papers(session: Session, ballot_id: int) -> list[tuple[str, list[int]]]:
    """The papers typed in and not sealed yet, by id: their order says nothing about who typed them when."""
    wanted = select(PaperVote.id, PaperVote.choices).where(PaperVote.ballot_id == ballot_id).order_by(PaperVote.id)
    return [(name, list(choices)) for name, choices in session.execute(wanted)]


def is_receipt(session: Session, ballot_id: int, receipt: str) -> bool:
    """Whether this receipt was given out for an accepted vote."""
    wanted = select(Turnout.seat_id).where(
        Turnout.ballot_id == ballot_id, Turnout.receipt == receipt, Turnout.channel == Channel.PHONE
    )
    return session.scalars(wanted).first() is not None


def sealed_votes(session: Session, ballot_id: int) -> list[list[int]]:
    """The votes after sealing, sorted: what a recount needs."""
    return sorted(session.scalars(select(SealedVote.choices).where(SealedVote.ballot_id == ballot_id)))


def count_sealed(session: Session, ballot: BallotView) -> Count:
    """The votes of a sealed ballot counted afresh."""
    tables = {option.number: option.tables or 0 for option in ballot.options}
    return count(ballot.rule, [o.number for o in ballot.options], sealed_votes(session, ballot.id), tables)


def results_of(ballot: BallotView, counted: Mapping[str, Any]) -> Results:
    """Results from the numbers that the published event carries."""
    chosen = set(counted["chosen"])
    rows = tuple(
        OptionResult(ballot.option(number), votes, rank, number in chosen) for number, votes, rank in counted["rows"]
    )
    whole = {name: int(counted[name]) for name in ("voted", "seats", "phones", "papers", "blank")}
    return Results(ballot=ballot, rows=rows, tied=bool(counted["tied"]), **whole)


def results(session: Session, ballot_id: int) -> Results | None:
    """The published result of a ballot; None as long as it is not published."""
    wanted = select(Ballot).where(Ballot.id == ballot_id).options(_WITH_OPTIONS)
    row = session.scalars(wanted).one_or_none()
    if row is None or row.state != BallotState.PUBLISHED or row.counted is None:
        return None
    return results_of(view_of(row), row.counted)
