"""Names go when their time is over; what was said stays, without them."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from participation.forums.models import Forum, ForumState
from participation.seats.models import Seat


def forget_names(session: Session, now: datetime, *, days: int) -> int:
    """Take away the names of forums that closed more than `days` ago; returns how many were taken."""
    over = select(Forum.id).where(Forum.state == ForumState.CLOSED, Forum.closed_at < now - timedelta(days=days))
    named = update(Seat).where(Seat.forum_id.in_(over), Seat.call_name.is_not(None))
    forgotten = session.execute(named.values(call_name=None, device_hash=None))
    return int(forgotten.rowcount)  # type: ignore[attr-defined]
