"""Connections are durable and strict on every connection; two writers never meet."""

import threading
from contextlib import ExitStack, closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.db.work import Database
from core.events.log import first_broken, heads, record
from facilitation.training.models import Certificate
from participation.forums.events import ClockExtended
from participation.seats.models import Placement
from tests.factories import World


def test_sqlite_is_durable_and_strict_on_every_connection(database: Database) -> None:
    if not database.url.startswith("sqlite"):
        return
    for engine in (database.read_engine, database.write_engine):
        for _ in range(3):
            with engine.connect() as connection:
                values = [
                    connection.execute(text(f"PRAGMA {name}")).scalar()
                    for name in ("journal_mode", "synchronous", "foreign_keys")
                ]
            assert values == ["wal", 2, 1]
            engine.dispose()


def test_sqlite_is_durable_also_beyond_the_pool_and_without_a_transaction(database: Database) -> None:
    if not database.url.startswith("sqlite"):
        return
    with ExitStack() as stack:
        many = [stack.enter_context(closing(database.read_engine.raw_connection())) for _ in range(12)]
        many.append(stack.enter_context(closing(database.write_engine.raw_connection())))
        for raw in many:
            values = [raw.cursor().execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
            assert values == ["wal", 2]


def test_postgresql_commits_synchronously(database: Database) -> None:
    if database.url.startswith("postgresql"):
        with database.write_engine.connect() as connection:
            assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"


def test_many_writers_at_once_get_dense_numbers(database: Database) -> None:
    def write(seconds: int) -> None:
        database.perform(lambda session: record(session, 5, "person:1", ClockExtended(segment=1, seconds=seconds)))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert heads(session, 5, ["forum"]) == {"forum": 40}
        assert first_broken(session, 5) is None


def test_one_place_holds_one_seat(world: World) -> None:
    forum_id = world.forum()
    world.seat(forum_id, place=1)
    other, _ = world.seat(forum_id, place=2)
    with pytest.raises(IntegrityError):
        world.write(
            lambda session: session.add(Placement(forum_id=forum_id, seat_id=other, round=2, table_number=1, place=0))
        )


def test_a_certificate_ends_after_it_begins(world: World) -> None:
    person_id = world.person()
    with pytest.raises(IntegrityError):
        world.write(
            lambda session: session.execute(
                text(
                    "INSERT INTO certificates (person_id, number, issued_by, valid_from, valid_to) "
                    f"VALUES ({person_id}, 'x', 'y', '2026-02-01', '2026-01-01')"
                )
            )
        )
    assert world.read(lambda session: session.query(Certificate).count()) == 0
