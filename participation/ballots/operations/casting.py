"""Taking the vote of a seat: once for each key of a client, the newest wins, the content under a slot of its own."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict, Forbidden, TooLate
from core.events.log import record
from core.i18n import say
from core.permissions import Actor, check
from participation.ballots import queries
from participation.ballots.events import VoteAccepted
from participation.ballots.keys import KeyStore
from participation.ballots.models import Ballot, BallotState, Cast, Channel, Turnout
from participation.ballots.operations.finding import locked_ballot
from participation.ballots.rules import checked_choices, late
from participation.seats.models import Seat, SeatState

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


def cast_ballot(session: Session, actor: Actor, forum_id: int, vote: Vote, keys: KeyStore) -> Accepted:
    """Take a seat's vote, or its change of mind; the receipt stays the same for the seat.

    Raises `Forbidden` without a seat in the room, `Missing`, `Invalid` for choices against the rules, `Conflict`
    where the seat votes on paper, voted before the ballot was reopened, sent something newer, or used the key for
    another vote; `TooLate` once the waiting time is over.
    """
    seat = _seat(session, actor, forum_id)
    ballot = locked_ballot(session, forum_id, vote.ballot_id)
    view = queries.view_of(ballot)
    before = session.get(Turnout, (ballot.id, seat.id))
    _check_moment(view, before)
    choices = checked_choices(view, vote.choices)
    slot = _slot(keys, ballot, seat)
    if before is None:
        return _accept_first(session, actor, ballot, Cast(slot=slot, ballot_id=ballot.id, choices=choices), vote)
    return _accept_again(session, actor, before, ballot, session.get_one(Cast, slot), choices, vote)


def _seat(session: Session, actor: Actor, forum_id: int) -> Seat:
    """The seat the actor speaks for. Raises `Forbidden` where there is none in this room."""
    check(actor.seat_id is not None)
    seat = session.get(Seat, actor.seat_id)
    if seat is None or seat.forum_id != forum_id or seat.state != SeatState.SEATED:
        raise Forbidden("no_seat", say("자리에 앉으신 분만 투표할 수 있습니다."))
    return seat


def _check_moment(ballot: queries.BallotView, before: Turnout | None) -> None:
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


def _slot(keys: KeyStore, ballot: Ballot, seat: Seat) -> str:
    try:
        return keys.slot(ballot.id, seat.id)
    except FileNotFoundError:
        raise Conflict(
            "ballot_key", say("지금은 표를 받을 수 없습니다. 고르신 것은 이 휴대폰에 있습니다. 도우미에게 알려 주세요.")
        ) from None


def _accept_first(session: Session, actor: Actor, ballot: Ballot, cast: Cast, vote: Vote) -> Accepted:
    turnout = Turnout(
        ballot_id=ballot.id,
        seat_id=actor.seat_id,
        channel=Channel.PHONE,
        receipt=new_receipt(session, ballot.id),
        client_key=vote.key,
        epoch=actor.epoch,
        counter=vote.counter or 0,
        at=clock.now(),
    )
    session.add_all([turnout, cast])
    record(session, ballot.forum_id, actor.key, VoteAccepted(ballot=ballot.id, seat=turnout.seat_id))
    return _accepted(turnout, ballot)


def _accept_again(
    session: Session, actor: Actor, before: Turnout, ballot: Ballot, cast: Cast, choices: list[int], vote: Vote
) -> Accepted:
    if vote.key is not None and vote.key == before.client_key:
        if cast.choices != choices:
            raise Conflict("key_reused", say("같은 번호로 다른 내용을 보낼 수 없습니다. 화면을 새로 열어 주세요."))
        return _accepted(before, ballot)
    present = before.counter if before.epoch == actor.epoch else 0
    counted_before = vote.counter is not None and (actor.epoch, vote.counter) <= (before.epoch, before.counter)
    if actor.epoch < before.epoch or counted_before:
        raise Conflict("ballot_older", say("이 자리에서 나중에 보낸 표가 이미 접수되어 있습니다. 나중 표가 남습니다."))
    cast.choices = choices
    before.client_key, before.epoch, before.at = vote.key, actor.epoch, clock.now()
    before.counter = present if vote.counter is None else vote.counter
    return _accepted(before, ballot)


def _accepted(turnout: Turnout, ballot: Ballot) -> Accepted:
    return Accepted(turnout.receipt, turnout.at, ballot.state == BallotState.CLOSING)


def new_receipt(session: Session, ballot_id: int) -> str:
    """A receipt that nobody in this ballot has yet."""
    while True:
        receipt = "".join(secrets.choice(RECEIPT_LETTERS) for _ in range(6))
        taken = select(Turnout.seat_id).where(Turnout.ballot_id == ballot_id, Turnout.receipt == receipt)
        if session.scalars(taken).first() is None:
            return receipt
