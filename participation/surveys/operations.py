"""Answering a survey, and choosing what it asks."""

import secrets
from collections.abc import Mapping, Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.errors import Conflict, Invalid
from core.events.log import record
from core.i18n import say
from core.permissions import Actor, Role, check
from participation.forums.clock import locked_forum
from participation.forums.models import ForumState, Segment, SegmentKind
from participation.proposals.wording import check_contacts
from participation.seats.operations import own_seat
from participation.surveys.events import SurveyAnswered, SurveyChanged
from participation.surveys.models import (
    LONGEST_ANSWER,
    MOST_QUESTIONS,
    SCALE,
    QuestionKind,
    SurveyAnswer,
    SurveyDone,
    SurveyQuestion,
)
from participation.surveys.queries import has_answers, is_done, questions
from participation.surveys.ready import Question


def answer_survey(session: Session, actor: Actor, forum_id: int, segment_id: int, given: Mapping[int, str]) -> int:
    """Keep a seat's answers (by the question's position; those left out are missing) under random ids, once.

    Returns the segment. Sent again, nothing is kept a second time. Raises `Forbidden` without a seat, `Conflict`
    where the room is not in this survey, `Invalid` where nothing was answered or an answer does not fit.
    """
    forum = locked_forum(session, forum_id)
    seat = own_seat(session, actor, forum_id)
    segment = session.get(Segment, segment_id)
    is_now = forum.state == ForumState.LIVE and forum.segment_id == segment_id
    if segment is None or segment.kind != SegmentKind.SURVEY or not is_now:
        raise Conflict("no_survey", say("지금은 설문을 받지 않는 순서입니다."))
    if is_done(session, segment_id, seat.id):
        return segment_id
    rows = [
        _row(forum_id, segment_id, question, given[question.position])
        for question in questions(session, forum_id)
        if given.get(question.position)
    ]
    if not rows:
        raise Invalid("empty", say("고르신 답이 없습니다. 한 문항이라도 골라 주세요."))
    session.add_all([SurveyDone(segment_id=segment_id, seat_id=seat.id), *rows])
    record(session, forum_id, actor.key, SurveyAnswered(seat=seat.id, segment=segment_id))
    return segment_id


def _row(forum_id: int, segment_id: int, question: Question, given: str) -> SurveyAnswer:
    row = SurveyAnswer(id=secrets.token_hex(16), forum_id=forum_id, segment_id=segment_id, position=question.position)
    if question.kind is QuestionKind.TEXT:
        check_contacts(given)
        row.text = given[:LONGEST_ANSWER]
        return row
    if given not in {str(value) for value in SCALE}:
        raise Invalid("answer", say("목록에 있는 것 가운데 골라 주세요."))
    row.value = int(given)
    return row


def choose_questions(session: Session, actor: Actor, forum_id: int, wanted: Sequence[Question]) -> None:
    """What the forum asks, in this order; none means the ready questions.

    Raises `Forbidden`, `Invalid` for too many, `Conflict` once someone has answered.
    """
    check(actor.has_any(forum_id, Role.COORDINATOR, Role.STAFF))
    locked_forum(session, forum_id)
    if len(wanted) > MOST_QUESTIONS:
        raise Invalid("too_many", say("물음은 %(most)s개까지 둘 수 있습니다.", most=MOST_QUESTIONS))
    if has_answers(session, forum_id):
        raise Conflict("answered", say("답한 분이 있어 물음을 바꿀 수 없습니다."))
    session.execute(delete(SurveyQuestion).where(SurveyQuestion.forum_id == forum_id))
    for position, one in enumerate(wanted, start=1):
        row = SurveyQuestion(forum_id=forum_id, position=position, kind=one.kind)
        row.question_ko, row.question_en = one.question_ko, one.question_en
        session.add(row)
    record(session, forum_id, actor.person_key, SurveyChanged(forum=forum_id))
