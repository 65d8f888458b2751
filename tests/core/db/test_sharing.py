"""Two servers that write to one PostgreSQL: acts about one log wait for each other, and a clash is tried again."""

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pytest
import sqlalchemy
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from core.db.base import Base
from core.db.work import ClientKey, Database
from core.errors import Unavailable
from core.events.log import Recorded, first_broken, record, since
from core.events.models import Receipt
from participation.forums.events import ClockExtended
from tests.conftest import postgresql

MANY = 25
Pair = tuple[Database, Database]


@pytest.fixture(scope="module")
def servers(worker_id: str) -> Iterator[Pair]:
    """Two servers of one house."""
    with postgresql(f"sharing_{worker_id}") as url:
        one, other = Database(url), Database(url)
        Base.metadata.create_all(one.write_engine)
        yield one, other
        for database in (one, other):
            database.close()


@pytest.fixture
def log_id(servers: Pair) -> Iterator[int]:
    """A log in which nothing happened yet."""
    with servers[0].reading() as session:
        last = session.scalar(sqlalchemy.text("SELECT max(id) FROM logs"))
    return (last or 0) + 1


def extend(session: Session, log_id: int, seconds: int = 1) -> int:
    record(session, log_id, "system", ClockExtended(segment=1, seconds=seconds))
    return seconds


def numbers(database: Database, log_id: int) -> list[int]:
    with database.reading() as session:
        assert first_broken(session, log_id) is None
        return [item.number for item in since(session, log_id, "forum", 0, 500)]


def together(*acts: Any) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_acts_about_one_log_are_written_one_after_the_other(servers: Pair, log_id: int) -> None:
    """Each reads how many are there and writes one more: not one is lost between the two servers."""
    with servers[0].write_engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE counted (number integer PRIMARY KEY)"))

    def count(session: Session) -> None:
        before = session.scalar(sqlalchemy.text("SELECT count(*) FROM counted"))
        session.execute(sqlalchemy.text("SELECT pg_sleep(0.002)"))
        session.execute(sqlalchemy.text("INSERT INTO counted VALUES (:number)"), {"number": before})
        extend(session, log_id)

    servers[0].perform(count, log_id=log_id)

    def act(database: Database) -> None:
        for _ in range(MANY):
            database.perform(count, log_id=log_id)

    together(*[lambda one=one: act(one) for one in servers for _ in range(2)])  # type: ignore[misc]
    with servers[0].reading() as session:
        counted = session.scalars(sqlalchemy.text("SELECT number FROM counted ORDER BY number")).all()
    assert counted == list(range(4 * MANY + 1))
    assert numbers(servers[0], log_id) == list(range(1, 4 * MANY + 2))


def test_an_act_about_another_log_does_not_wait(servers: Pair, log_id: int) -> None:
    one, other = servers
    for each in (log_id, log_id + 1):
        one.perform(lambda session, each=each: extend(session, each), log_id=each)  # type: ignore[misc]
    held, go_on = threading.Event(), threading.Event()

    def hold(session: Session) -> None:
        extend(session, log_id)
        held.set()
        assert go_on.wait(20)

    holder = threading.Thread(target=lambda: one.perform(hold, log_id=log_id))
    holder.start()
    assert held.wait(20)
    other.perform(lambda session: extend(session, log_id + 1), log_id=log_id + 1)
    waits = threading.Thread(target=lambda: other.perform(lambda session: extend(session, log_id), log_id=log_id))
    waits.start()
    assert numbers(other, log_id) == [1], "a reading does not wait"
    go_on.set()
    for thread in (holder, waits):
        thread.join()
    assert numbers(other, log_id) == [1, 2, 3]
    assert numbers(other, log_id + 1) == [1, 2]


def test_the_first_acts_about_a_log_may_meet(servers: Pair, log_id: int) -> None:
    """Nothing is there yet that could be locked: whoever comes second is tried again."""
    met = threading.Barrier(2)
    tried: list[int] = []

    def act(database: Database) -> None:
        def first(session: Session) -> None:
            extend(session, log_id)
            tried.append(1)
            if len(tried) <= 2:
                met.wait(20)

        database.perform(first, log_id=log_id)

    together(*[lambda one=one: act(one) for one in servers])  # type: ignore[misc]
    assert len(tried) == 3
    assert numbers(servers[0], log_id) == [1, 2]


def test_one_key_sent_to_both_servers_at_once_acts_once(servers: Pair, log_id: int) -> None:
    answers: list[dict[str, Any]] = []
    met = threading.Barrier(4)

    def act(database: Database) -> None:
        for number in range(MANY):
            key = ClientKey(log_id, "seat:1", f"key {number:12}", "digest")
            met.wait(20)
            answers.append(database.perform_once(key, lambda session: {"done": extend(session, log_id, number)}))  # noqa: B023

    together(*[lambda one=one: act(one) for one in servers for _ in range(2)])  # type: ignore[misc]
    assert sorted(answer["done"] for answer in answers) == sorted([*range(MANY)] * 4)
    assert numbers(servers[0], log_id) == list(range(1, MANY + 1))
    with servers[0].reading() as session:
        assert len(session.scalars(select(Receipt).where(Receipt.log_id == log_id)).all()) == MANY


@pytest.mark.parametrize(
    "clash",
    [
        OperationalError("", {}, psycopg.errors.DeadlockDetected()),
        OperationalError("", {}, psycopg.errors.SerializationFailure()),
        IntegrityError("", {}, psycopg.errors.UniqueViolation()),
    ],
)
def test_a_clash_is_tried_again_twice(servers: Pair, log_id: int, clash: Exception) -> None:
    tried: list[int] = []

    def work(session: Session, faults: int) -> int:
        tried.append(1)
        extend(session, log_id)
        if len(tried) <= faults:
            raise clash
        return len(tried)

    assert servers[0].perform(lambda session: work(session, 2), log_id=log_id) == 3
    assert numbers(servers[0], log_id) == [1]
    tried.clear()
    with pytest.raises((Unavailable, IntegrityError)):
        servers[0].perform(lambda session: work(session, 9), log_id=log_id)
    assert len(tried) == 3
    assert numbers(servers[0], log_id) == [1]


def test_each_server_tells_what_both_wrote_in_order(servers: Pair, log_id: int) -> None:
    """As on several servers, without the words between them: each looks for itself."""
    told: list[list[int]] = [[], []]
    tails = [database.share(lambda _log, _number: None) for database in servers]
    for place, (database, tail) in enumerate(zip(servers, tails, strict=True)):
        database.listen(lambda recorded, at=place: told[at].extend(_numbers(recorded, log_id)))  # type: ignore[misc]
        tail.follow(log_id)

    def act(database: Database) -> None:
        for _ in range(MANY):
            database.perform(lambda session: extend(session, log_id), log_id=log_id)

    def look(place: int) -> None:
        for _ in range(MANY):
            tails[place].look()
            tails[place].catch_up()

    together(*[lambda one=one: act(one) for one in servers], lambda: look(0), lambda: look(1))  # type: ignore[misc]
    for place in range(2):
        tails[place].look()
        tails[place].catch_up()
    assert told == [list(range(1, 2 * MANY + 1))] * 2


def _numbers(recorded: Sequence[Recorded], log_id: int) -> list[int]:
    return [item.number for item in recorded if item.log_id == log_id]
