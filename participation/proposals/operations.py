"""Putting proposals forward, and taking stances on them."""

import secrets
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict, Missing, TooLate
from core.events.log import record, salted_digest
from core.i18n import in_language, say
from core.i18n.dates import format_time
from core.permissions import Actor, Role, check
from participation.forums.clock import locked_forum, opens
from participation.forums.models import OPEN_ACTS, Act, Forum, ForumState, Segment, SegmentKind
from participation.proposals.events import ProposalSubmitted, StanceTaken
from participation.proposals.models import (
    Proposal,
    ProposalOrigin,
    ProposalState,
    ProposalVersion,
    Stance,
    StanceValue,
)
from participation.proposals.wording import check_wording
from participation.seats.models import Placement, Seat
from participation.seats.operations import seat_of


@dataclass(frozen=True)
class Capture:
    """What a facilitator typed: for a seat (None: nobody by name), in which manner, with which marks."""

    text: str
    seat_id: int | None = None
    verbatim: bool = True
    read_back: bool = False
    dissent: bool = False
    parked: bool = False


def _speaking_seat(session: Session, forum_id: int, seat_id: int, table: int) -> Seat:
    wanted = (
        select(Seat)
        .join(Placement, Placement.seat_id == Seat.id)
        .where(Seat.id == seat_id, Seat.forum_id == forum_id, Placement.table_number == table)
    )
    seat = session.scalars(wanted).first()
    if seat is None:
        raise Missing("no_seat", say("이 테이블에 그런 자리가 없습니다."))
    return seat


def _segment_for(session: Session, forum: Forum, segment_id: int | None) -> Segment:
    """The segment a proposal belongs to: the one it was written in, else the present one, if that takes any."""
    for wanted in (segment_id, forum.segment_id):
        segment = session.get(Segment, wanted) if wanted else None
        if segment is None or segment.forum_id != forum.id or segment.started_at is None:
            continue
        if Act.PROPOSE in OPEN_ACTS.get(SegmentKind(segment.kind), frozenset()):
            return segment
    raise Conflict("not_open", say("지금 순서에서는 제안을 받지 않습니다. 쓰신 글은 이 휴대폰에 남아 있습니다."))


def _open_forum(session: Session, forum_id: int) -> Forum:
    forum = locked_forum(session, forum_id)
    if forum.state == ForumState.CLOSED:
        raise TooLate("closed", say("토론회가 끝나 더 받지 않습니다. 쓰신 글은 이 휴대폰에 남아 있습니다."))
    if forum.state != ForumState.LIVE:
        raise Conflict("not_live", say("아직 시작하지 않은 토론회입니다."))
    return forum


def _file(session: Session, actor_key: str, proposal: Proposal, text: str) -> Proposal:
    salt = secrets.token_hex(16)
    version = ProposalVersion(number=1, text=text, salt=salt, by=actor_key, at=clock.now())
    proposal.versions = [version]
    proposal.created_at = clock.now()
    session.add(proposal)
    session.flush()
    event = ProposalSubmitted(
        proposal=proposal.id,
        table=proposal.table_number,
        seat=proposal.seat_id or 0,
        segment=proposal.segment_id or 0,
        digest=salted_digest(salt, text),
    )
    record(session, proposal.forum_id, actor_key, event)
    return proposal


def submit_proposal(
    session: Session, actor: Actor, forum_id: int, text: str, *, segment_id: int | None = None
) -> Proposal:
    """Put a proposal forward from a phone; a late one goes to the round and table in which it was written.

    What waited on a phone whose seat was taken over since is still filed. Raises `Forbidden` without a seat,
    `TooLate` after the close, `Conflict` where the segment takes none, `Invalid` for a text that cannot be kept.
    """
    forum = _open_forum(session, forum_id)
    seat = seat_of(session, actor, forum_id)
    check_wording(text)
    segment = _segment_for(session, forum, segment_id)
    table = session.scalars(
        select(Placement.table_number).where(Placement.seat_id == seat.id).order_by(Placement.round.desc())
    ).first()
    proposal = Proposal(forum_id=forum_id, segment_id=segment.id, table_number=table or 1, seat_id=seat.id)
    proposal.origin = ProposalOrigin.PHONE
    return _file(session, actor.key, proposal, text)


def capture_proposal(
    session: Session, actor: Actor, forum_id: int, table: int, capture: Capture, *, segment_id: int | None = None
) -> Proposal:
    """File what was said at a table, for a seat or for nobody by name.

    Raises `Forbidden` for another's table, `Missing` for a seat that sits elsewhere, and as `submit_proposal`.
    """
    check(table in actor.tables or actor.has_any(forum_id, Role.HOST, Role.COORDINATOR))
    forum = _open_forum(session, forum_id)
    check_wording(capture.text)
    segment = _segment_for(session, forum, segment_id)
    if capture.seat_id is not None:
        _speaking_seat(session, forum_id, capture.seat_id, table)
    proposal = Proposal(forum_id=forum_id, segment_id=segment.id, table_number=table, seat_id=capture.seat_id)
    proposal.origin, proposal.recorder_id = ProposalOrigin.SPOKEN, actor.person_id
    proposal.verbatim, proposal.read_back, proposal.dissent = capture.verbatim, capture.read_back, capture.dissent
    proposal.state = ProposalState.PARKED if capture.parked else ProposalState.SHOWN
    return _file(session, actor.person_key, proposal, capture.text)


def _seen_version(proposal: Proposal, version: int | None) -> int:
    """The wording a stance was taken on: the one the phone showed, if there was such a one."""
    return version if version is not None and 1 <= version <= proposal.version else proposal.version


def take_stance(
    session: Session,
    actor: Actor,
    forum_id: int,
    proposal_id: int,
    value: StanceValue,
    *,
    counter: int | None = None,
    version: int | None = None,
) -> Stance:
    """Agree, disagree or pass, changeable until the round ends; the order of acts is (epoch, counter).

    An act that comes late from the same phone changes nothing. Raises `Forbidden` without a seat, `Missing` for a
    proposal of another table, `TooLate` once its round is over, `Conflict` where the segment takes no stances or
    another phone took one since.
    """
    forum = _open_forum(session, forum_id)
    seat = seat_of(session, actor, forum_id)
    proposal = session.get(Proposal, proposal_id)
    if proposal is None or proposal.forum_id != forum_id or proposal.table_number != actor.table:
        raise Missing("no_proposal", say("그런 제안이 없습니다."))
    if proposal.state != ProposalState.SHOWN:
        raise Conflict("not_shown", say("이 제안에는 지금 뜻을 표시할 수 없습니다."))
    _check_round_is_on(session, forum, proposal)
    stance = session.scalars(select(Stance).where(Stance.proposal_id == proposal_id, Stance.seat_id == seat.id)).first()
    if stance is None:
        stance = Stance(proposal_id=proposal_id, seat_id=seat.id, epoch=0, counter=0)
    if actor.epoch < stance.epoch:
        raise Conflict("newer", say("다른 휴대폰에서 나중에 고르신 것이 있어 그대로 두었습니다."))
    same_phone = stance.epoch == actor.epoch
    number = (stance.counter + 1 if same_phone else 1) if counter is None else counter
    if same_phone and number <= stance.counter:
        return stance
    stance.value, stance.version, stance.carried = value, _seen_version(proposal, version), False
    stance.epoch, stance.counter, stance.at = actor.epoch, number, clock.now()
    session.add(stance)
    session.flush()
    record(session, forum_id, actor.key, StanceTaken(proposal=proposal_id, table=proposal.table_number, seat=seat.id))
    return stance


def _check_round_is_on(session: Session, forum: Forum, proposal: Proposal) -> None:
    is_present = proposal.segment_id == forum.segment_id
    if is_present and opens(forum, Act.TAKE_STANCE):
        return
    segment = session.get(Segment, proposal.segment_id) if proposal.segment_id else None
    if segment is not None and segment.ended_at is not None and not is_present:
        message = say(
            "%(round)s이(가) %(time)s에 끝나 더 바꿀 수 없습니다.",
            round=in_language(segment.title_ko, segment.title_en),
            time=format_time(segment.ended_at),
        )
        raise TooLate("round_over", message)
    raise Conflict("not_open", say("지금 순서에서는 뜻을 표시하지 않습니다."))
