"""Reading the hall: what each table is doing, as the stage shows it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.accounts.models import Person
from facilitation.moderation.models import MOST_TOP
from facilitation.tables.models import Turn, TurnState
from facilitation.tables.queries import HelpView, open_help_calls
from facilitation.training.models import TableAssignment
from participation.forums.models import Act, SegmentKind
from participation.forums.queries import ForumView
from participation.proposals.models import Proposal, ProposalState
from participation.proposals.queries import LISTED
from participation.seats.models import Placement, Seat, SeatOrigin, SeatState

QUIET_AFTER = timedelta(minutes=4)


class TableState(StrEnum):
    """What a table is doing; the first that holds is shown."""

    HELP = "help"
    LOST = "lost"
    QUIET = "quiet"
    FINISHED = "finished"
    TALKING = "talking"
    BREAK = "break"
    LISTENING = "listening"
    ARRIVING = "arriving"
    OVER = "over"


@dataclass(frozen=True)
class Connected:
    """Who is connected at a moment: seats by phone, and since when a table's console is gone."""

    seats: frozenset[int]
    lost: Mapping[int, datetime]


@dataclass(frozen=True)
class TableTile:
    """One table of the stage. `since` is when its state began, where that is said; `rings` a state for each place."""

    number: int
    state: TableState
    since: datetime | None
    minutes: int
    rings: tuple[str, ...]
    seated: int
    spoken: int
    proposals: int
    facilitator: str
    help: HelpView | None


@dataclass
class _Facts:
    """What is counted of one table."""

    seats: list[tuple[int, int, bool]] = field(default_factory=list)
    speaking: int | None = None
    spoken: int = 0
    proposals: int = 0
    top: int = 0
    last: datetime | None = None
    facilitators: list[str] = field(default_factory=list)
    help: HelpView | None = None

    def touched(self, moment: datetime | None) -> None:
        """Note a moment at which something was recorded."""
        if moment is not None and (self.last is None or moment > self.last):
            self.last = moment


def counted_segment(forum: ForumView) -> int | None:
    """The step that figures are counted in: a round counts for itself, anything else for the whole evening."""
    in_round = forum.is_live and forum.segment is not None and forum.segment.kind is SegmentKind.TABLE_ROUND
    return forum.segment.id if forum.segment and in_round else None


def hall(
    session: Session, forum: ForumView, connected: Connected, now: datetime, *, table: int | None = None
) -> dict[int, TableTile]:
    """The tables by number, all of them or one."""
    facts: defaultdict[int, _Facts] = defaultdict(_Facts)
    _read_seats(session, forum.id, table, facts)
    _read_turns(session, forum, table, facts)
    _read_proposals(session, forum, table, facts)
    _read_people(session, forum.id, table, facts)
    for call in open_help_calls(session, forum.id):
        facts[call.table].help = call
    numbers = range(1, forum.tables + 1) if table is None else [table]
    return {number: _tile(number, facts[number], forum, connected, now) for number in numbers}


def _only(column: InstrumentedAttribute[int], table: int | None) -> ColumnElement[bool]:
    """Restricts a question to one table, or to none."""
    return true() if table is None else column == table


def _read_seats(session: Session, forum_id: int, table: int | None, facts: defaultdict[int, _Facts]) -> None:
    wanted = (
        select(Placement.table_number, Placement.place, Seat.id, Seat.origin)
        .join(Seat, Seat.id == Placement.seat_id)
        .where(Placement.forum_id == forum_id, Seat.state == SeatState.SEATED, _only(Placement.table_number, table))
        .order_by(Placement.round)
    )
    latest = {seat_id: (number, place, origin) for number, place, seat_id, origin in session.execute(wanted)}
    for seat_id, (number, place, origin) in latest.items():
        facts[number].seats.append((place, seat_id, origin == SeatOrigin.PHONE))


def _read_turns(session: Session, forum: ForumView, table: int | None, facts: defaultdict[int, _Facts]) -> None:
    here, segment_id = (Turn.forum_id == forum.id) & _only(Turn.table_number, table), counted_segment(forum)
    running = select(Turn.table_number, Turn.seat_id).where(here, Turn.state != TurnState.DONE)
    for number, seat_id in session.execute(running):
        facts[number].speaking = seat_id
    in_step = true() if segment_id is None else Turn.segment_id == segment_id
    different, latest = func.count(Turn.seat_id.distinct()), (func.max(Turn.started_at), func.max(Turn.ended_at))
    counted = select(Turn.table_number, different, *latest).where(here, in_step).group_by(Turn.table_number)
    for number, spoken, started, ended in session.execute(counted):
        facts[number].spoken = spoken
        facts[number].touched(started)
        facts[number].touched(ended)


def _read_proposals(session: Session, forum: ForumView, table: int | None, facts: defaultdict[int, _Facts]) -> None:
    segment_id, column = counted_segment(forum), Proposal.table_number
    here = (Proposal.forum_id == forum.id) & _only(column, table)
    if segment_id is not None:
        here &= Proposal.segment_id == segment_id
    counted = select(column, func.count(), func.max(Proposal.created_at)).where(here, Proposal.state.in_(LISTED))
    for number, count, last in session.execute(counted.group_by(column)):
        facts[number].proposals = count
        facts[number].touched(last)
    top = select(column, func.count()).where(here, Proposal.top, Proposal.state == ProposalState.SHOWN)
    for number, count in session.execute(top.group_by(column)):
        facts[number].top = count


def _read_people(session: Session, forum_id: int, table: int | None, facts: defaultdict[int, _Facts]) -> None:
    wanted = (
        select(TableAssignment.table_number, Person.name)
        .join(Person, Person.id == TableAssignment.person_id)
        .where(TableAssignment.forum_id == forum_id, _only(TableAssignment.table_number, table))
        .order_by(TableAssignment.id)
    )
    for number, name in session.execute(wanted):
        facts[number].facilitators.append(name)


def _tile(number: int, facts: _Facts, forum: ForumView, connected: Connected, now: datetime) -> TableTile:
    state, since = _state(number, facts, forum, connected, now)
    minutes = max(0, int((now - since).total_seconds() // 60)) if since else 0
    return TableTile(
        number=number,
        state=state,
        since=since,
        minutes=minutes,
        rings=_rings(facts, forum.seats_per_table, connected.seats),
        seated=len(facts.seats),
        spoken=facts.spoken,
        proposals=facts.proposals,
        facilitator=", ".join(facts.facilitators),
        help=facts.help,
    )


def _state(
    number: int, facts: _Facts, forum: ForumView, connected: Connected, now: datetime
) -> tuple[TableState, datetime | None]:
    if facts.help is not None:
        return TableState.HELP, facts.help.called_at
    if number in connected.lost and not forum.is_closed:
        return TableState.LOST, connected.lost[number]
    if not forum.is_live or forum.segment is None:
        return (TableState.OVER if forum.is_closed else TableState.ARRIVING), None
    if not forum.opens(Act.SPEAK):
        resting = forum.segment.kind is SegmentKind.BREAK
        return (TableState.BREAK if resting else TableState.LISTENING), None
    if facts.top >= MOST_TOP:
        return TableState.FINISHED, None
    quiet_since = _quiet_since(facts, forum)
    if quiet_since is not None and now - quiet_since >= QUIET_AFTER:
        return TableState.QUIET, quiet_since
    return TableState.TALKING, None


def _quiet_since(facts: _Facts, forum: ForumView) -> datetime | None:
    """Since when nothing was recorded at a table with people; None while someone's turn runs or the clock stands."""
    began = forum.segment.started_at if forum.segment else None
    if began is None or not facts.seats or facts.speaking is not None or forum.ends_at is None:
        return None
    return max(began, facts.last) if facts.last else began


def _rings(facts: _Facts, places: int, connected: frozenset[int]) -> tuple[str, ...]:
    by_place = {place: (seat_id, phone) for place, seat_id, phone in facts.seats}
    states = []
    for place in range(1, max([places, *by_place]) + 1):
        seat_id, phone = by_place.get(place, (None, False))
        if seat_id is None:
            states.append("empty")
        elif seat_id == facts.speaking:
            states.append("speaking")
        else:
            states.append("offline" if phone and seat_id not in connected else "seated")
    return tuple(states)
