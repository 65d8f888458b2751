"""Taking the vote of a seat: once for each key of a client, the newest wins, the content under a slot of its own."""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict, DomainError, Forbidden, TooLate
from core.events.log import record
from core.i18n import say
from core.permissions import Actor, check
from participation.ballots import queries
from participation.ballots.events import VoteAccepted
from participation.ballots.keys import KeyStore
from participation.ballots.models import BallotState, Cast, Channel, Turnout
from participation.ballots.operations.finding import locked_voting
from participation.ballots.rules import checked_choices, late
from participation.seats.models import Seat, SeatState

TURNOUT, CASTS = cast(Table, Turnout.__table__), cast(Table, Cast.__table__)
SEATS = cast(Table, Seat.__table__)
RECEIPT_LETTERS = "ACDEFHJKMNPQRTUVWXY34679"


@dataclass(frozen=True)
class Vote:
    """What a phone sends. `counter` orders the acts of one phone; None means now, without an order of its own."""

    ballot_id: int
    choices: Sequence[int]
    key: str | None = None
    counter: int | None = None


@dataclass(frozen=True)
class Accepted:
    """That the vote was taken: receipt and moment, and whether the ballot was closing already. No content."""

    receipt: str
    at: datetime
    closing: bool


@dataclass
class _Entry:
    """A seat's turnout and vote as they stand while a batch is worked through."""

    seat_id: int
    slot: str
    channel: str
    receipt: str
    client_key: str | None
    epoch: int
    counter: int
    sealed: bool
    at: datetime
    choices: list[int]
    is_new: bool = False
    is_changed: bool = False


@dataclass
class _Box:
    """What a batch needs of one ballot, read once: its rules, who took part already, where the votes lie."""

    voting: queries.Voting
    slots: dict[int, str] | None
    entries: dict[int, _Entry]
    receipts: list[str]


@dataclass(frozen=True)
class _Opened:
    """One ballot for a batch: its box or why there is none, and who of the batch is in the room."""

    box: _Box | DomainError
    present: frozenset[int]


def cast_ballot(session: Session, actor: Actor, forum_id: int, vote: Vote, keys: KeyStore) -> Accepted:
    """Take a seat's vote, or its change of mind; the receipt stays the same for the seat.

    Raises `Forbidden` without a seat in the room, `Missing`, `Invalid` for choices against the rules, `Conflict`
    where the seat votes on paper, voted before the ballot was reopened, sent something newer, or used the key for
    another vote; `TooLate` once the waiting time is over.
    """
    (answer,) = cast_ballots(session, forum_id, [(actor, vote)], keys)
    if isinstance(answer, DomainError):
        raise answer
    return answer


def cast_ballots(
    session: Session, forum_id: int, votes: Sequence[tuple[Actor, Vote]], keys: KeyStore
) -> list[Accepted | DomainError]:
    """As `cast_ballot` for each of `votes`, in order, with a handful of statements however many there are.

    Gives an answer or a refusal for each; a refused vote changes nothing.
    """
    asked: defaultdict[int, list[tuple[int, Vote]]] = defaultdict(list)
    for actor, vote in votes:
        if actor.seat_id is not None:
            asked[vote.ballot_id].append((actor.seat_id, vote))
    opened = {ballot_id: _open(session, forum_id, ballot_id, ones, keys) for ballot_id, ones in asked.items()}
    answers = [_cast(session, opened.get(vote.ballot_id), actor, vote) for actor, vote in votes]
    for one in opened.values():
        if isinstance(one.box, _Box):
            _write(session, one.box)
    return answers


def _open(
    session: Session, forum_id: int, ballot_id: int, votes: Sequence[tuple[int, Vote]], keys: KeyStore
) -> _Opened:
    seats, again = sorted({seat for seat, _ in votes}), {vote.key for _, vote in votes if vote.key is not None}
    voting: queries.Voting | DomainError
    try:
        voting = locked_voting(session, forum_id, ballot_id)
    except DomainError as refusal:
        voting = refusal
    session.flush()
    rows = session.connection().execute(_HERE, {"ballot": ballot_id, "seats": seats, "forum": forum_id}).all()
    present = frozenset(row.seat_id for row in rows)
    if isinstance(voting, DomainError):
        return _Opened(voting, present)
    slots: dict[int, str] | None
    try:
        slots = keys.slots(ballot_id, present)
    except FileNotFoundError:
        slots = None
    entries = _entries(session, [row for row in rows if row.receipt is not None], slots or {}, again)
    receipts = new_receipts(session, ballot_id, len(present) - len(entries))
    return _Opened(_Box(voting, slots, entries, receipts), present)


_HERE = (
    select(
        SEATS.c.id.label("seat_id"),
        *(TURNOUT.c[name] for name in ("channel", "receipt", "client_key", "epoch", "counter", "sealed", "at")),
    )
    .select_from(
        SEATS.outerjoin(TURNOUT, (TURNOUT.c.seat_id == SEATS.c.id) & (TURNOUT.c.ballot_id == bindparam("ballot")))
    )
    .where(
        SEATS.c.id.in_(bindparam("seats", expanding=True)),
        SEATS.c.forum_id == bindparam("forum"),
        SEATS.c.state == SeatState.SEATED,
    )
)
_CHOSEN = select(CASTS.c.slot, CASTS.c.choices).where(CASTS.c.slot.in_(bindparam("slots", expanding=True)))


def _entries(session: Session, rows: Sequence[Row[Any]], slots: dict[int, str], again: set[str]) -> dict[int, _Entry]:
    """Who took part already; what they chose only where a key of theirs is among those that came `again`."""
    wanted = [slots[row.seat_id] for row in rows if row.client_key in again and row.seat_id in slots]
    chosen: dict[str, list[int]] = {}
    if wanted:
        chosen = {row[0]: row[1] for row in session.connection().execute(_CHOSEN, {"slots": wanted})}
    found: dict[int, _Entry] = {}
    for row in rows:
        slot = slots.get(row.seat_id, "")
        found[row.seat_id] = _Entry(slot=slot, choices=chosen.get(slot, []), **row._mapping)
    return found


def _cast(session: Session, opened: _Opened | None, actor: Actor, vote: Vote) -> Accepted | DomainError:
    try:
        check(actor.seat_id is not None)
        if opened is None or actor.seat_id not in opened.present:
            raise Forbidden("no_seat", say("자리에 앉으신 분만 투표할 수 있습니다."))
        if isinstance(opened.box, DomainError):
            raise opened.box
        return _take(session, opened.box, actor, actor.seat_id or 0, vote)
    except DomainError as refusal:
        return refusal


def _take(session: Session, box: _Box, actor: Actor, seat_id: int, vote: Vote) -> Accepted:
    before = box.entries.get(seat_id)
    _check_moment(box.voting, before)
    choices = checked_choices(box.voting, vote.choices)
    if box.slots is None:
        raise Conflict(
            "ballot_key", say("지금은 표를 받을 수 없습니다. 고르신 것은 이 휴대폰에 있습니다. 도우미에게 알려 주세요.")
        )
    if before is not None:
        return _accept_again(box, actor, before, choices, vote)
    moment = (vote.key, actor.epoch, vote.counter or 0, False, clock.now())
    entry = _Entry(seat_id, box.slots[seat_id], Channel.PHONE, box.receipts.pop(), *moment, choices, is_new=True)
    box.entries[seat_id] = entry
    record(session, box.voting.forum_id, actor.key, VoteAccepted(ballot=box.voting.id, seat=seat_id))
    return _accepted(entry, box)


def _check_moment(ballot: queries.Voting, before: _Entry | None) -> None:
    if ballot.is_draft:
        raise Conflict("ballot_not_open", say("아직 열리지 않은 투표입니다."))
    if before is not None and before.channel == Channel.PAPER:
        raise Conflict("votes_on_paper", say("종이로 투표하는 자리입니다. 휴대폰으로는 투표하지 않습니다."))
    if not ballot.takes_votes:
        if before is not None:
            raise TooLate(
                "ballot_late_kept",
                say("투표가 닫힌 뒤에 도착했습니다. 닫히기 전에 접수된 표는 그대로 집계됩니다."),
            )
        raise TooLate("ballot_late", say("이 표는 집계되지 않았습니다. %(why)s", why=late(ballot)))
    if before is not None and before.sealed:
        raise Conflict("ballot_sealed", say("이 자리의 표는 이미 봉인되었습니다. 다시 연 투표에서는 바꿀 수 없습니다."))


def _accept_again(box: _Box, actor: Actor, before: _Entry, choices: list[int], vote: Vote) -> Accepted:
    if vote.key is not None and vote.key == before.client_key:
        if before.choices != choices:
            raise Conflict("key_reused", say("같은 번호로 다른 내용을 보낼 수 없습니다. 화면을 새로 열어 주세요."))
        return _accepted(before, box)
    present = before.counter if before.epoch == actor.epoch else 0
    counted_before = vote.counter is not None and (actor.epoch, vote.counter) <= (before.epoch, before.counter)
    if actor.epoch < before.epoch or counted_before:
        raise Conflict("ballot_older", say("이 자리에서 나중에 보낸 표가 이미 접수되어 있습니다. 나중 표가 남습니다."))
    before.choices, before.is_changed = choices, True
    before.client_key, before.epoch, before.at = vote.key, actor.epoch, clock.now()
    before.counter = present if vote.counter is None else vote.counter
    return _accepted(before, box)


def _accepted(entry: _Entry, box: _Box) -> Accepted:
    return Accepted(entry.receipt, entry.at, box.voting.state == BallotState.CLOSING)


_TURNOUT_AGAIN = update(TURNOUT).where(
    TURNOUT.c.ballot_id == bindparam("of_ballot"), TURNOUT.c.seat_id == bindparam("of_seat")
)
_CAST_AGAIN = update(CASTS).where(CASTS.c.slot == bindparam("of_slot"))


def _write(session: Session, box: _Box) -> None:
    """New and changed entries; what the session holds of them is read anew afterwards."""
    new = [entry for entry in box.entries.values() if entry.is_new]
    changed = [entry for entry in box.entries.values() if entry.is_changed and not entry.is_new]
    connection = session.connection()
    if new:
        ballot_id = box.voting.id
        connection.execute(
            insert(TURNOUT), [{"ballot_id": ballot_id, "seat_id": e.seat_id, **_columns(e)} for e in new]
        )
        connection.execute(insert(CASTS), [{"slot": e.slot, "ballot_id": ballot_id, "choices": e.choices} for e in new])
    if changed:
        connection.execute(
            _TURNOUT_AGAIN, [{"of_ballot": box.voting.id, "of_seat": e.seat_id, **_columns(e)} for e in changed]
        )
        connection.execute(_CAST_AGAIN, [{"of_slot": e.slot, "choices": e.choices} for e in changed])
    session.expire_all()


def _columns(entry: _Entry) -> dict[str, object]:
    names = ("channel", "receipt", "client_key", "epoch", "counter", "sealed", "at")
    return {name: getattr(entry, name) for name in names}


def new_receipts(session: Session, ballot_id: int, number: int) -> list[str]:
    """Receipts that nobody in this ballot has yet, each another."""
    found: set[str] = set()
    while len(found) < number:
        made = {_receipt() for _ in range(number - len(found))} - found
        found |= made - set(session.connection().scalars(_GIVEN, {"ballot": ballot_id, "receipts": list(made)}))
    return list(found)


_GIVEN = select(TURNOUT.c.receipt).where(
    TURNOUT.c.ballot_id == bindparam("ballot"), TURNOUT.c.receipt.in_(bindparam("receipts", expanding=True))
)


def _receipt() -> str:
    return "".join(secrets.choice(RECEIPT_LETTERS) for _ in range(6))
