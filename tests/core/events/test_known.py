"""What readers share: for as long as nothing was recorded in the streams it hangs on, and never where one may write."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy.orm import Session

from core.db.work import Database
from core.events.known import known, seen_heads
from core.events.log import Recorded, heads, record
from participation.forums.events import ClockPaused
from participation.forums.queries import forum_by_id
from participation.proposals.events import StanceTaken
from participation.seats.events import SeatRenamed
from tests.factories import World

STREAMS = ("forum", "table:1")


def counter() -> Callable[[], list[int]]:
    """A reading that tells how often it was made."""
    made: list[int] = []

    def make() -> list[int]:
        made.append(len(made) + 1)
        return [made[-1]]

    return make


def pause(session: Session, log_id: int = 1) -> None:
    record(session, log_id, "system", ClockPaused(segment=1))


def test_the_same_is_read_once_by_all_until_something_happens(database: Database) -> None:
    make = counter()

    def read() -> list[int]:
        with database.reading() as session:
            return known(session, 1, STREAMS, "key", make)

    assert read() is read()
    database.perform(pause)
    assert read() == [2]
    assert read() == [2]


def test_other_forums_other_streams_and_other_keys_do_not_matter(database: Database) -> None:
    make = counter()

    def read(log_id: int = 1, streams: tuple[str, ...] = ("table:1",), key: str = "key") -> list[int]:
        with database.reading() as session:
            return known(session, log_id, streams, key, make)

    assert read() == [1]
    database.perform(pause)
    database.perform(lambda session: pause(session, 2))
    assert read() == [1]
    assert read(log_id=2) == [2]
    assert read(key="other") == [3]
    assert read() == [1]


def test_an_event_that_changes_nothing_kept_leaves_it(database: Database) -> None:
    make = counter()

    def read() -> list[int]:
        with database.reading() as session:
            return known(session, 1, ("table:1",), "key", make)

    def take(session: Session) -> None:
        record(session, 1, "seat", StanceTaken(proposal=1, table=1, seat=1))

    assert read() == [1]
    for _ in range(2):
        database.perform(take)
        assert read() == [1]
    with database.reading() as session:
        assert seen_heads(session, 1, ("table:1",)) == {"table:1": 2}

    def rename_and_take(session: Session) -> None:
        record(session, 1, "seat", SeatRenamed(seat=1, table=1))
        take(session)

    database.perform(rename_and_take)
    assert read() == [2]
    database.perform(take)
    assert read() == [2]


def test_nothing_known_is_kept_as_well(database: Database) -> None:
    made: list[None] = []
    for _ in range(2):
        with database.reading() as session:
            assert known(session, 1, STREAMS, "none", lambda: made.append(None)) is None
    assert len(made) == 1


def test_whoever_may_write_reads_anew(database: Database) -> None:
    make = counter()
    with database.reading() as session:
        assert known(session, 1, STREAMS, "key", make) == [1]
    assert database.perform(lambda session: known(session, 1, STREAMS, "key", make)) == [2]
    with database.reading() as session:
        assert known(session, 1, STREAMS, "key", make) == [1]


def test_one_reading_sees_one_moment(database: Database) -> None:
    make = counter()
    with database.reading() as session:
        first = known(session, 1, STREAMS, "key", make)
        database.perform(pause)
        assert known(session, 1, STREAMS, "key", make) is first


def test_who_changed_the_store_beside_the_house_makes_it_forget(world: World, database: Database) -> None:
    forum = world.forum()
    with database.reading() as session:
        before = forum_by_id(session, forum)
    with database.reading() as session:
        assert forum_by_id(session, forum) is before
    database.forget()
    with database.reading() as session:
        again = forum_by_id(session, forum)
    assert again == before
    assert again is not before


def test_whoever_is_told_of_an_act_reads_what_it_did(database: Database) -> None:
    numbers: list[int] = []

    def hear(_recorded: list[Recorded]) -> None:
        with database.reading() as session:
            numbers.append(heads(session, 1, ["forum"])["forum"])

    database.listen(hear)
    try:
        with database.one_reading():
            for _ in range(2):
                with database.reading() as session:
                    assert heads(session, 1, ["forum"])["forum"] == len(numbers)
                database.perform(pause)
    finally:
        database.unlisten(hear)
    assert numbers == [1, 2]


def test_in_one_reading_every_page_part_sees_the_same_until_an_act(app: Flask, database: Database) -> None:
    make = counter()
    with database.one_reading():
        with database.reading() as first:
            assert known(first, 1, STREAMS, "key", make) == [1]
        with database.reading() as second:
            assert second is first
        database.perform(pause)
        with database.reading() as third:
            assert third is not first
            assert known(third, 1, STREAMS, "key", make) == [2]
    with database.reading() as fourth:
        assert fourth is not third
