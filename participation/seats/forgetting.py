"""Names and the browsers behind seats go when their time is over; what was said stays, without them."""

import logging
import threading
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core import clock
from core.errors import Unavailable
from core.events.log import record
from core.permissions import SYSTEM
from core.web.context import services
from participation.forums.events import ForumConfigured
from participation.forums.models import Forum, ForumState
from participation.seats.models import FormerDevice, Seat

log = logging.getLogger("hyeondap.seats")
LOOK_EVERY = 3600.0
AFTER_A_FAULT = 60.0


def forget_names(session: Session, now: datetime, *, days: int) -> int:
    """Take away the names of forums that closed more than `days` ago, and what ties a seat to any browser.

    Returns how many names were taken.
    """
    over = select(Forum.id).where(Forum.state == ForumState.CLOSED, Forum.closed_at < now - timedelta(days=days))
    seats = select(Seat.id).where(Seat.forum_id.in_(over))
    session.execute(delete(FormerDevice).where(FormerDevice.seat_id.in_(seats)))
    tied = update(Seat).where(Seat.forum_id.in_(over), Seat.device_hash.is_not(None))
    session.execute(tied.values(device_hash=None))
    named = session.scalars(select(Seat).where(Seat.forum_id.in_(over), Seat.call_name.is_not(None))).all()
    for seat in named:
        seat.call_name = None
    for forum_id in sorted({seat.forum_id for seat in named}):
        record(session, forum_id, SYSTEM, ForumConfigured(forum=forum_id))
    return len(named)


def start(app: Flask) -> None:
    """Forget at the start and every hour, where the application is served."""
    house = services(app)
    pause = threading.Event()

    def look() -> None:
        while True:
            try:
                number = house.database.perform(
                    lambda session: forget_names(session, clock.now(), days=house.settings.city.names_days)
                )
            except Unavailable:
                pause.wait(AFTER_A_FAULT)
                continue
            if number:
                house.database.forget()
                log.warning("names forgotten: %s", number)
            pause.wait(LOOK_EVERY)

    threading.Thread(target=look, daemon=True, name="forgetting").start()
