"""Who takes part and how: turnout, papers against marks, receipts. Never what was chosen by whom."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, bindparam, func, select
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


_ballots, _seats = Ballot.__table__.c, Seat.__table__.c
_taken, _papers = Turnout.__table__.c, PaperVote.__table__.c
_ID = bindparam("ballot", type_=Integer)
_IN_ROOM = select(func.count()).where(_seats.forum_id == _ballots.forum_id, _seats.state == SeatState.SEATED)
_VOTED_AND_LEFT = select(func.count()).where(
    _seats.forum_id == _ballots.forum_id,
    _seats.state == SeatState.LEFT,
    _seats.id.in_(select(_taken.seat_id).where(_taken.ballot_id == _ID)),
)
_MAY_VOTE = _IN_ROOM.scalar_subquery() + _VOTED_AND_LEFT.scalar_subquery()
_TURNOUT = select(
    _ballots.papers_sealed,
    func.coalesce(_ballots.electorate, _MAY_VOTE),
    select(func.count()).where(_taken.ballot_id == _ID).scalar_subquery(),
    select(func.count()).where(_taken.ballot_id == _ID, _taken.channel == Channel.PAPER).scalar_subquery(),
    select(func.count()).where(_papers.ballot_id == _ID).scalar_subquery(),
).where(_ballots.id == _ID)


def turnout_of(session: Session, ballot_id: int) -> TurnoutView:
    """Turnout as it stands. Raises `LookupError` for an unknown ballot."""
    session.flush()
    row = session.connection().execute(_TURNOUT, {"ballot": ballot_id}).first()
    if row is None:
        raise LookupError(f"no ballot {ballot_id}")
    sealed, seats, voted, marked, entered = row
    return TurnoutView(voted, seats, voted - marked, marked, sealed + entered)


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
