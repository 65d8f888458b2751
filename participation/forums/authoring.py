"""Reading a forum as its authors write it: both languages, every line."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.forums.drafts import ForumFacts, LineDraft, SegmentDraft
from participation.forums.models import AgendaBefore, Forum, Segment, SegmentKind
from participation.forums.running import is_fixed

_FACTS = tuple(ForumFacts.__dataclass_fields__)


def facts_of(session: Session, forum_id: int) -> ForumFacts:
    """The facts of a forum that is known to be there."""
    forum = session.get_one(Forum, forum_id)
    return ForumFacts(**{name: getattr(forum, name) for name in _FACTS})


def draft_of(segment: Segment) -> SegmentDraft:
    """A segment as its author sees it."""
    lines = tuple(LineDraft(one.line_ko, one.line_en, one.seconds) for one in segment.guidance)
    return SegmentDraft(
        kind=SegmentKind(segment.kind),
        title_ko=segment.title_ko,
        title_en=segment.title_en,
        question_ko=segment.question_ko,
        question_en=segment.question_en,
        minutes=segment.minutes,
        lines=lines,
    )


def segment_draft(session: Session, forum_id: int, segment_id: int) -> SegmentDraft | None:
    """A segment of a forum, or None."""
    wanted = select(Segment).where(Segment.id == segment_id, Segment.forum_id == forum_id)
    segment = session.scalars(wanted).one_or_none()
    return draft_of(segment) if segment else None


def fixed_segments(session: Session, forum_id: int) -> frozenset[int]:
    """The ids of the segments that have begun, and so stay where they are."""
    forum = session.get_one(Forum, forum_id)
    return frozenset(segment.id for segment in forum.segments if is_fixed(forum, segment))


def can_undo(session: Session, forum_id: int) -> bool:
    """Whether a change of the agenda is kept that can be taken back."""
    return session.get(AgendaBefore, forum_id) is not None
