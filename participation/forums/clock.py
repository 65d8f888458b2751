"""The evening's clock: start, move, pause, extend, close. The end of a segment is stored as an absolute moment."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict, Missing
from core.events.log import record
from core.i18n import say
from core.permissions import Actor, Role, check
from participation.forums.events import (
    ClockExtended,
    ClockPaused,
    ClockResumed,
    ForumClosed,
    ForumStarted,
    SegmentStarted,
)
from participation.forums.models import OPEN_ACTS, Act, Forum, ForumState, Segment, SegmentKind


def locked_forum(session: Session, forum_id: int) -> Forum:
    """The forum, locked against other writers. Raises `Missing`."""
    forum = session.scalars(select(Forum).where(Forum.id == forum_id).with_for_update()).one_or_none()
    if forum is None:
        raise Missing("no_forum", say("그런 토론회가 없습니다."))
    return forum


def _live_forum(session: Session, actor: Actor, forum_id: int) -> Forum:
    check(actor.has(Role.HOST, forum_id))
    forum = locked_forum(session, forum_id)
    if forum.state != ForumState.LIVE:
        raise Conflict("not_live", say("진행 중인 토론회가 아닙니다."))
    return forum


def _current(forum: Forum) -> Segment:
    for segment in forum.segments:
        if segment.id == forum.segment_id:
            return segment
    raise Conflict("no_segment", say("지금 순서가 없습니다."))


def _enter(forum: Forum, segment: Segment) -> None:
    now = clock.now()
    forum.segment_id = segment.id
    forum.ends_at = now + timedelta(minutes=segment.minutes)
    forum.seconds_left = None
    segment.started_at, segment.ended_at = now, None


def start_forum(session: Session, actor: Actor, forum_id: int) -> Forum:
    """Begin the evening with the first segment.

    Raises `Forbidden` for others than the host, `Conflict` where it has begun already or has no agenda.
    """
    check(actor.has(Role.HOST, forum_id))
    forum = locked_forum(session, forum_id)
    if forum.state in (ForumState.LIVE, ForumState.CLOSED):
        raise Conflict("started", say("이미 시작한 토론회입니다."))
    if not forum.segments:
        raise Conflict("no_agenda", say("진행표가 비어 있습니다. 순서를 먼저 넣어 주세요."))
    forum.state, forum.started_at = ForumState.LIVE, clock.now()
    _enter(forum, forum.segments[0])
    record(session, forum_id, actor.person_key, ForumStarted(forum=forum_id, segment=forum.segments[0].id))
    return forum


def move_to(session: Session, actor: Actor, forum_id: int, segment_id: int) -> Forum:
    """Move the whole room to a segment: next, back, or skipping. The stage alone calls this: its tables settle too.

    Raises `Forbidden`, `Conflict` where the forum is not live, `Missing` for a segment of another forum.
    """
    forum = _live_forum(session, actor, forum_id)
    target = next((segment for segment in forum.segments if segment.id == segment_id), None)
    if target is None:
        raise Missing("no_segment", say("그런 순서가 없습니다."))
    before = _current(forum)
    if before.id == target.id:
        return forum
    before.ended_at = clock.now()
    _enter(forum, target)
    record(session, forum_id, actor.person_key, SegmentStarted(segment=target.id, before=before.id))
    return forum


def pause(session: Session, actor: Actor, forum_id: int) -> Forum:
    """Hold the clock. Raises `Forbidden`, `Conflict` where it stands already."""
    forum = _live_forum(session, actor, forum_id)
    if forum.ends_at is None:
        raise Conflict("paused", say("이미 멈춰 있습니다."))
    forum.seconds_left = round(clock.seconds_until(forum.ends_at))
    forum.ends_at = None
    record(session, forum_id, actor.person_key, ClockPaused(segment=forum.segment_id or 0))
    return forum


def resume(session: Session, actor: Actor, forum_id: int) -> Forum:
    """Let the clock run on from where it stood. Raises `Forbidden`, `Conflict` where it runs."""
    forum = _live_forum(session, actor, forum_id)
    if forum.seconds_left is None:
        raise Conflict("running", say("멈춰 있지 않습니다."))
    forum.ends_at = clock.now() + timedelta(seconds=forum.seconds_left)
    forum.seconds_left = None
    record(session, forum_id, actor.person_key, ClockResumed(segment=forum.segment_id or 0))
    return forum


def extend(session: Session, actor: Actor, forum_id: int, seconds: int) -> Forum:
    """Give the segment more time, or take some; a clock that ran out starts again from now.

    Raises `Forbidden`, `Conflict` where the forum is not live.
    """
    forum = _live_forum(session, actor, forum_id)
    if forum.ends_at is not None:
        forum.ends_at = max(forum.ends_at, clock.now()) + timedelta(seconds=seconds)
    else:
        forum.seconds_left = max(0, (forum.seconds_left or 0) + seconds)
    record(session, forum_id, actor.person_key, ClockExtended(segment=forum.segment_id or 0, seconds=seconds))
    return forum


def close_forum(session: Session, actor: Actor, forum_id: int) -> Forum:
    """End the evening: nothing more can be put forward, the report is there. The stage alone calls this."""
    forum = _live_forum(session, actor, forum_id)
    _current(forum).ended_at = clock.now()
    forum.state, forum.closed_at = ForumState.CLOSED, clock.now()
    forum.segment_id = forum.ends_at = forum.seconds_left = None
    record(session, forum_id, actor.person_key, ForumClosed(forum=forum_id))
    return forum


def opens(forum: Forum, act: Act) -> bool:
    """Whether the present segment opens this act to residents."""
    if forum.state != ForumState.LIVE or forum.segment_id is None:
        return False
    return act in OPEN_ACTS.get(SegmentKind(_current(forum).kind), frozenset())
