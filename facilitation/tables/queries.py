"""Reading a table while it talks: who sits there, who spoke for how long, who is next, what it needs."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.events.known import known
from facilitation.tables.models import HandRaise, HelpCall, HelpReason, HelpState, TableStep, Turn, TurnMode, TurnState
from participation.forums.models import Forum
from participation.forums.queries import ForumView, the_forum
from participation.seats.models import Placement, Seat, SeatState

FEWEST_TO_COMPARE = 4


@dataclass(frozen=True)
class SeatRow:
    """One seat of a table. `spoken` counts the whole evening, the running turn up to `counted_at` included."""

    id: int
    place: int
    name: str | None
    is_here: bool
    has_phone: bool
    spoken: int
    is_speaking: bool
    has_hand: bool


@dataclass(frozen=True)
class TurnView:
    """The turn that runs. `left` are the seconds still allowed, negative once over."""

    id: int
    seat: SeatRow
    is_paused: bool
    ends_at: datetime | None
    allowed: int
    spoken: int

    @property
    def left(self) -> int:
        return self.allowed - self.spoken


@dataclass(frozen=True)
class HelpView:
    """A call for help that is open."""

    id: int
    table: int
    reason: HelpReason
    note: str
    called_at: datetime
    comer: str | None
    coming_at: datetime | None


@dataclass(frozen=True)
class TableView:
    """A table as its console shows it; `step` is the segment and the line chosen there by hand."""

    forum: ForumView
    table: int
    seats: tuple[SeatRow, ...]
    turn: TurnView | None
    next: SeatRow | None
    mode: TurnMode
    step: tuple[int, int] | None
    help: HelpView | None
    least: tuple[SeatRow, ...]
    counted_at: datetime

    @property
    def here(self) -> tuple[SeatRow, ...]:
        """The seats whose resident is in the room."""
        return tuple(seat for seat in self.seats if seat.is_here)


def running_turn(session: Session, forum_id: int, table: int) -> Turn | None:
    """The turn that has not been ended at a table, or None."""
    wanted = select(Turn).where(Turn.forum_id == forum_id, Turn.table_number == table, Turn.state != TurnState.DONE)
    return session.scalars(wanted).one_or_none()


def open_help(session: Session, forum_id: int, table: int) -> HelpCall | None:
    """The open call for help of a table, or None."""
    wanted = select(HelpCall).where(
        HelpCall.forum_id == forum_id,
        HelpCall.table_number == table,
        HelpCall.state.in_((HelpState.CALLED, HelpState.COMING)),
    )
    return session.scalars(wanted).one_or_none()


def help_view(call: HelpCall) -> HelpView:
    """A call as pages show it."""
    reason = HelpReason(call.reason)
    return HelpView(call.id, call.table_number, reason, call.note, call.called_at, call.comer, call.coming_at)


def open_help_calls(session: Session, forum_id: int) -> list[HelpView]:
    """All open calls for help of a forum, the oldest first."""
    wanted = select(HelpCall).where(
        HelpCall.forum_id == forum_id, HelpCall.state.in_((HelpState.CALLED, HelpState.COMING))
    )
    return [help_view(call) for call in session.scalars(wanted.order_by(HelpCall.called_at, HelpCall.id))]


def spoken_seconds(
    session: Session, forum_id: int, *, table: int | None = None, segment_id: int | None = None
) -> dict[int, int]:
    """Seconds spoken by seat, at one table or all, in one segment or the whole evening, running turns included."""
    wanted = select(Turn, Forum.closed_at).join(Forum, Forum.id == Turn.forum_id).where(Turn.forum_id == forum_id)
    if table is not None:
        wanted = wanted.where(Turn.table_number == table)
    if segment_id is not None:
        wanted = wanted.where(Turn.segment_id == segment_id)
    seconds: defaultdict[int, int] = defaultdict(int)
    for turn, closed_at in session.execute(wanted):
        seconds[turn.seat_id] += turn.seconds_at(closed_at)
    return dict(seconds)


def seats_spoken(session: Session, forum_id: int, *, segment_id: int | None = None) -> dict[int, int]:
    """How many different seats have had a turn, by table; the sum over tables is the forum's figure."""
    wanted = select(Turn.table_number, func.count(Turn.seat_id.distinct())).where(Turn.forum_id == forum_id)
    if segment_id is not None:
        wanted = wanted.where(Turn.segment_id == segment_id)
    return {int(row[0]): int(row[1]) for row in session.execute(wanted.group_by(Turn.table_number))}


def people_spoken(session: Session, forum_id: int) -> int:
    """How many different seats have had a turn anywhere in the forum."""
    return session.scalars(select(func.count(Turn.seat_id.distinct())).where(Turn.forum_id == forum_id)).one()


def _seated(session: Session, forum_id: int, table: int) -> list[tuple[Seat, int]]:
    """The seats whose latest placement is at this table, with their places, in order."""
    latest = (
        select(Placement.seat_id, func.max(Placement.round).label("round"))
        .where(Placement.forum_id == forum_id)
        .group_by(Placement.seat_id)
        .subquery()
    )
    wanted = (
        select(Seat, Placement.place)
        .join(Placement, Placement.seat_id == Seat.id)
        .join(latest, (latest.c.seat_id == Placement.seat_id) & (latest.c.round == Placement.round))
        .where(Placement.forum_id == forum_id, Placement.table_number == table)
        .order_by(Placement.place)
    )
    return [(seat, place) for seat, place in session.execute(wanted)]


def is_seated_at(session: Session, forum_id: int, table: int, seat_id: int) -> bool:
    """Whether a seat sits at this table now, and its resident has not gone home."""
    return any(seat.id == seat_id and seat.state == SeatState.SEATED for seat, _ in _seated(session, forum_id, table))


def raised_hands(session: Session, forum_id: int, table: int) -> list[int]:
    """The seats whose hand is up at a table, in the order in which they were raised."""
    wanted = select(HandRaise.seat_id).where(
        HandRaise.forum_id == forum_id, HandRaise.table_number == table, HandRaise.lowered_at.is_(None)
    )
    return list(session.scalars(wanted.order_by(HandRaise.raised_at, HandRaise.id)))


def _rows(session: Session, forum: ForumView, table: int, turn: Turn | None) -> tuple[SeatRow, ...]:
    spoken = spoken_seconds(session, forum.id, table=table)
    hands = set(raised_hands(session, forum.id, table))
    return tuple(
        SeatRow(
            id=seat.id,
            place=place,
            name=seat.call_name,
            is_here=seat.state == SeatState.SEATED,
            has_phone=seat.device_hash is not None,
            spoken=spoken.get(seat.id, 0),
            is_speaking=turn is not None and turn.seat_id == seat.id,
            has_hand=seat.id in hands,
        )
        for seat, place in _seated(session, forum.id, table)
    )


def _last_place(session: Session, forum_id: int, table: int, seats: Sequence[SeatRow]) -> int:
    """The place of who spoke last at a table; 0 where nobody has."""
    wanted = select(Turn.seat_id).where(Turn.forum_id == forum_id, Turn.table_number == table)
    seat_id = session.scalars(wanted.order_by(Turn.started_at.desc(), Turn.id.desc()).limit(1)).first()
    return next((seat.place for seat in seats if seat.id == seat_id), 0)


def next_speaker(mode: TurnMode, seats: Sequence[SeatRow], last_place: int, hands: Sequence[int]) -> SeatRow | None:
    """Who is to speak next: the next place clockwise, the first hand, or nobody in particular."""
    ready = [seat for seat in seats if seat.is_here and not seat.is_speaking]
    if mode is TurnMode.HANDS:
        return next((seat for seat_id in hands for seat in ready if seat.id == seat_id), None)
    if mode is TurnMode.FREE or not ready:
        return None
    return min(ready, key=lambda seat: (seat.place <= last_place, seat.place))


def least_heard(seats: Sequence[SeatRow]) -> tuple[SeatRow, ...]:
    """The two who spoke least so far, where they have had less than half of the table's average."""
    here = [seat for seat in seats if seat.is_here]
    if len(here) < FEWEST_TO_COMPARE:
        return ()
    half = sum(seat.spoken for seat in here) / len(here) / 2
    quiet = [seat for seat in here if seat.spoken < half and not seat.is_speaking]
    return tuple(sorted(quiet, key=lambda seat: (seat.spoken, seat.place))[:2])


def table_view(session: Session, forum_id: int, table: int) -> TableView:
    """Everything a console shows of a table besides its proposals. Raises `LookupError` for an unknown forum."""
    forum = the_forum(session, forum_id)
    turn = running_turn(session, forum_id, table)
    seats = _rows(session, forum, table, turn)
    step = session.get(TableStep, (forum_id, table))
    mode = TurnMode(step.mode) if step else TurnMode.ROUND
    hands = raised_hands(session, forum_id, table)
    last = _last_place(session, forum_id, table, seats)
    call = open_help(session, forum_id, table)
    speaking = next((seat for seat in seats if seat.is_speaking), None)
    return TableView(
        forum=forum,
        table=table,
        seats=seats,
        turn=_turn_view(turn, speaking) if turn and speaking else None,
        next=next_speaker(mode, seats, last, hands),
        mode=mode,
        step=(step.segment_id, step.line) if step and step.segment_id is not None else None,
        help=help_view(call) if call else None,
        least=least_heard(seats),
        counted_at=clock.now(),
    )


@dataclass(frozen=True)
class TurnLine:
    """Who speaks at a table and who is next, as everyone there may know it: never for how long."""

    speaking: SeatRow | None
    next: SeatRow | None


NOBODY = TurnLine(None, None)


def line_of_turns(session: Session, forum_id: int, table: int) -> TurnLine:
    """Who speaks and who is next at a table; times in the rows are those of the last change."""

    def read() -> TurnLine:
        if running_turn(session, forum_id, table) is None:
            return NOBODY
        view = table_view(session, forum_id, table)
        return TurnLine(view.turn.seat if view.turn else None, view.next if view.turn else None)

    return known(session, forum_id, ("forum", f"table:{table}"), ("line of turns", table), read)


def _turn_view(turn: Turn, seat: SeatRow) -> TurnView:
    paused = turn.state == TurnState.PAUSED
    return TurnView(turn.id, seat, paused, turn.ends_at, turn.allowed, turn.seconds_at())
