"""The event log: dense numbers by forum and stream, a chain that shows tampering, keys that act once."""

import pytest
from sqlalchemy import update

from core.db.work import ClientKey, Database
from core.errors import Conflict
from core.events.log import Recorded, first_broken, heads, record, since
from core.events.models import Entry
from participation.forums.events import ClockExtended, ForumClosed
from tests.factories import World


def test_numbers_are_dense_and_the_chain_holds(database: Database) -> None:
    for seconds in (60, 120):
        database.perform(lambda session, s=seconds: record(session, 7, "person:1", ClockExtended(segment=1, seconds=s)))
    database.perform(lambda session: record(session, 7, "person:1", ForumClosed(forum=7)))
    with database.reading() as session:
        assert [item.stream_number for item in since(session, 7, "forum", 0, 10)] == [1, 2, 3]
        assert heads(session, 7, ["forum", "table:1"]) == {"forum": 3, "table:1": 0}
        assert first_broken(session, 7) is None


def test_a_changed_payload_is_found(database: Database) -> None:
    for seconds in (60, 120, 180):
        database.perform(lambda session, s=seconds: record(session, 7, "person:1", ClockExtended(segment=1, seconds=s)))
    database.perform(
        lambda session: session.execute(
            update(Entry).where(Entry.log_id == 7, Entry.number == 2).values(payload={"segment": 1, "seconds": 999})
        )
    )
    with database.reading() as session:
        assert first_broken(session, 7) == 2


def test_nothing_is_recorded_when_the_work_fails(database: Database) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        record(session, 7, "person:1", ForumClosed(forum=7))
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        database.perform(work)
    with database.reading() as session:
        assert heads(session, 7, ["forum"]) == {"forum": 0}


def test_the_same_key_gives_the_same_answer_and_another_payload_is_refused(database: Database) -> None:
    acts = []
    key = ClientKey(7, "seat:1", "k" * 16, "digest")
    for _ in range(3):
        assert database.perform_once(key, lambda session: acts.append(1) or {"id": 5}) == {"id": 5}
    assert acts == [1]
    with pytest.raises(Conflict):
        database.perform_once(ClientKey(7, "seat:1", "k" * 16, "other"), lambda session: {"id": 6})


def test_listeners_hear_after_the_commit(database: Database, world: World) -> None:
    heard: list[dict[str, int]] = []

    def hear(_recorded: list[Recorded]) -> None:
        heard.append(world.read(lambda session: heads(session, 9, ["forum"])))

    database.listen(hear)
    try:
        database.perform(lambda session: record(session, 9, "person:1", ForumClosed(forum=9)))
    finally:
        database.unlisten(hear)
    assert heard == [{"forum": 1}]
