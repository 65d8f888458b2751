"""Claims: held by one at a time over PostgreSQL, free once their holder gives them back, dies, or loses the database."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy

from core.db.claims import Claims
from core.db.engine import make_engine
from core.db.work import Database
from tests.conftest import postgresql
from tests.faults.house import ROOT

HOLDS = """
import sys
from core.db.claims import Claims
from core.db.engine import make_engine
with Claims(make_engine(sys.argv[1], writes=False)).hold("work", 7) as held:
    print(held, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def url(worker_id: str) -> Iterator[str]:
    with postgresql(f"claims_{worker_id}") as address:
        yield address


@contextmanager
def servers(url: str, many: int = 2) -> Iterator[list[Database]]:
    made = [Database(url) for _ in range(many)]
    try:
        yield made
    finally:
        for database in made:
            database.close()


def test_one_server_holds_it_at_a_time(url: str) -> None:
    with servers(url) as (one, other):
        with one.claims.hold("work", 7) as held:
            assert held
            with other.claims.hold("work", 7) as twice, other.claims.hold("work", 8) as another:
                assert (twice, another) == (False, True)
            with other.claims.hold("work", 7) as again:
                assert not again, "who did not get it gave nothing back"
        with other.claims.hold("work", 7) as held:
            assert held


def test_two_threads_of_one_server_are_kept_apart_too(url: str) -> None:
    with servers(url, 1) as (one,), one.claims.hold("work") as held, one.claims.hold("work") as twice:
        assert (held, twice) == (True, False)


def test_it_is_given_back_where_the_work_fails(url: str) -> None:
    with servers(url) as (one, other):
        with pytest.raises(ValueError, match="over"), one.claims.hold("work", 7):
            raise ValueError("over")
        with other.claims.hold("work", 7) as held:
            assert held


def test_whoever_waits_gets_it_when_it_is_free(url: str) -> None:
    with servers(url) as (one, other):
        got = threading.Event()

        def wait() -> None:
            with other.claims.hold("work", waits=True) as held:
                assert held
                got.set()

        waiting = threading.Thread(target=wait)
        with one.claims.hold("work", waits=True):
            waiting.start()
            while not _waiting_for_locks(one):
                threading.Event().wait(0.01)
            assert not got.is_set()
        waiting.join()
        assert got.is_set()


def _waiting_for_locks(database: Database) -> int:
    count = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with database.write_engine.connect() as connection:
        return int(connection.scalar(sqlalchemy.text(count)) or 0)


def test_it_is_free_once_its_holder_is_dead(url: str) -> None:
    command = [sys.executable, "-c", HOLDS, url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with servers(url, 1) as (other,):
        with subprocess.Popen(command, cwd=ROOT, **pipes) as holder:  # type: ignore[call-overload]
            assert holder.stdout.readline() == b"True\n"
            with other.claims.hold("work", 7) as held:
                assert not held
            holder.kill()
        with other.claims.hold("work", 7, waits=True) as held:
            assert held


def test_who_loses_the_database_holds_nothing_and_goes_on(url: str) -> None:
    cut = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
    with servers(url) as (one, other):
        with one.claims.hold("work", 7) as held:
            assert held
            with other.write_engine.connect() as connection:
                connection.execute(sqlalchemy.text(cut))
            with other.claims.hold("work", 7, waits=True) as taken:
                assert taken
        with one.claims.hold("work", 7) as held:
            assert held


def test_on_sqlite_each_is_free_since_there_is_one_server(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'house.db'}", writes=False)
    claims = Claims(engine)
    with claims.hold("work") as held, claims.hold("work", waits=True) as twice:
        assert (held, twice) == (True, True)
    engine.dispose()
