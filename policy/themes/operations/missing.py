"""What was left out: a resident says from the phone what the themes shown do not have."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Missing, TooLate, TooMany
from core.events.log import record
from core.i18n import say
from core.permissions import Actor, check
from participation.forums.clock import locked_forum
from participation.forums.models import LOOKS_AT_THEMES, Forum, ForumState, Segment, SegmentKind
from policy.themes.events import MissingReported, MissingResolved
from policy.themes.models import MissingReport
from policy.themes.operations.acts import at_desk

MOST_OF_A_SEAT = 5


def report_missing(session: Session, actor: Actor, forum_id: int, text: str) -> MissingReport:
    """Tell the theme desk what was left out.

    Raises `Forbidden` without a seat, `TooLate` outside of theme check and share-back, `TooMany` after five.
    """
    check(actor.seat_id is not None)
    forum = locked_forum(session, forum_id)
    if not asks_for_missing(session, forum):
        raise TooLate("not_now", say("빠진 이야기는 주제를 함께 보는 시간에 알려 주실 수 있습니다."))
    mine = select(func.count()).select_from(MissingReport)
    mine = mine.where(MissingReport.forum_id == forum_id, MissingReport.seat_id == actor.seat_id)
    if session.scalars(mine).one() >= MOST_OF_A_SEAT:
        raise TooMany("enough_reports", say("다섯 번까지 알려 주실 수 있습니다. 퍼실리테이터에게 말씀해 주세요."))
    report = MissingReport(
        forum_id=forum_id, seat_id=actor.seat_id, table_number=actor.table or 0, text=text, at=clock.now()
    )
    session.add(report)
    session.flush()
    record(session, forum_id, actor.key, MissingReported(report=report.id, table=report.table_number))
    return report


def resolve_missing(session: Session, actor: Actor, forum_id: int, report_id: int) -> None:
    """Say that one has seen to what was left out. Raises `Forbidden`, `Missing` where it is done already."""
    at_desk(session, actor, forum_id)
    report = session.get(MissingReport, report_id)
    if report is None or report.forum_id != forum_id or report.resolved_at is not None:
        raise Missing("no_report", say("이미 처리한 알림입니다."))
    report.resolved_at, report.resolved_by_id = clock.now(), actor.person_id
    record(session, forum_id, actor.person_key, MissingResolved(report=report.id))


def asks_for_missing(session: Session, forum: Forum) -> bool:
    """Whether the present step is one in which residents look at the themes."""
    if forum.state != ForumState.LIVE or forum.segment_id is None:
        return False
    return SegmentKind(session.get_one(Segment, forum.segment_id).kind) in LOOKS_AT_THEMES
