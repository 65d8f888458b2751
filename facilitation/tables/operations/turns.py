"""Turns: one runs at a table at a time. An act that waited for the link carries the moment it was done at."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict, Missing, TooLate
from core.events.log import record
from core.i18n import say
from core.permissions import Actor, check
from facilitation.moderation.permissions import may_run_table
from facilitation.tables.events import (
    HandLowered,
    TurnEnded,
    TurnExtended,
    TurnPaused,
    TurnResumed,
    TurnStarted,
)
from facilitation.tables.models import LONGEST_TURN, MORE_SECONDS, TURN_SECONDS, HandRaise, Turn, TurnState
from facilitation.tables.queries import is_seated_at, running_turn
from participation.forums.clock import locked_forum
from participation.forums.models import OPEN_ACTS, Act, Forum, ForumState, Segment, SegmentKind

LONGEST_WAIT = timedelta(minutes=30)


def live_table(session: Session, actor: Actor, forum_id: int, table: int) -> Forum:
    """The forum, locked. Raises `Forbidden` for others than who runs the table, `TooLate` outside the evening."""
    check(may_run_table(actor, forum_id, table))
    forum = locked_forum(session, forum_id)
    if forum.state != ForumState.LIVE or not 1 <= table <= forum.tables:
        raise TooLate("not_live", say("토론회가 진행 중일 때만 할 수 있습니다."))
    return forum


def _moment(at: datetime | None) -> datetime:
    """When it was done: what the console says, not later than now and not longer ago than a link may be lost."""
    now = clock.now()
    return now if at is None else max(now - LONGEST_WAIT, min(now, at))


def _segment_at(forum: Forum, moment: datetime) -> Segment | None:
    """The segment the room was in at a moment; the present one where the moment is before all."""
    begun = [one for one in forum.segments if one.started_at is not None and one.started_at <= moment]
    current = next((one for one in forum.segments if one.id == forum.segment_id), None)
    return max(begun, key=lambda one: (one.started_at or moment, one.position), default=current)


def close_turn(turn: Turn, moment: datetime) -> None:
    """End a turn at a moment, not before it began."""
    moment = max(turn.started_at, moment)
    turn.spoken = turn.seconds_at(moment)
    turn.state, turn.ends_at, turn.ended_at = TurnState.DONE, None, moment


def start_turn(
    session: Session, actor: Actor, forum_id: int, table: int, seat_id: int, *, at: datetime | None = None
) -> Turn:
    """Let a seat speak; a turn that runs at the table ends with it, and its raised hand comes down.

    Starting the turn that runs already changes nothing. Raises `Forbidden`, `TooLate` outside the evening,
    `Conflict` where the segment has no turns, `Missing` for a seat that does not sit here.
    """
    forum = live_table(session, actor, forum_id, table)
    moment = _moment(at)
    segment = _segment_at(forum, moment)
    if segment is None or Act.SPEAK not in OPEN_ACTS.get(SegmentKind(segment.kind), frozenset()):
        raise Conflict("no_turns", say("지금은 발언 순서가 아닙니다. 라운드가 열리면 시작할 수 있습니다."))
    if not is_seated_at(session, forum_id, table, seat_id):
        raise Missing("no_seat", say("이 테이블에 그런 자리가 없습니다."))
    running = running_turn(session, forum_id, table)
    if running is not None and running.seat_id == seat_id:
        return running
    if running is not None:
        close_turn(running, moment)
        session.flush()
    turn = Turn(forum_id=forum_id, table_number=table, seat_id=seat_id, segment_id=segment.id)
    turn.started_at, turn.ends_at = moment, moment + timedelta(seconds=TURN_SECONDS)
    turn.allowed, turn.spoken, turn.state = TURN_SECONDS, 0, TurnState.SPEAKING
    session.add(turn)
    session.flush()
    before = running.seat_id if running else 0
    event = TurnStarted(turn=turn.id, table=table, seat=seat_id, before=before)
    record(session, forum_id, actor.person_key, event)
    _take_down_hand(session, actor, forum_id, table, seat_id)
    return turn


def _take_down_hand(session: Session, actor: Actor, forum_id: int, table: int, seat_id: int) -> None:
    wanted = select(HandRaise).where(HandRaise.seat_id == seat_id, HandRaise.lowered_at.is_(None))
    hand = session.scalars(wanted).one_or_none()
    if hand is not None:
        hand.lowered_at = clock.now()
        record(session, forum_id, actor.person_key, HandLowered(seat=seat_id, table=table))


def end_turn(session: Session, actor: Actor, forum_id: int, table: int, *, at: datetime | None = None) -> Turn | None:
    """End the turn that runs at a table; None where none does. Raises `Forbidden`, `TooLate`."""
    live_table(session, actor, forum_id, table)
    turn = running_turn(session, forum_id, table)
    if turn is not None:
        close_turn(turn, _moment(at))
        record(session, forum_id, actor.person_key, TurnEnded(turn=turn.id, table=table, seat=turn.seat_id))
    return turn


def _the_turn(session: Session, actor: Actor, forum_id: int, table: int) -> Turn:
    live_table(session, actor, forum_id, table)
    turn = running_turn(session, forum_id, table)
    if turn is None:
        raise Conflict("no_turn", say("지금 말씀하시는 분이 없습니다."))
    return turn


def pause_turn(session: Session, actor: Actor, forum_id: int, table: int, *, at: datetime | None = None) -> Turn:
    """Hold the clock of the running turn; held already changes nothing. Raises `Forbidden`, `TooLate`, `Conflict`."""
    turn = _the_turn(session, actor, forum_id, table)
    if turn.state == TurnState.SPEAKING:
        turn.spoken = turn.seconds_at(max(turn.started_at, _moment(at)))
        turn.state, turn.ends_at = TurnState.PAUSED, None
        record(session, forum_id, actor.person_key, TurnPaused(turn=turn.id, table=table, seat=turn.seat_id))
    return turn


def resume_turn(session: Session, actor: Actor, forum_id: int, table: int, *, at: datetime | None = None) -> Turn:
    """Let it run on. Raises `Forbidden`, `TooLate`, `Conflict`."""
    turn = _the_turn(session, actor, forum_id, table)
    if turn.state == TurnState.PAUSED:
        turn.state = TurnState.SPEAKING
        turn.ends_at = _moment(at) + timedelta(seconds=turn.allowed - turn.spoken)
        record(session, forum_id, actor.person_key, TurnResumed(turn=turn.id, table=table, seat=turn.seat_id))
    return turn


def extend_turn(session: Session, actor: Actor, forum_id: int, table: int) -> Turn:
    """Give the running turn 30 seconds more, from now where its time is over.

    Raises `Forbidden`, `TooLate`, `Conflict` where nobody speaks or the turn is half an hour long.
    """
    turn = _the_turn(session, actor, forum_id, table)
    allowed = max(turn.allowed, turn.seconds_at()) + MORE_SECONDS
    if allowed > LONGEST_TURN:
        raise Conflict("long_turn", say("한 분의 발언을 더 늘릴 수 없습니다."))
    if turn.ends_at is not None:
        turn.ends_at += timedelta(seconds=allowed - turn.allowed)
    turn.allowed = allowed
    event = TurnExtended(turn=turn.id, table=table, seat=turn.seat_id, seconds=MORE_SECONDS)
    record(session, forum_id, actor.person_key, event)
    return turn
