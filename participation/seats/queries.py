"""Reading seats: who sits where, what is free, whose browser this is."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Row, String, bindparam, cast, func, select
from sqlalchemy.orm import Session

from core.db.once import once
from core.events.known import known
from core.i18n import say
from participation.forums.models import Forum, ForumState
from participation.seats.codes import grouped
from participation.seats.models import Placement, Seat, SeatCard, SeatOrigin, SeatState


@dataclass(frozen=True)
class SeatView:
    """A seat and where it sits."""

    id: int
    table: int
    place: int
    name: str
    code: str
    origin: SeatOrigin
    epoch: int
    receipt_code: str

    @property
    def called(self) -> str:
        """The name to be called by, else the place's number."""
        return self.name or str(say("%(place)s번 자리", place=self.place))

    @property
    def receipt_words(self) -> str:
        """The receipt's code as people read it."""
        return grouped(self.receipt_code)

    @property
    def has_phone(self) -> bool:
        return self.origin is SeatOrigin.PHONE


@dataclass(frozen=True)
class TableView:
    """A table as the door sees it: its seats by place, and how many places it has."""

    number: int
    places: int
    seats: tuple[SeatView, ...]

    @property
    def free(self) -> int:
        return self.places - len(self.seats)

    def states(self, me: int | None = None) -> list[str]:
        """A state for each place in order, for the seat ring."""
        return ring_states({seat.place: seat.id for seat in self.seats}, self.places, me)


def ring_states(taken: Mapping[int, int], places: int, me: int | None = None) -> list[str]:
    """`empty`, `seated` or `me` for each place in order, from the seats by place."""
    return [
        "empty" if place not in taken else "me" if taken[place] == me else "seated" for place in range(1, places + 1)
    ]


def _view(row: Row[int, int, int, str | None, str, str, int, str]) -> SeatView:
    seat_id, table, place, name, code, origin, epoch, receipt_code = row
    return SeatView(seat_id, table, place, name or "", code, SeatOrigin(origin), epoch, receipt_code)


_SEATED = (
    select(
        Seat.id,
        Placement.table_number,
        Placement.place,
        Seat.call_name,
        Seat.code,
        Seat.origin,
        Seat.epoch,
        Seat.receipt_code,
    )
    .join(Placement, Placement.seat_id == Seat.id)
    .where(Seat.state == SeatState.SEATED)
    .order_by(Placement.table_number, Placement.place)
)


_AT_TABLE = _SEATED.where(Seat.forum_id == bindparam("forum"), Placement.table_number == bindparam("table"))


def seats_of_table(session: Session, forum_id: int, table: int) -> list[SeatView]:
    """Who sits at a table, by place."""
    return [_view(row) for row in session.connection().execute(_AT_TABLE, {"forum": forum_id, "table": table})]


def tables_of_forum(session: Session, forum_id: int, tables: int, places: int) -> list[TableView]:
    """Every table with who sits there."""
    by_table: defaultdict[int, list[SeatView]] = defaultdict(list)
    for row in session.execute(_SEATED.where(Seat.forum_id == forum_id)):
        seat = _view(row)
        by_table[seat.table].append(seat)
    return [TableView(number, places, tuple(by_table[number])) for number in range(1, tables + 1)]


@dataclass(frozen=True)
class DoorTable:
    """A table as those at the door see it: which of its places are taken."""

    number: int
    places: int
    taken: frozenset[int]

    @property
    def free(self) -> int:
        return self.places - len(self.taken)

    def states(self) -> list[str]:
        """A state for each place in order, for the seat ring."""
        return ring_states(dict.fromkeys(self.taken, 0), self.places)


_TAKEN = (
    select(Placement.table_number, func.aggregate_strings(cast(Placement.place, String), ","))
    .join(Seat, Seat.id == Placement.seat_id)
    .where(Seat.forum_id == bindparam("forum"), Seat.state == SeatState.SEATED)
    .group_by(Placement.table_number)
)


def tables_at_the_door(session: Session, forum_id: int, tables: int, places: int) -> list[DoorTable]:
    """Every table with its taken places, without a word of who sits there."""
    taken = {row[0]: _numbers(row[1]) for row in session.connection().execute(_TAKEN, {"forum": forum_id})}
    return [DoorTable(number, places, taken.get(number, _NONE)) for number in range(1, tables + 1)]


@lru_cache(maxsize=4096)
def _numbers(listed: str) -> frozenset[int]:
    """`3,1,2` as numbers: halls sit down in much the same order."""
    return frozenset(int(number) for number in listed.split(","))


_NONE: frozenset[int] = frozenset()


_SEAT = _SEATED.where(Seat.id == bindparam("seat"), Seat.forum_id == bindparam("forum"))


def seat_by_id(session: Session, forum_id: int, seat_id: int) -> SeatView | None:
    """A seat that is taken, or None. The browser with its epoch speaks for it."""

    def read() -> SeatView | None:
        row = session.connection().execute(_SEAT, {"seat": seat_id, "forum": forum_id}).first()
        return _view(row) if row else None

    return once(session, ("seat", forum_id, seat_id), read)


_PLACES = (
    select(Placement.place, Seat.id)
    .join(Placement, Placement.seat_id == Seat.id)
    .where(
        Seat.forum_id == bindparam("forum"),
        Seat.state == SeatState.SEATED,
        Placement.table_number == bindparam("table"),
    )
)


def places_taken(session: Session, forum_id: int, table: int) -> dict[int, int]:
    """The seats of a table by place."""

    def read() -> dict[int, int]:
        found = session.connection().execute(_PLACES, {"forum": forum_id, "table": table})
        return {row[0]: row[1] for row in found}

    return known(session, forum_id, (f"table:{table}",), ("places taken", table), read)


def count_seated(session: Session, forum_id: int) -> int:
    """How many seats are taken."""
    wanted = select(func.count()).select_from(Seat)
    return session.scalar(wanted.where(Seat.forum_id == forum_id, Seat.state == SeatState.SEATED)) or 0


@dataclass(frozen=True)
class CardView:
    """A printed card."""

    forum_id: int
    table: int
    place: int
    code: str
    token: str
    is_used: bool


def _card(card: SeatCard) -> CardView:
    return CardView(card.forum_id, card.table_number, card.place, card.code, card.token, card.seat_id is not None)


def card_by_token(session: Session, token: str) -> CardView | None:
    """The card behind the token in its QR, or None."""
    card = session.scalars(select(SeatCard).where(SeatCard.token == token)).one_or_none()
    return _card(card) if card else None


def card_by_code_tonight(session: Session, code: str) -> CardView | None:
    """The card behind a code among the forums whose door may be open, where just one has such a card."""
    wanted = select(SeatCard).join(Forum, Forum.id == SeatCard.forum_id)
    open_now = Forum.state.in_((ForumState.ANNOUNCED, ForumState.LIVE))
    cards = list(session.scalars(wanted.where(SeatCard.code == code, open_now).limit(2)))
    return _card(cards[0]) if len(cards) == 1 else None


def cards_of_forum(session: Session, forum_id: int) -> list[CardView]:
    """All printed cards, by table and place."""
    wanted = select(SeatCard).where(SeatCard.forum_id == forum_id).order_by(SeatCard.table_number, SeatCard.place)
    return [_card(card) for card in session.scalars(wanted)]
