"""Taking back the last change of an agenda: the state before it is kept, and changes places with the present one."""

from typing import Any

from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict
from core.events.log import record
from core.i18n import say
from core.permissions import Actor, check, is_allowed
from participation.forums.clock import locked_forum
from participation.forums.events import ForumConfigured
from participation.forums.models import AgendaBefore, Forum, ForumState, GuidanceLine, Segment
from participation.forums.running import is_fixed

FIELDS = ("kind", "title_ko", "title_en", "question_ko", "question_en", "minutes")
LINE_FIELDS = ("line_ko", "line_en", "seconds")


def _content(forum: Forum) -> list[dict[str, Any]]:
    return [
        {
            "id": segment.id,
            **{name: getattr(segment, name) for name in FIELDS},
            "lines": [{name: getattr(line, name) for name in LINE_FIELDS} for line in segment.guidance],
        }
        for segment in forum.segments
    ]


def keep_agenda(session: Session, forum: Forum) -> None:
    """Keep the agenda as it stands, in place of what was kept before."""
    kept = session.get(AgendaBefore, forum.id) or AgendaBefore(forum_id=forum.id)
    kept.content, kept.at = _content(forum), clock.now()
    session.add(kept)


def _lines(data: list[dict[str, Any]]) -> list[GuidanceLine]:
    return [GuidanceLine(position=position, **line) for position, line in enumerate(data)]


def _restored(present: dict[int, Segment], data: dict[str, Any]) -> Segment:
    segment = present.get(data["id"]) or Segment()
    for name in FIELDS:
        setattr(segment, name, data[name])
    if [{name: getattr(line, name) for name in LINE_FIELDS} for line in segment.guidance] != data["lines"]:
        segment.guidance = _lines(data["lines"])
    return segment


def _touches_what_began(forum: Forum, kept: list[dict[str, Any]]) -> bool:
    """Whether restoring would move, remove or re-time a segment that has begun meanwhile."""
    begun = [(one.id, one.minutes) for one in forum.segments if is_fixed(forum, one)]
    return [(one["id"], one["minutes"]) for one in kept[: len(begun)]] != begun


def undo_agenda(session: Session, actor: Actor, forum_id: int) -> None:
    """Put the agenda back as it was before its last change; once more brings the change again.

    Raises `Forbidden`, `Conflict` where nothing is kept, or where it would touch a segment that has begun.
    """
    check(is_allowed("forum.configure", actor, forum_id))
    forum = locked_forum(session, forum_id)
    kept = session.get(AgendaBefore, forum_id)
    if kept is None:
        raise Conflict("nothing_to_undo", say("되돌릴 변경이 없습니다."))
    if forum.state == ForumState.CLOSED or _touches_what_began(forum, kept.content):
        raise Conflict("segment_fixed", say("이미 지났거나 지금 하고 있는 순서가 달라져 되돌릴 수 없습니다."))
    before, present = kept.content, {segment.id: segment for segment in forum.segments}
    kept.content, kept.at = _content(forum), clock.now()
    forum.segments = [_restored(present, data) for data in before]
    for position, segment in enumerate(forum.segments):
        segment.position = position
    record(session, forum_id, actor.person_key, ForumConfigured(forum=forum_id))
