"""Who takes part and how: turnout, papers against marks, receipts. Never what was chosen by whom."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from participation.ballots.models import Ballot, Channel, PaperVote, Turnout
from participation.seats.models import Placement, Seat, SeatOrigin, SeatState


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
class SeatTurnout:
    """That a seat took part: its receipt and when, never what it chose.

    `sealed`: it can no longer be changed; `counter`: the last number its phone gave to an act.
    """

    receipt: str
    channel: Channel
    at: datetime
    sealed: bool
    counter: int


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
