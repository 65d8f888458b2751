"""What of an agenda has begun, and so stays where it is."""

from participation.forums.models import Forum, ForumState, Segment


def is_fixed(forum: Forum, segment: Segment) -> bool:
    """Whether a segment has begun, or lies before the present one, in a forum that is live or over."""
    if forum.state not in (ForumState.LIVE, ForumState.CLOSED):
        return False
    present = next((one.position for one in forum.segments if one.id == forum.segment_id), -1)
    return segment.started_at is not None or segment.position <= present
