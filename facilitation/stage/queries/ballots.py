"""Ballots as the host has to do with them."""

from sqlalchemy.orm import Session

from participation.ballots.queries import BallotView, unfinished_ballot
from participation.forums.models import SegmentKind
from participation.forums.queries import ForumView


def left_behind(session: Session, forum: ForumView) -> BallotView | None:
    """The ballot of the present step that still runs, or has no published result, when the room goes on; or None."""
    if forum.segment is None or forum.segment.kind is not SegmentKind.PLENARY_BALLOT:
        return None
    return unfinished_ballot(session, forum.id)
