"""Raising a hand from one's own phone, and taking it down."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict
from core.events.log import record
from core.i18n import say
from core.permissions import Actor, check
from facilitation.tables.events import HandLowered, HandRaised
from facilitation.tables.models import HandRaise
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
    if running is not None and running.seat_id == seat_id and running.segment_id == forum.segment_id:
        raise Conflict("speaking", say("지금 말씀하실 차례입니다."))
    hand = _up(session, seat_id)
    if hand is not None and (hand.segment_id, hand.table_number) == (forum.segment_id, table):
        return
    if hand is not None:
        hand.lowered_at = clock.now()
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
        hand.lowered_at = clock.now()
        event = HandLowered(seat=hand.seat_id, table=hand.table_number)
        record(session, forum_id, actor.key, event)
