"""A seat once taken: whose browser speaks for it, its name, its table, leaving."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Forbidden, Missing
from core.events.log import record
from core.i18n import say
from core.permissions import Actor
from participation.seats.codes import hashed
from participation.seats.events import SeatLeft, SeatMoved, SeatRenamed, SeatTakenOver
from participation.seats.models import FormerDevice, Placement, Seat, SeatCard, SeatState
from participation.seats.operations.door import (
    AT_THE_DOOR,
    LONGEST_NAME,
    NO_CODE,
    Taken,
    choose_place,
    free_code,
    open_door,
    placement_of,
)


def seat_of(session: Session, actor: Actor, forum_id: int) -> Seat:
    """The seat this actor speaks for or spoke for: what an older phone still had to send is ordered by its epoch.

    Raises `Forbidden` where there is none.
    """
    seat = session.get(Seat, actor.seat_id) if actor.seat_id else None
    if seat is None or seat.forum_id != forum_id or seat.state != SeatState.SEATED:
        raise Forbidden("no_seat", say("자리가 없습니다. 참가 코드로 다시 들어와 주세요."))
    return seat


def own_seat(session: Session, actor: Actor, forum_id: int) -> Seat:
    """The seat this actor speaks for now. Raises `Forbidden` where another phone took it over."""
    seat = seat_of(session, actor, forum_id)
    if seat.epoch != actor.epoch:
        raise Forbidden(
            "taken_over",
            say("이 자리를 다른 휴대폰에서 열었습니다. 여기서 이어 하시려면 ‘이 휴대폰에서 계속’을 눌러 주세요."),
        )
    return seat


def _hand_over(session: Session, seat: Seat) -> Taken:
    """Let a fresh browser speak for the seat; the one before is remembered with its epoch."""
    if seat.device_hash is not None:
        session.add(FormerDevice(device_hash=seat.device_hash, seat_id=seat.id, epoch=seat.epoch))
    token = secrets.token_urlsafe(16)
    seat.device_hash = hashed(token)
    seat.epoch += 1
    placement = placement_of(session, seat.id)
    record(session, seat.forum_id, f"seat:{seat.id}", SeatTakenOver(seat=seat.id, epoch=seat.epoch))
    return Taken(seat.id, placement.table_number, placement.place, seat.epoch, token)


def take_over(session: Session, forum_id: int, code: str) -> Taken:
    """Speak for a seat from this browser from now on; the older one is told. The epoch rises.

    Raises `Missing` for an unknown code, and as `open_door`.
    """
    open_door(session, forum_id)
    wanted = select(Seat).where(Seat.forum_id == forum_id, Seat.code == code, Seat.state == SeatState.SEATED)
    seat = session.scalars(wanted.with_for_update()).one_or_none()
    if seat is None:
        raise Missing("no_seat_code", NO_CODE, {"code": [NO_CODE]})
    return _hand_over(session, seat)


def take_back(session: Session, actor: Actor, forum_id: int) -> Taken:
    """Go on in the browser that spoke for the seat before. Raises `Forbidden` without one, and as `open_door`."""
    open_door(session, forum_id)
    return _hand_over(session, seat_of(session, actor, forum_id))


def _seat_in_charge(session: Session, actor: Actor, forum_id: int, seat_id: int) -> tuple[Seat, Placement]:
    """A seat of this forum for whoever runs its table or the door. Raises `Missing`, `Forbidden`."""
    seat = session.get(Seat, seat_id)
    if seat is None or seat.forum_id != forum_id:
        raise Missing("no_seat", say("그런 자리가 없습니다."))
    placement = placement_of(session, seat_id)
    if placement.table_number not in actor.tables and not actor.has_any(forum_id, *AT_THE_DOOR):
        raise Forbidden("forbidden", say("다른 테이블의 자리입니다."))
    return seat, placement


def _own_or_in_charge(
    session: Session, actor: Actor, forum_id: int, seat_id: int | None
) -> tuple[Seat, Placement, str]:
    """The seat, where it sits, and under which name the act goes into the log."""
    if seat_id is None or seat_id == actor.seat_id:
        seat = own_seat(session, actor, forum_id)
        return seat, placement_of(session, seat.id), actor.key
    return *_seat_in_charge(session, actor, forum_id, seat_id), actor.person_key


def rename_seat(session: Session, actor: Actor, forum_id: int, seat_id: int | None, name: str) -> Seat:
    """Change the name to be called by: one's own (None), or as whoever runs the table or the door.

    Raises `Forbidden`, `Missing`.
    """
    seat, placement, key = _own_or_in_charge(session, actor, forum_id, seat_id)
    seat.call_name = name[:LONGEST_NAME] or None
    record(session, forum_id, key, SeatRenamed(seat=seat.id, table=placement.table_number))
    return seat


def move_seat(session: Session, actor: Actor, forum_id: int, seat_id: int, table: int) -> Placement:
    """Seat someone at another table. What they said stays where it was said.

    Raises `Forbidden`, `Missing`, `Conflict` where the table is full.
    """
    forum = open_door(session, forum_id)
    seat, placement = _seat_in_charge(session, actor, forum_id, seat_id)
    if placement.table_number == table:
        return placement
    before = placement.table_number
    placement.table_number, placement.place = choose_place(session, forum, table)
    for one in (before, table):
        record(session, forum_id, actor.person_key, SeatMoved(seat=seat.id, table=one, place=placement.place))
    return placement


def leave_seat(session: Session, actor: Actor, forum_id: int, seat_id: int | None = None) -> None:
    """Go home, or note that someone went: the place is free again, what was said stays. Raises as `rename_seat`."""
    seat, placement, key = _own_or_in_charge(session, actor, forum_id, seat_id)
    seat.state, seat.device_hash = SeatState.LEFT, None
    card = session.scalars(select(SeatCard).where(SeatCard.seat_id == seat.id)).one_or_none()
    if card is not None:
        card.seat_id = None
        seat.code = free_code(session, forum_id)
    table = placement.table_number
    session.delete(placement)
    record(session, forum_id, key, SeatLeft(seat=seat.id, table=table))
