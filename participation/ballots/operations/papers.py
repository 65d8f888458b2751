"""Votes on paper: seats marked at the tables, papers typed in without table or seat; the two have to agree."""

import secrets
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict, Missing
from core.events.log import record
from core.i18n import say
from core.permissions import Actor, check
from participation.ballots import queries
from participation.ballots.events import PaperEntered, PaperMarked, PaperRemoved, PaperUnmarked
from participation.ballots.keys import KeyStore
from participation.ballots.models import UNDER_WAY, Ballot, Channel, PaperVote, Turnout
from participation.ballots.operations.casting import new_receipts
from participation.ballots.operations.finding import locked_ballot
from participation.ballots.permissions import may_enter_papers, may_mark_everywhere, may_mark_paper
from participation.ballots.rules import checked_choices
from participation.seats.models import Placement, Seat, SeatState


def _under_way(session: Session, forum_id: int, ballot_id: int) -> Ballot:
    ballot = locked_ballot(session, forum_id, ballot_id)
    if ballot.state not in UNDER_WAY:
        raise Conflict("ballot_state", say("열려 있는 투표가 아닙니다."))
    return ballot


def _seat(session: Session, actor: Actor, forum_id: int, seat_id: int) -> Seat:
    """The seat, where the actor may mark it: facilitators at the tables they run."""
    check(may_mark_paper(actor, forum_id))
    seat = session.get(Seat, seat_id)
    if seat is None or seat.forum_id != forum_id:
        raise Missing("no_seat", say("그런 자리가 없습니다."))
    if not may_mark_everywhere(actor, forum_id):
        table = select(Placement.table_number).where(Placement.seat_id == seat_id).order_by(Placement.round.desc())
        check(session.scalars(table).first() in actor.tables)
    return seat


def mark_paper(session: Session, actor: Actor, forum_id: int, ballot_id: int, seat_id: int) -> None:
    """Note that a seat votes on paper. Again does nothing.

    Raises `Forbidden`, `Missing`, `Conflict` where the ballot is not under way, the seat left or voted by phone.
    """
    seat = _seat(session, actor, forum_id, seat_id)
    ballot = _under_way(session, forum_id, ballot_id)
    before = session.get(Turnout, (ballot_id, seat_id))
    if before is not None:
        if before.channel == Channel.PHONE:
            raise Conflict("voted_by_phone", say("이미 휴대폰으로 투표한 자리입니다."))
        return
    if seat.state != SeatState.SEATED:
        raise Conflict("seat_left", say("자리를 떠난 분입니다."))
    (receipt,) = new_receipts(session, ballot_id, 1)
    turnout = Turnout(ballot_id=ballot_id, seat_id=seat_id, channel=Channel.PAPER, receipt=receipt, at=clock.now())
    session.add(turnout)
    record(session, ballot.forum_id, actor.person_key, PaperMarked(ballot=ballot_id, seat=seat_id))


def unmark_paper(session: Session, actor: Actor, forum_id: int, ballot_id: int, seat_id: int) -> None:
    """Take the mark back, so that the seat may vote by phone.

    Raises `Forbidden`, `Missing`, `Conflict` where the seat is not marked or its paper was sealed.
    """
    _seat(session, actor, forum_id, seat_id)
    _under_way(session, forum_id, ballot_id)
    mark = session.get(Turnout, (ballot_id, seat_id))
    if mark is None or mark.channel != Channel.PAPER or mark.sealed:
        raise Conflict("not_marked", say("종이로 표시한 자리가 아닙니다."))
    session.delete(mark)
    record(session, forum_id, actor.person_key, PaperUnmarked(ballot=ballot_id, seat=seat_id))


def enter_paper(
    session: Session,
    actor: Actor,
    forum_id: int,
    ballot_id: int,
    choices: Sequence[int],
    *,
    blank: bool,
    key: str | None,
    keys: KeyStore,
) -> str:
    """Type in one paper; its id. `blank`: nothing on it counts. The same key of a client acts once.

    Raises `Forbidden`, `Missing`, `Invalid` for choices against the rules, `Conflict` where the ballot is not under
    way, or the key was used for another paper.
    """
    check(may_enter_papers(actor, forum_id))
    ballot = _under_way(session, forum_id, ballot_id)
    chosen = [] if blank else checked_choices(queries.view_of(ballot), choices)
    try:
        paper_id = keys.paper_id(ballot_id, key) if key else secrets.token_hex(16)
    except FileNotFoundError:
        paper_id = secrets.token_hex(16)
    known = session.get(PaperVote, paper_id)
    if known is not None:
        if known.choices != chosen:
            raise Conflict("key_reused", say("같은 번호로 다른 내용을 보낼 수 없습니다. 화면을 새로 열어 주세요."))
        return paper_id
    session.add(PaperVote(id=paper_id, ballot_id=ballot_id, choices=chosen))
    record(session, forum_id, actor.person_key, PaperEntered(ballot=ballot_id))
    return paper_id


def remove_paper(session: Session, actor: Actor, forum_id: int, ballot_id: int, paper_id: str) -> None:
    """Take out a paper that was typed in wrongly. Raises `Forbidden`, `Missing`, `Conflict` once sealed."""
    check(may_enter_papers(actor, forum_id))
    _under_way(session, forum_id, ballot_id)
    paper = session.get(PaperVote, paper_id)
    if paper is None or paper.ballot_id != ballot_id:
        raise Missing("no_paper", say("그런 종이 표가 없습니다."))
    session.delete(paper)
    record(session, forum_id, actor.person_key, PaperRemoved(ballot=ballot_id))
