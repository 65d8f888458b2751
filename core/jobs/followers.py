"""Followers: they read the log after each commit and act on it, each remembering how far it has come."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from core.db.work import Database
from core.events.event import Event
from core.events.log import Recorded, after
from core.events.models import Log
from core.jobs.models import FollowerPosition

log = logging.getLogger("hyeondap.jobs")
AT_ONCE = 500
LOOK_AGAIN = 20.0
AFTER_A_FAULT = 5.0
AFTER_ANOTHER = 3.0
"""Seconds until one looks whether another server has done what it was at: it may have died over it."""

MOST_ROUNDS = 1000


@dataclass(frozen=True)
class Follower:
    """Who follows: a name kept in the database, the events it cares about, and what it does with some of them.

    `handle` gets the log's id and the events in order. It may see the same events again after a fault, so it
    works from the present state. `pause` is the least number of seconds between two turns.
    """

    name: str
    kinds: tuple[type[Event], ...]
    handle: Callable[[int, list[Recorded]], None]
    pause: float = 0.0


class Followers:
    """The followers of one installation; each has a thread of its own once they are started.

    Where several servers follow, each log is followed by one of them at a time.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._followers: list[Follower] = []
        self._bells: dict[str, threading.Event] = {}
        self._elsewhere: set[str] = set()
        self._stopped = threading.Event()
        database.listen(self._wake)

    def add(self, follower: Follower) -> None:
        """Let someone follow. Raises `ValueError` for a name that is taken."""
        if follower.name in self._bells:
            raise ValueError(f"two followers are called {follower.name}")
        self._followers.append(follower)
        self._bells[follower.name] = threading.Event()

    def start(self) -> None:
        """Follow in the background, beginning with what happened while nobody did."""
        for follower in self._followers:
            self._bells[follower.name].set()
            threading.Thread(target=self._follow, args=(follower,), daemon=True, name=follower.name).start()

    def stop(self) -> None:
        """End the background threads after what they are at."""
        self._stopped.set()
        for bell in self._bells.values():
            bell.set()

    def drain(self) -> None:
        """Let every follower do here and now all there is to do. Raises what a follower raises."""
        for _ in range(MOST_ROUNDS):
            if not any(self._turn(follower) for follower in self._followers):
                return
        raise RuntimeError("the followers never come to rest")

    def _wake(self, recorded: list[Recorded]) -> None:
        kinds = {type(item.event) for item in recorded}
        for follower in self._followers:
            if kinds & set(follower.kinds):
                self._bells[follower.name].set()

    def _follow(self, follower: Follower) -> None:
        bell = self._bells[follower.name]
        while not self._stopped.is_set():
            is_elsewhere = follower.name in self._elsewhere
            bell.wait(AFTER_ANOTHER if is_elsewhere else LOOK_AGAIN)
            bell.clear()
            self._elsewhere.discard(follower.name)
            try:
                while not self._stopped.is_set() and self._turn(follower):
                    time.sleep(follower.pause)
            except Exception:
                log.exception("follower %s failed", follower.name)
                time.sleep(AFTER_A_FAULT)
                bell.set()

    def _turn(self, follower: Follower) -> bool:
        """Deal with what is new in every log; whether there was anything."""
        acted = False
        for log_id, number, head in self._behind(follower):
            with self._database.claims.hold("follower", follower.name, log_id) as held:
                if held:
                    acted |= self._deal_with(follower, log_id, max(number, self._reached(follower, log_id)), head)
                else:
                    self._elsewhere.add(follower.name)
        return acted

    def _deal_with(self, follower: Follower, log_id: int, number: int, head: int) -> bool:
        with self._database.reading() as session:
            events = after(session, log_id, number, _kinds(follower.kinds), AT_ONCE)
        if events:
            follower.handle(log_id, events)
        reached = events[-1].number if len(events) == AT_ONCE else head
        self._database.perform(partial(_keep, name=follower.name, log_id=log_id, number=reached))
        return bool(events)

    def _reached(self, follower: Follower, log_id: int) -> int:
        """Read anew once the log is one's own: another may just have dealt with it."""
        with self._database.reading() as session:
            place = session.get(FollowerPosition, (follower.name, log_id))
            return place.number if place else 0

    def _behind(self, follower: Follower) -> list[tuple[int, int, int]]:
        """Log, the number reached and the last number of every log that has gone on since."""
        place = and_(FollowerPosition.log_id == Log.id, FollowerPosition.name == follower.name)
        wanted = select(Log.id, FollowerPosition.number, Log.number).join(FollowerPosition, place, isouter=True)
        with self._database.reading() as session:
            rows = session.execute(wanted.order_by(Log.id)).all()
        return [(log_id, number or 0, head) for log_id, number, head in rows if head > (number or 0)]


def _kinds(types: Sequence[type[Event]]) -> list[str]:
    return [event_type.kind for event_type in types]


def _keep(session: Session, *, name: str, log_id: int, number: int) -> None:
    place = session.get(FollowerPosition, (name, log_id))
    if place is None:
        session.add(FollowerPosition(name=name, log_id=log_id, number=number))
    else:
        place.number = max(place.number, number)
