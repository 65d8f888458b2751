"""Moving the room with a look at the tables, and making the rest of the agenda fit."""

from sqlalchemy.orm import Session

from core.errors import Conflict, Missing
from core.events.log import record
from core.i18n import say
from core.permissions import Actor, Role, check
from facilitation.stage.queries.ballots import left_behind
from facilitation.tables.operations import settle_tables
from facilitation.tables.queries import open_help_calls
from participation.forums.clock import close_forum, locked_forum, move_to
from participation.forums.events import ForumConfigured
from participation.forums.models import Forum, ForumState, Segment
from participation.forums.queries import the_forum


def move_room(session: Session, actor: Actor, forum_id: int, segment_id: int, *, sure: bool = False) -> Forum:
    """Move the whole room to a segment, asking once what would be left behind; turns end and hands come down.

    Raises `Conflict` with `help_open` where a call is open, with `ballot_unfinished` where the step's ballot runs or
    is not published, as long as the host has not said to be sure; and what `move_to` raises.
    """
    check(actor.has(Role.HOST, forum_id))
    if not sure:
        _ask(session, forum_id, segment_id)
    before = locked_forum(session, forum_id).segment_id
    forum = move_to(session, actor, forum_id, segment_id)
    if forum.segment_id != before:
        settle_tables(session, actor, forum_id)
    return forum


def _ask(session: Session, forum_id: int, segment_id: int) -> None:
    calls = open_help_calls(session, forum_id)
    if calls:
        tables = ", ".join(str(call.table) for call in calls)
        message = say("%(tables)s번 테이블이 도움을 기다립니다. 그래도 옮기시려면 확인해 주세요.", tables=tables)
        raise Conflict("help_open", message, {"sure": [message]})
    forum = the_forum(session, forum_id)
    is_there = forum.segment is not None and forum.segment.id == segment_id
    if not is_there and left_behind(session, forum) is not None:
        message = say(
            "이 순서의 투표가 아직 끝나지 않았거나 결과를 알리지 않았습니다. 그래도 옮기시려면 확인해 주세요."
        )
        raise Conflict("ballot_unfinished", message, {"sure": [message]})


def close_room(session: Session, actor: Actor, forum_id: int) -> Forum:
    """End the evening; turns end and hands come down with it. Raises what `close_forum` raises."""
    forum = close_forum(session, actor, forum_id)
    settle_tables(session, actor, forum_id)
    return forum


def resize_segment(session: Session, actor: Actor, forum_id: int, segment_id: int, minutes: int) -> Segment:
    """Give a later step another length.

    Raises `Forbidden` for others than the host, `Missing` for a segment of another forum, `Conflict` for one that
    has begun or lies behind, and after the close.
    """
    check(actor.has(Role.HOST, forum_id))
    forum = locked_forum(session, forum_id)
    segment = next((one for one in forum.segments if one.id == segment_id), None)
    if segment is None:
        raise Missing("no_segment", say("그런 순서가 없습니다."))
    now = next((one for one in forum.segments if one.id == forum.segment_id), None)
    if forum.state == ForumState.CLOSED or (now is not None and segment.position <= now.position):
        raise Conflict(
            "begun", say("아직 시작하지 않은 순서만 길이를 바꿀 수 있습니다. 지금 순서는 시간을 더해 주세요.")
        )
    segment.minutes = minutes
    record(session, forum_id, actor.person_key, ForumConfigured(forum=forum_id))
    return segment
