"""The door: taking a seat, taking it over, walk-ins, moving, leaving, printed cards."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict, Forbidden, Invalid, Missing, TooLate
from core.events.log import record
from core.i18n import say
from core.i18n.dates import local_date
from core.permissions import Actor, Role, check
from participation.forums.clock import locked_forum
from participation.forums.codes import new_code
from participation.forums.models import Forum, ForumState
from participation.seats.events import SeatLeft, SeatMoved, SeatRenamed, SeatTaken, SeatTakenOver
from participation.seats.models import Placement, Seat, SeatCard, SeatOrigin, SeatState

ROUND = 1
LONGEST_NAME = 20


@dataclass(frozen=True)
class Consents:
    """What a resident agreed to: use of name and seat tonight, publishing of opinions without a name."""

    process: bool
    opinions: bool


@dataclass(frozen=True)
class Taken:
    """A seat just taken: where it is, and the token for the browser that speaks for it."""

    seat_id: int
    table: int
    place: int
    token: str


def hashed(token: str) -> str:
    """How tokens are kept."""
    return hashlib.sha256(token.encode("utf-8", "ignore")).hexdigest()


def receipt_token(secret: str, seat_id: int) -> str:
    """The token in a seat's receipt link; the same whenever asked, kept only as a hash (128 bits)."""
    return hmac.new(secret.encode(), f"receipt/{seat_id}".encode(), hashlib.sha256).hexdigest()[:32]


def own_seat(session: Session, actor: Actor, forum_id: int) -> Seat:
    """The seat this actor speaks for, as it is now. Raises `Forbidden` where another phone took it over."""
    seat = session.get(Seat, actor.seat_id) if actor.seat_id else None
    if seat is None or seat.forum_id != forum_id or seat.state != SeatState.SEATED:
        raise Forbidden("no_seat", say("자리가 없습니다. 참가 코드로 다시 들어와 주세요."))
    if seat.epoch != actor.epoch:
        raise Forbidden(
            "taken_over",
            say("이 자리를 다른 휴대폰에서 열었습니다. 여기서 이어 하시려면 ‘이 휴대폰에서 계속’을 눌러 주세요."),
        )
    return seat


def _new_receipt_code() -> str:
    """Twelve letters and digits that are not mixed up: over 55 bits."""
    letters = "ACDEFHJKLMNPQRTUVWXYZ234679"
    return "".join(secrets.choice(letters) for _ in range(12))


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


def free_places(session: Session, forum: Forum) -> dict[int, list[int]]:
    """The free places of each table, in order; places with a card of their own stay free until the card is used."""
    taken = session.execute(
        select(Placement.table_number, Placement.place).where(Placement.forum_id == forum.id, Placement.round == ROUND)
    )
    used = {(table, place) for table, place in taken}
    places = range(1, forum.seats_per_table + 1)
    return {table: [place for place in places if (table, place) not in used] for table in range(1, forum.tables + 1)}


def _choose_place(session: Session, forum: Forum, table: int | None) -> tuple[int, int]:
    """The place to sit: at the table asked for, else at the emptiest one. Raises `Conflict` where there is none."""
    free = free_places(session, forum)
    if table is not None:
        if table not in free:
            raise Invalid("no_table", say("그런 테이블이 없습니다."))
        if free[table]:
            return table, free[table][0]
        near = min((t for t in free if free[t]), key=lambda t: (abs(t - table), t), default=None)
        if near is not None:
            left = len(free[near])
            sentence = say(
                "%(table)s번 테이블은 자리가 찼습니다. 가까운 %(near)s번 테이블에 %(left)s자리가 있습니다.",
                table=table,
                near=near,
                left=left,
            )
            raise Conflict("table_full", sentence)
    best = max((t for t in free if free[t]), key=lambda t: (len(free[t]), -t), default=None)
    if best is None:
        raise Conflict("full", say("자리가 모두 찼습니다. 안내 데스크에 말씀해 주세요."))
    return best, free[best][0]


def _free_code(session: Session, forum_id: int) -> str:
    """A code that neither a seat nor a card of this forum has."""
    while True:
        code = new_code()
        seat = session.scalars(select(Seat.id).where(Seat.forum_id == forum_id, Seat.code == code)).first()
        card = session.scalars(select(SeatCard.id).where(SeatCard.forum_id == forum_id, SeatCard.code == code)).first()
        if seat is None and card is None:
            return code


def _card(session: Session, forum_id: int, card_code: str) -> SeatCard:
    wanted = select(SeatCard).where(SeatCard.forum_id == forum_id, SeatCard.code == card_code)
    card = session.scalars(wanted).one_or_none()
    if card is None:
        raise Missing("no_card", say("없는 코드입니다. 여섯 글자를 다시 봐 주세요. 0과 O, 1과 I는 쓰지 않습니다."))
    if card.seat_id is not None:
        raise Conflict(
            "card_used",
            say("이 카드의 자리에는 이미 앉아 계십니다. 같은 자리를 이어 쓰려면 ‘자리 이어 쓰기’를 눌러 주세요."),
        )
    return card


def _seat_at(
    session: Session, forum: Forum, *, place: tuple[int, int], name: str, origin: SeatOrigin, secret: str, code: str
) -> Seat:
    now = clock.now()
    seat = Seat(forum_id=forum.id, code=code, call_name=name[:LONGEST_NAME] or None, origin=origin, taken_at=now)
    seat.consented_process_at = seat.consented_opinions_at = now
    seat.receipt_hash, seat.receipt_code = secrets.token_hex(32), _new_receipt_code()
    session.add(seat)
    session.flush()
    seat.receipt_hash = hashed(receipt_token(secret, seat.id))
    table, number = place
    session.add(Placement(forum_id=forum.id, seat_id=seat.id, round=ROUND, table_number=table, place=number))
    session.flush()
    return seat


def take_seat(
    session: Session,
    forum_id: int,
    *,
    name: str,
    consents: Consents,
    secret: str,
    table: int | None = None,
    card_code: str | None = None,
) -> Taken:
    """Sit down: at the card's own place, at the table asked for, or at the next free place.

    Raises `Invalid` where a consent is missing, `Conflict` where the table or the hall is full or the card was
    used, `Missing` for an unknown card, and as `open_door`.
    """
    forum = open_door(session, forum_id)
    missing = {
        field: [say("이 동의가 있어야 제안을 함께 볼 수 있습니다.")]
        for field, given in (("consent_process", consents.process), ("consent_opinions", consents.opinions))
        if not given
    }
    if missing:
        number = "한" if len(missing) == 1 else "두"
        sentence = (
            say("아직 자리를 받지 못했습니다. 아래 동의 한 가지가 남았습니다. 적으신 이름은 그대로 있습니다.")
            if number == "한"
            else say("아직 자리를 받지 못했습니다. 아래 동의 두 가지가 남았습니다. 적으신 이름은 그대로 있습니다.")
        )
        raise Invalid("consent", sentence, missing)
    card = _card(session, forum_id, card_code) if card_code else None
    place = (card.table_number, card.place) if card else _choose_place(session, forum, table)
    if card is not None and card.place not in free_places(session, forum).get(card.table_number, []):
        raise Conflict("place_taken", say("이 카드의 자리에는 다른 분이 앉아 계십니다. 안내 데스크에 말씀해 주세요."))
    code = card.code if card else _free_code(session, forum_id)
    seat = _seat_at(session, forum, place=place, name=name, origin=SeatOrigin.PHONE, secret=secret, code=code)
    token = secrets.token_urlsafe(16)
    seat.device_hash = hashed(token)
    if card is not None:
        card.seat_id = seat.id
    event = SeatTaken(seat=seat.id, table=place[0], place=place[1])
    record(session, forum_id, f"seat:{seat.id}", event)
    return Taken(seat.id, place[0], place[1], token)


def add_walk_in(session: Session, actor: Actor, forum_id: int, *, name: str, table: int | None, secret: str) -> Seat:
    """Seat someone without a phone; consent was given on paper at the door.

    Raises `Forbidden` for those who neither run the table nor the door, `Conflict` where it is full.
    """
    at_the_door = actor.has_any(forum_id, Role.HOST, Role.COORDINATOR, Role.FACILITATOR, Role.STAFF)
    check(at_the_door or (table is not None and table in actor.tables))
    forum = open_door(session, forum_id)
    place = _choose_place(session, forum, table)
    code = _free_code(session, forum_id)
    seat = _seat_at(session, forum, place=place, name=name, origin=SeatOrigin.WALK_IN, secret=secret, code=code)
    record(session, forum_id, actor.person_key, SeatTaken(seat=seat.id, table=place[0], place=place[1]))
    return seat


def take_over(session: Session, forum_id: int, code: str) -> Taken:
    """Speak for a seat from this browser from now on; the older one is told. The epoch rises.

    Raises `Missing` for an unknown code, and as `open_door`.
    """
    open_door(session, forum_id)
    wanted = select(Seat).where(Seat.forum_id == forum_id, Seat.code == code, Seat.state == SeatState.SEATED)
    seat = session.scalars(wanted.with_for_update()).one_or_none()
    if seat is None:
        raise Missing("no_seat_code", say("없는 코드입니다. 여섯 글자를 다시 봐 주세요. 0과 O, 1과 I는 쓰지 않습니다."))
    token = secrets.token_urlsafe(16)
    seat.device_hash = hashed(token)
    seat.epoch += 1
    placement = placement_of(session, seat.id)
    record(session, forum_id, f"seat:{seat.id}", SeatTakenOver(seat=seat.id, epoch=seat.epoch))
    return Taken(seat.id, placement.table_number, placement.place, token)


def placement_of(session: Session, seat_id: int) -> Placement:
    """Where a seat sits in the latest round of seating."""
    wanted = select(Placement).where(Placement.seat_id == seat_id).order_by(Placement.round.desc())
    placement = session.scalars(wanted).first()
    if placement is None:
        raise Missing("no_placement", say("이 자리는 아직 테이블이 정해지지 않았습니다."))
    return placement


def _seat_in_charge(session: Session, actor: Actor, forum_id: int, seat_id: int) -> tuple[Seat, Placement]:
    """A seat of this forum for whoever runs its table or the door. Raises `Missing`, `Forbidden`."""
    seat = session.get(Seat, seat_id)
    if seat is None or seat.forum_id != forum_id:
        raise Missing("no_seat", say("그런 자리가 없습니다."))
    placement = placement_of(session, seat_id)
    in_charge = placement.table_number in actor.tables or actor.has_any(
        forum_id, Role.HOST, Role.COORDINATOR, Role.FACILITATOR, Role.STAFF
    )
    if not in_charge:
        raise Forbidden("forbidden", say("다른 테이블의 자리입니다."))
    return seat, placement


def rename_seat(session: Session, actor: Actor, forum_id: int, seat_id: int | None, name: str) -> Seat:
    """Change the name to be called by: one's own, or as whoever runs the table or the door."""
    if seat_id is None or seat_id == actor.seat_id:
        seat = own_seat(session, actor, forum_id)
        placement = placement_of(session, seat.id)
    else:
        seat, placement = _seat_in_charge(session, actor, forum_id, seat_id)
    seat.call_name = name[:LONGEST_NAME] or None
    key = actor.key if seat.id == actor.seat_id else actor.person_key
    record(session, forum_id, key, SeatRenamed(seat=seat.id, table=placement.table_number))
    return seat


def move_seat(session: Session, actor: Actor, forum_id: int, seat_id: int, table: int) -> Placement:
    """Seat someone at another table. What they said stays where it was said."""
    check(actor.has_any(forum_id, Role.HOST, Role.COORDINATOR, Role.STAFF))
    forum = open_door(session, forum_id)
    seat, placement = _seat_in_charge(session, actor, forum_id, seat_id)
    if placement.table_number == table:
        return placement
    before = placement.table_number
    new_table, place = _choose_place(session, forum, table)
    placement.table_number, placement.place = new_table, place
    for one in (before, new_table):
        record(session, forum_id, actor.person_key, SeatMoved(seat=seat.id, table=one, place=place))
    return placement


def leave_seat(session: Session, actor: Actor, forum_id: int, seat_id: int | None = None) -> None:
    """Go home, or note that someone went: the place is free again, what was said stays."""
    if seat_id is None or seat_id == actor.seat_id:
        seat = own_seat(session, actor, forum_id)
        placement = placement_of(session, seat.id)
    else:
        seat, placement = _seat_in_charge(session, actor, forum_id, seat_id)
    key = actor.key if seat.id == actor.seat_id else actor.person_key
    seat.state, seat.device_hash = SeatState.LEFT, None
    table = placement.table_number
    card = session.scalars(select(SeatCard).where(SeatCard.seat_id == seat.id)).one_or_none()
    if card is not None:
        card.seat_id = None
        seat.code = _free_code(session, forum_id)
    session.delete(placement)
    record(session, forum_id, key, SeatLeft(seat=seat.id, table=table))


def make_cards(session: Session, actor: Actor, forum_id: int) -> list[SeatCard]:
    """A printed card for every place; those made before stay as they are."""
    check(actor.has_any(forum_id, Role.HOST, Role.COORDINATOR, Role.STAFF))
    forum = locked_forum(session, forum_id)
    known = {
        (c.table_number, c.place): c for c in session.scalars(select(SeatCard).where(SeatCard.forum_id == forum_id))
    }
    for table in range(1, forum.tables + 1):
        for place in range(1, forum.seats_per_table + 1):
            if (table, place) not in known:
                card = SeatCard(forum_id=forum_id, table_number=table, place=place, code=_free_code(session, forum_id))
                card.token = secrets.token_urlsafe(16)
                session.add(card)
                session.flush()
                known[(table, place)] = card
    return [known[key] for key in sorted(known) if key[0] <= forum.tables and key[1] <= forum.seats_per_table]
