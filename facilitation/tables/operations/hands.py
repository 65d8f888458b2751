"""Raising a hand from one's own phone, and taking it down; all of them when the room moves on."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict
from core.events.log import record
from core.i18n import say
from core.permissions import Actor, check
from facilitation.tables.events import HandLowered, HandRaised, TurnEnded
from facilitation.tables.models import HandRaise, Turn, TurnState
from facilitation.tables.operations.turns import close_turn
from facilitation.tables.queries import running_turn
from participation.forums.clock import locked_forum, opens
from participation.forums.models import Act


def _up(session: Session, seat_id: int) -> HandRaise | None:
    wanted = select(HandRaise).where(HandRaise.seat_id == seat_id, HandRaise.lowered_at.is_(None))
    return session.scalars(wanted).one_or_none()


def raise_hand(session: Session, actor: Actor, forum_id: int) -> None:
    """Ask to speak; a hand that is up stays up, in its place in the order.

    Raises `Forbidden` without a seat at a table, `Conflict` where the segment has no turns or the seat speaks.
    """
    check(actor.seat_id is not None and actor.table is not None)
    seat_id, table = int(actor.seat_id or 0), int(actor.table or 0)
    forum = locked_forum(session, forum_id)
    if not opens(forum, Act.SPEAK):
        raise Conflict("no_turns", say("지금은 손들기를 받지 않는 순서입니다."))
    running = running_turn(session, forum_id, table)
    if running is not None and running.seat_id == seat_id:
        raise Conflict("speaking", say("지금 말씀하실 차례입니다."))
    hand = _up(session, seat_id)
    if hand is not None and hand.table_number == table:
        return
    if hand is not None:
        _lower(session, actor.key, hand)
        session.flush()
    raised = HandRaise(forum_id=forum_id, table_number=table, seat_id=seat_id, segment_id=forum.segment_id)
    raised.raised_at = clock.now()
    session.add(raised)
    record(session, forum_id, actor.key, HandRaised(seat=seat_id, table=table))


def lower_hand(session: Session, actor: Actor, forum_id: int) -> None:
    """Take one's own hand down; one that is down stays down. Raises `Forbidden` without a seat at a table."""
    check(actor.seat_id is not None and actor.table is not None)
    locked_forum(session, forum_id)
    hand = _up(session, int(actor.seat_id or 0))
    if hand is not None:
        _lower(session, actor.key, hand)


def _lower(session: Session, by: str, hand: HandRaise) -> None:
    hand.lowered_at = clock.now()
    record(session, hand.forum_id, by, HandLowered(seat=hand.seat_id, table=hand.table_number))


def settle_tables(session: Session, actor: Actor, forum_id: int) -> None:
    """End every turn and take down every hand, as the room moves on. The caller has checked and locked."""
    turns = select(Turn).where(Turn.forum_id == forum_id, Turn.state != TurnState.DONE).order_by(Turn.table_number)
    for turn in session.scalars(turns):
        close_turn(turn, clock.now())
        event = TurnEnded(turn=turn.id, table=turn.table_number, seat=turn.seat_id)
        record(session, forum_id, actor.person_key, event)
    hands = select(HandRaise).where(HandRaise.forum_id == forum_id, HandRaise.lowered_at.is_(None))
    for hand in session.scalars(hands.order_by(HandRaise.id)):
        _lower(session, actor.person_key, hand)
