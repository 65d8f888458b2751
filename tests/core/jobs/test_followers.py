"""Followers: they see each event of their kinds, remember their place, and go on after a fault."""

import threading

import pytest

from core.db.work import Database
from core.events.log import Recorded, record
from core.jobs.followers import Follower, Followers
from participation.forums.events import ClockPaused, ClockResumed
from tests.factories import World


def happen(database: Database, forum_id: int, *segments: int) -> None:
    def work(session: object) -> None:
        for segment in segments:
            record(session, forum_id, "system", ClockPaused(segment=segment))  # type: ignore[arg-type]

    database.perform(work)


class Seen:
    """A handler that keeps what it was given."""

    def __init__(self) -> None:
        self.segments: list[int] = []
        self.fails = False
        self.called = threading.Event()

    def __call__(self, log_id: int, events: list[Recorded]) -> None:
        if self.fails:
            raise RuntimeError("broken")
        self.segments += [item.event.segment for item in events if isinstance(item.event, ClockPaused)]
        self.called.set()


@pytest.fixture
def seen() -> Seen:
    return Seen()


def following(database: Database, seen: Seen) -> Followers:
    followers = Followers(database)
    followers.add(Follower("watcher", (ClockPaused,), seen))
    return followers


def test_events_of_its_kinds_are_handed_over_once_in_order(database: Database, world: World, seen: Seen) -> None:
    forum_id = world.forum()
    followers = following(database, seen)
    happen(database, forum_id, 1, 2)
    database.perform(lambda session: record(session, forum_id, "system", ClockResumed(segment=9)))
    followers.drain()
    followers.drain()
    happen(database, forum_id, 3)
    followers.drain()
    assert seen.segments == [1, 2, 3]


def test_its_place_is_kept_over_a_restart(database: Database, world: World, seen: Seen) -> None:
    forum_id = world.forum()
    happen(database, forum_id, 1)
    following(database, seen).drain()
    happen(database, forum_id, 2)
    following(database, seen).drain()
    assert seen.segments == [1, 2]


def test_after_a_fault_the_same_events_come_again(database: Database, world: World, seen: Seen) -> None:
    forum_id = world.forum()
    followers = following(database, seen)
    happen(database, forum_id, 1)
    seen.fails = True
    with pytest.raises(RuntimeError, match="broken"):
        followers.drain()
    seen.fails = False
    followers.drain()
    assert seen.segments == [1]


def test_more_events_than_are_read_at_once_all_come(database: Database, world: World, seen: Seen) -> None:
    forum_id = world.forum()
    happen(database, forum_id, *range(1201))
    following(database, seen).drain()
    assert seen.segments == list(range(1201))


def test_in_the_background_it_is_woken_by_a_commit(database: Database, world: World, seen: Seen) -> None:
    forum_id = world.forum()
    happen(database, forum_id, 1)
    followers = following(database, seen)
    followers.start()
    try:
        assert seen.called.wait(5)
        seen.called.clear()
        happen(database, forum_id, 2)
        assert seen.called.wait(5)
        assert seen.segments == [1, 2]
    finally:
        followers.stop()
        for thread in threading.enumerate():
            if thread.name == "watcher":
                thread.join(5)


def test_two_followers_need_two_names(database: Database, seen: Seen) -> None:
    followers = following(database, seen)
    with pytest.raises(ValueError, match="watcher"):
        followers.add(Follower("watcher", (ClockPaused,), seen))
