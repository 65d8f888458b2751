"""The official answer, and whether it was enough."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict, Missing
from core.events.log import record
from core.i18n import say
from core.permissions import Actor
from participation.seats.models import Seat
from policy.commitments.events import ResponsePublished, ResponseRated
from policy.commitments.models import Commitment, OfficialResponse, ResponseFeedback
from policy.commitments.operations.changing import Change, change_state
from policy.commitments.operations.finding import own_commitment, refused
from policy.commitments.states import AWAITING, CommitmentState, today


@dataclass(frozen=True)
class ResponseDraft:
    """What the city says; `corrects_id` names the answer that this one puts right."""

    text_ko: str
    text_en: str = ""
    phone: str = ""
    corrects_id: int | None = None


def publish_response(
    session: Session, actor: Actor, commitment_id: int, draft: ResponseDraft, change: Change | None = None
) -> OfficialResponse:
    """Answer in public, with the decision where one is taken at the same time.

    An answer before the decision is one in between: the answer stays due. Raises as `change_state`, `Conflict`
    for a commitment that was merged or has no department, `Missing` for a correction of another's answer.
    """
    commitment = own_commitment(session, actor, commitment_id)
    if change is not None:
        change_state(session, actor, commitment_id, change)
    state = CommitmentState(commitment.state)
    if state is CommitmentState.MERGED:
        raise Conflict("merged", say("병합한 과제입니다. 함께 다루는 과제에서 답해 주세요."))
    if commitment.department_id is None and state is not CommitmentState.TRANSFERRED:
        raise Conflict("no_department", say("담당 부서를 먼저 정해 주세요."))
    if not draft.text_ko:
        raise refused("text_ko", say("주민이 읽을 답변을 적어 주세요."))
    if draft.corrects_id is not None:
        corrected = session.get(OfficialResponse, draft.corrects_id)
        if corrected is None or corrected.commitment_id != commitment_id:
            raise Missing("no_response", say("그런 답변이 없습니다."))
    if state not in AWAITING and commitment.answered_on is None:
        commitment.answered_on = today()
        commitment.expected_on = None
    response = OfficialResponse(commitment_id=commitment_id, decision=state, at=clock.now(), by=actor.person_key)
    response.text_ko, response.text_en, response.phone = draft.text_ko, draft.text_en, draft.phone
    response.corrects_id = draft.corrects_id
    session.add(response)
    session.flush()
    event = ResponsePublished(commitment=commitment_id, response=response.id)
    record(session, commitment.forum_id, actor.person_key, event)
    return response


def rate_response(
    session: Session, seat_id: int, response_id: int, *, enough: bool, question: str = ""
) -> ResponseFeedback:
    """What the holder of a receipt says of an answer; one for each receipt, the later word counts.

    The receipt is the right to say it. Raises `Missing` for an answer to another forum, `Invalid` where more is
    to be asked but nothing is.
    """
    response, seat = session.get(OfficialResponse, response_id), session.get(Seat, seat_id)
    commitment = session.get(Commitment, response.commitment_id) if response else None
    if response is None or commitment is None or seat is None or seat.forum_id != commitment.forum_id:
        raise Missing("no_response", say("그런 답변이 없습니다."))
    if not enough and not question:
        raise refused("question", say("더 묻고 싶은 것을 적어 주세요."))
    wanted = select(ResponseFeedback).where(
        ResponseFeedback.response_id == response_id, ResponseFeedback.seat_id == seat_id
    )
    feedback = session.scalars(wanted.with_for_update()).one_or_none()
    if feedback is None:
        feedback = ResponseFeedback(response_id=response_id, seat_id=seat_id)
        session.add(feedback)
    feedback.enough, feedback.question, feedback.at = enough, "" if enough else question, clock.now()
    session.flush()
    record(session, commitment.forum_id, f"seat:{seat_id}", ResponseRated(response=response_id))
    return feedback
