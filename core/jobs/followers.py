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
    """The followers of one installation; each has a thread of its own once they are started."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._followers: list[Follower] = []
        self._bells: dict[str, threading.Event] = {}
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
            bell.wait(LOOK_AGAIN)
            bell.clear()
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
            with self._database.reading() as session:
                events = after(session, log_id, number, _kinds(follower.kinds), AT_ONCE)
            if events:
                follower.handle(log_id, events)
                acted = True
            reached = events[-1].number if len(events) == AT_ONCE else head
            self._database.perform(partial(_keep, name=follower.name, log_id=log_id, number=reached))
        return acted

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
