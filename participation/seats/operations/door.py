"""The door: taking a seat, and seats for those without a phone."""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict, Invalid, Missing, TooLate
from core.events.log import record
from core.i18n import Message, say
from core.i18n.dates import local_date
from core.permissions import Actor, Role, check
from participation.forums.clock import locked_forum
from participation.forums.codes import new_code
from participation.forums.models import Forum, ForumState
from participation.seats.codes import hashed, new_receipt_code, receipt_token
from participation.seats.events import SeatTaken
from participation.seats.models import Placement, Seat, SeatCard, SeatOrigin

ROUND = 1
LONGEST_NAME = 20
AT_THE_DOOR = (Role.HOST, Role.COORDINATOR, Role.FACILITATOR, Role.STAFF)
NO_CODE = say("없는 코드입니다. 여섯 글자를 다시 봐 주세요. 0과 O, 1과 I는 쓰지 않습니다.")

COUNTED = (
    say("한 자리"),
    say("두 자리"),
    say("세 자리"),
    say("네 자리"),
    say("다섯 자리"),
    say("여섯 자리"),
    say("일곱 자리"),
    say("여덟 자리"),
    say("아홉 자리"),
    say("열 자리"),
)


@dataclass(frozen=True)
class Consents:
    """What a resident agreed to: use of name and seat tonight, publishing of opinions without a name."""

    process: bool
    opinions: bool


@dataclass(frozen=True)
class Taken:
    """A seat just taken: where it is, in which epoch, and the token for the browser that speaks for it."""

    seat_id: int
    table: int
    place: int
    epoch: int
    token: str


def open_door(session: Session, forum_id: int) -> Forum:
    """The forum, locked, if its door is open: while it is live, and announced on its own day.

    Raises `TooLate` after the close, `Conflict` before the day.
    """
    forum = locked_forum(session, forum_id)
    if forum.state == ForumState.CLOSED:
        raise TooLate("closed", say("끝난 토론회입니다. 결과는 토론회 화면에서 보실 수 있습니다."))
    is_the_day = local_date(clock.now()) == forum.held_on
    if forum.state == ForumState.LIVE or (forum.state == ForumState.ANNOUNCED and is_the_day):
        return forum
    raise Conflict("not_yet", say("아직 들어갈 수 없습니다. 토론회 날에 다시 열어 주세요."))


_TAKEN = select(Placement.table_number, Placement.place).where(
    Placement.forum_id == bindparam("forum"), Placement.round == ROUND
)
_TAKEN_AT = _TAKEN.where(Placement.table_number == bindparam("table"))


def free_at(session: Session, forum: Forum, table: int) -> list[int]:
    """The free places of one table, in order; none where there is no such table."""
    if not 1 <= table <= forum.tables:
        return []
    taken = session.connection().execute(_TAKEN_AT, {"forum": forum.id, "table": table})
    used = {place for _, place in taken}
    return [place for place in range(1, forum.seats_per_table + 1) if place not in used]


def free_places(session: Session, forum: Forum) -> dict[int, list[int]]:
    """The free places of each table, in order."""
    taken = session.connection().execute(_TAKEN, {"forum": forum.id})
    used = {(table, place) for table, place in taken}
    places = range(1, forum.seats_per_table + 1)
    return {table: [place for place in places if (table, place) not in used] for table in range(1, forum.tables + 1)}


def _nearest(free: dict[int, list[int]], roomy: list[int], table: int) -> tuple[int, int]:
    near = min(roomy, key=lambda number: (abs(number - table), number))
    return near, len(free[near])


def _table_full(table: int, near: int, left: int) -> Conflict:
    counted = COUNTED[left - 1] if left <= len(COUNTED) else say("%(n)s자리", n=left)
    sentence = say(
        "%(table)s번 테이블은 자리가 찼습니다. 가까운 %(near)s번 테이블에 %(left)s가 있습니다.",
        table=table,
        near=near,
        left=counted,
    )
    return Conflict("table_full", sentence, {"table": [sentence]})


def choose_place(session: Session, forum: Forum, table: int | None, *, or_elsewhere: bool = False) -> tuple[int, int]:
    """The place to sit: at the table asked for, else (or where it is full, and `or_elsewhere`) at the emptiest one.

    Raises `Invalid` for a table that is not there, `Conflict` where there is no room (naming a near table).
    """
    if table is not None and not 1 <= table <= forum.tables:
        raise Invalid("no_table", say("그런 테이블이 없습니다."))
    here = free_at(session, forum, table) if table is not None else []
    if table is not None and here:
        return table, here[0]
    free = free_places(session, forum)
    roomy = [number for number in free if free[number]]
    if not roomy:
        raise Conflict("full", say("자리가 모두 찼습니다. 안내 데스크에 말씀해 주세요."))
    if table is not None and not or_elsewhere:
        raise _table_full(table, *_nearest(free, roomy, table))
    best = max(roomy, key=lambda number: (len(free[number]), -number))
    return best, free[best][0]


_CODE_OF_SEAT = select(Seat.id).where(Seat.forum_id == bindparam("forum"), Seat.code == bindparam("code"))
_CODE_OF_CARD = select(SeatCard.id).where(SeatCard.forum_id == bindparam("forum"), SeatCard.code == bindparam("code"))
_CODE_GIVEN = select(_CODE_OF_SEAT.exists() | _CODE_OF_CARD.exists())


def free_code(session: Session, forum_id: int) -> str:
    """A code that neither a seat nor a card of this forum has."""
    while True:
        code = new_code()
        if not session.connection().scalar(_CODE_GIVEN, {"forum": forum_id, "code": code}):
            return code


def placement_of(session: Session, seat_id: int) -> Placement:
    """Where a seat sits in the latest round of seating. Raises `Missing`."""
    wanted = select(Placement).where(Placement.seat_id == seat_id).order_by(Placement.round.desc())
    placement = session.scalars(wanted).first()
    if placement is None:
        raise Missing("no_placement", say("이 자리는 아직 테이블이 정해지지 않았습니다."))
    return placement


def _unused_card(session: Session, forum_id: int, card_code: str) -> SeatCard:
    wanted = select(SeatCard).where(SeatCard.forum_id == forum_id, SeatCard.code == card_code)
    card = session.scalars(wanted).one_or_none()
    if card is None:
        raise Missing("no_card", NO_CODE)
    if card.seat_id is not None:
        sentence = say("이 카드의 자리에는 이미 앉아 계십니다. 같은 자리를 이어 쓰려면 ‘자리 이어 쓰기’를 눌러 주세요.")
        raise Conflict("card_used", sentence)
    return card


def _check_consents(consents: Consents) -> None:
    missing: dict[str, list[Message]] = {}
    if not consents.process:
        missing["consent_process"] = [say("이 동의가 있어야 자리를 드릴 수 있습니다.")]
    if not consents.opinions:
        missing["consent_opinions"] = [say("이 동의가 있어야 제안을 함께 볼 수 있습니다.")]
    if len(missing) == 2:
        sentence = say("아직 자리를 받지 못했습니다. 아래 동의 두 가지가 남았습니다.")
        raise Invalid("consent", sentence, missing)
    if missing:
        sentence = say("아직 자리를 받지 못했습니다. 아래 동의 한 가지가 남았습니다.")
        raise Invalid("consent", sentence, missing)


def _sit(
    session: Session,
    forum: Forum,
    *,
    place: tuple[int, int],
    name: str,
    origin: SeatOrigin,
    secret: str,
    code: str,
    device_hash: str | None = None,
) -> Seat:
    now = clock.now()
    seat = Seat(forum_id=forum.id, code=code, call_name=name[:LONGEST_NAME] or None, origin=origin, taken_at=now)
    seat.consented_process_at = seat.consented_opinions_at = now
    seat.receipt_hash, seat.receipt_code = secrets.token_hex(32), new_receipt_code()
    seat.device_hash = device_hash
    session.add(seat)
    session.flush()
    seat.receipt_hash = hashed(receipt_token(secret, seat.id))
    table, number = place
    session.add(Placement(forum_id=forum.id, seat_id=seat.id, round=ROUND, table_number=table, place=number))
    session.flush()
    return seat


_OF_BROWSER = select(Seat).where(Seat.forum_id == bindparam("forum"), Seat.device_hash == bindparam("device"))


def _seat_of_browser(session: Session, forum_id: int, token: str) -> Taken | None:
    seat = session.scalars(_OF_BROWSER, {"forum": forum_id, "device": hashed(token)}).one_or_none()
    if seat is None:
        return None
    placement = placement_of(session, seat.id)
    return Taken(seat.id, placement.table_number, placement.place, seat.epoch, token)


def take_seat(
    session: Session,
    forum_id: int,
    *,
    name: str,
    consents: Consents,
    secret: str,
    table: int | None = None,
    or_elsewhere: bool = False,
    card_code: str | None = None,
    token: str = "",
) -> Taken:
    """Sit down: at the card's own place (another at its table where that was taken), at the table asked for (or
    elsewhere where that is full and nobody insisted on it), or at the next free place. The same browser's `token`
    gives the same seat again.

    Raises `Invalid` where a consent is missing, `Conflict` where the table or the hall is full or the card was
    used, `Missing` for an unknown card, and as `open_door`.
    """
    forum = open_door(session, forum_id)
    token = token or secrets.token_urlsafe(16)
    known = _seat_of_browser(session, forum_id, token)
    if known is not None:
        return known
    _check_consents(consents)
    card = _unused_card(session, forum_id, card_code) if card_code else None
    if card is not None and card.place in free_at(session, forum, card.table_number):
        place, code = (card.table_number, card.place), card.code
    else:
        place = choose_place(session, forum, card.table_number if card else table, or_elsewhere=or_elsewhere)
        code, card = free_code(session, forum_id), None
    whose: dict[str, Any] = {"name": name, "origin": SeatOrigin.PHONE, "device_hash": hashed(token)}
    seat = _sit(session, forum, place=place, secret=secret, code=code, **whose)
    if card is not None:
        card.seat_id = seat.id
    record(session, forum_id, f"seat:{seat.id}", SeatTaken(seat=seat.id, table=place[0], place=place[1]))
    return Taken(seat.id, place[0], place[1], seat.epoch, token)


def add_walk_in(session: Session, actor: Actor, forum_id: int, *, name: str, table: int | None, secret: str) -> Seat:
    """Seat someone without a phone; consent was given on paper at the door, which is noted with its moment.

    Raises `Forbidden` for those who neither run the table nor the door, `Conflict` where it is full.
    """
    check(actor.has_any(forum_id, *AT_THE_DOOR) or (table is not None and table in actor.tables))
    forum = open_door(session, forum_id)
    place, code = choose_place(session, forum, table), free_code(session, forum_id)
    seat = _sit(session, forum, place=place, name=name, origin=SeatOrigin.WALK_IN, secret=secret, code=code)
    record(session, forum_id, actor.person_key, SeatTaken(seat=seat.id, table=place[0], place=place[1]))
    return seat
