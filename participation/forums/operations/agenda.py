"""Building the agenda: every change keeps what was there before, so that it can be taken back."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from core.errors import Conflict, Missing
from core.events.log import record
from core.i18n import say
from core.permissions import Actor, check, is_allowed
from participation.forums.authoring import draft_of
from participation.forums.clock import locked_forum
from participation.forums.drafts import MOST_LINES, MOST_SEGMENTS, LineDraft, SegmentDraft
from participation.forums.events import ForumConfigured
from participation.forums.models import Forum, ForumState, GuidanceLine, Segment
from participation.forums.operations.takeback import keep_agenda
from participation.forums.ready import ready_agendas
from participation.forums.running import is_fixed


def _forum_to_change(session: Session, actor: Actor, forum_id: int) -> Forum:
    """The forum, locked, its agenda kept for taking back. Raises `Forbidden`, `Missing`, `Conflict` once it is over."""
    check(is_allowed("forum.configure", actor, forum_id))
    forum = locked_forum(session, forum_id)
    if forum.state == ForumState.CLOSED:
        raise Conflict("over", say("마친 토론회의 진행표는 바꿀 수 없습니다."))
    keep_agenda(session, forum)
    return forum


def _changed(session: Session, actor: Actor, forum: Forum) -> None:
    """Number the segments as they stand and record the change."""
    for position, segment in enumerate(forum.segments):
        segment.position = position
    record(session, forum.id, actor.person_key, ForumConfigured(forum=forum.id))


def _segment(forum: Forum, segment_id: int) -> Segment:
    for segment in forum.segments:
        if segment.id == segment_id:
            return segment
    raise Missing("no_segment", say("그런 순서가 없습니다."))


def _loose_segment(forum: Forum, segment_id: int) -> Segment:
    """A segment that may still be moved or removed. Raises `Missing`, `Conflict`."""
    segment = _segment(forum, segment_id)
    if is_fixed(forum, segment):
        raise Conflict("segment_fixed", say("이미 지났거나 지금 하고 있는 순서는 옮기거나 지울 수 없습니다."))
    return segment


def _check_length(segments: Sequence[object], more: int = 1) -> None:
    if len(segments) + more > MOST_SEGMENTS:
        raise Conflict("agenda_long", say("순서는 %(most)s개까지 넣을 수 있습니다.", most=MOST_SEGMENTS))


def _write_lines(segment: Segment, lines: Sequence[LineDraft]) -> None:
    if [(one.line_ko, one.line_en, one.seconds) for one in segment.guidance] == [
        (one.line_ko, one.line_en, one.seconds) for one in lines
    ]:
        return
    segment.guidance = [
        GuidanceLine(position=position, line_ko=one.line_ko, line_en=one.line_en, seconds=one.seconds)
        for position, one in enumerate(lines[:MOST_LINES])
    ]


def new_segment(draft: SegmentDraft) -> Segment:
    """A row for a draft, not yet placed."""
    segment = Segment(kind=draft.kind, title_ko=draft.title_ko, title_en=draft.title_en, minutes=draft.minutes)
    segment.question_ko, segment.question_en, segment.position = draft.question_ko, draft.question_en, 0
    _write_lines(segment, draft.lines)
    return segment


def add_segment(session: Session, actor: Actor, forum_id: int, draft: SegmentDraft) -> int:
    """Put a segment at the end; returns its id. Raises `Forbidden`, `Missing`, `Conflict`."""
    forum = _forum_to_change(session, actor, forum_id)
    _check_length(forum.segments)
    segment = new_segment(draft)
    forum.segments.append(segment)
    _changed(session, actor, forum)
    session.flush()
    return segment.id


def edit_segment(session: Session, actor: Actor, forum_id: int, segment_id: int, draft: SegmentDraft) -> None:
    """Rewrite a segment. Of one that has begun only the texts: its time is the host's.

    Raises `Forbidden`, `Missing`, `Conflict`.
    """
    forum = _forum_to_change(session, actor, forum_id)
    segment = _segment(forum, segment_id)
    if is_fixed(forum, segment) and (draft.minutes, draft.kind) != (segment.minutes, segment.kind):
        message = say("이미 시작한 순서의 시간은 무대 화면에서 늘리거나 줄여 주세요.")
        raise Conflict("segment_begun", message, {"minutes": [message]})
    segment.kind, segment.minutes = draft.kind, draft.minutes
    segment.title_ko, segment.title_en = draft.title_ko, draft.title_en
    segment.question_ko, segment.question_en = draft.question_ko, draft.question_en
    _write_lines(segment, draft.lines)
    _changed(session, actor, forum)


def shift_minutes(session: Session, actor: Actor, forum_id: int, segment_id: int, by: int) -> int:
    """Make a segment longer or shorter by so many minutes, within 1 and 240; returns its minutes.

    Raises `Forbidden`, `Missing`, `Conflict` for a segment that has begun.
    """
    forum = _forum_to_change(session, actor, forum_id)
    segment = _loose_segment(forum, segment_id)
    segment.minutes = min(240, max(1, segment.minutes + by))
    _changed(session, actor, forum)
    return segment.minutes


def _place(session: Session, actor: Actor, forum: Forum, segment: Segment, place: int) -> int:
    first_loose = sum(is_fixed(forum, one) for one in forum.segments)
    place = min(len(forum.segments) - 1, max(first_loose, place))
    forum.segments.remove(segment)
    forum.segments.insert(place, segment)
    _changed(session, actor, forum)
    return place


def move_segment(session: Session, actor: Actor, forum_id: int, segment_id: int, place: int) -> int:
    """Put a segment in a place (0 is the first); returns where it came to stand: never before what has begun.

    Raises `Forbidden`, `Missing`, `Conflict` for a segment that has begun.
    """
    forum = _forum_to_change(session, actor, forum_id)
    return _place(session, actor, forum, _loose_segment(forum, segment_id), place)


def step_segment(session: Session, actor: Actor, forum_id: int, segment_id: int, by: int) -> int:
    """Move a segment by so many places, down where positive; returns its place. Raises as `move_segment`."""
    forum = _forum_to_change(session, actor, forum_id)
    segment = _loose_segment(forum, segment_id)
    return _place(session, actor, forum, segment, forum.segments.index(segment) + by)


def duplicate_segment(session: Session, actor: Actor, forum_id: int, segment_id: int) -> int:
    """Put a copy right after a segment, or after the last that has begun; returns the copy's id."""
    forum = _forum_to_change(session, actor, forum_id)
    _check_length(forum.segments)
    segment = _segment(forum, segment_id)
    copy = new_segment(draft_of(segment))
    fixed = sum(is_fixed(forum, one) for one in forum.segments)
    forum.segments.insert(max(fixed, forum.segments.index(segment) + 1), copy)
    _changed(session, actor, forum)
    session.flush()
    return copy.id


def remove_segment(session: Session, actor: Actor, forum_id: int, segment_id: int) -> None:
    """Take a segment out. Raises `Forbidden`, `Missing`, `Conflict` for one that has begun."""
    forum = _forum_to_change(session, actor, forum_id)
    forum.segments.remove(_loose_segment(forum, segment_id))
    _changed(session, actor, forum)


def apply_ready_agenda(session: Session, actor: Actor, forum_id: int, key: str) -> None:
    """Replace the whole agenda by a ready one. Raises `Forbidden`, `Missing`, `Conflict` once the forum has begun."""
    ready = ready_agendas().get(key)
    if ready is None:
        raise Missing("no_template", say("그런 진행표 틀이 없습니다."))
    forum = _forum_to_change(session, actor, forum_id)
    if forum.state == ForumState.LIVE:
        raise Conflict("begun", say("이미 시작한 토론회에는 틀을 새로 넣을 수 없습니다."))
    forum.segments = [new_segment(draft) for draft in ready.segments]
    _changed(session, actor, forum)
