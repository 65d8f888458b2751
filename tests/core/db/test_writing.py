"""One writer: what waits is written together, each act stands or falls alone, and nobody hears before the commit."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db.work import Database
from core.errors import Conflict, DomainError
from core.events.log import Recorded, first_broken, record, since
from core.i18n import current_locale, say, using_locale
from participation.forums.events import ClockExtended
from participation.forums.models import Forum
from tests.factories import World


@contextmanager
def held_up(database: Database) -> Iterator[threading.Event]:
    """Somebody writes and does not come to an end until told: meanwhile others queue up."""
    begun, go_on = threading.Event(), threading.Event()

    def slow(_session: Session) -> None:
        begun.set()
        assert go_on.wait(20)

    holder = threading.Thread(target=database.perform, args=(slow,))
    holder.start()
    assert begun.wait(20)
    try:
        yield go_on
    finally:
        go_on.set()
        holder.join()


def all_at_once(database: Database, acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Ask for every act while somebody writes, in order; the answers, or the errors in their place."""
    answers: list[Any] = [None] * len(acts)

    def ask(place: int) -> None:
        try:
            answers[place] = acts[place]()
        except BaseException as error:
            answers[place] = error

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(len(acts))]
    with held_up(database) as go_on:
        for number, thread in enumerate(threads, start=1):
            thread.start()
            while len(database._writer._waiting) < number:
                threading.Event().wait(0.001)
        go_on.set()
    for thread in threads:
        thread.join()
    return answers


@contextmanager
def commits(database: Database) -> Iterator[list[int]]:
    """One entry for each commit inside."""
    counted: list[int] = []

    def note(_connection: Any) -> None:
        counted.append(1)

    sqlalchemy.event.listen(database.write_engine, "commit", note)
    try:
        yield counted
    finally:
        sqlalchemy.event.remove(database.write_engine, "commit", note)


@contextmanager
def listening(database: Database, listener: Callable[[list[Recorded]], None]) -> Iterator[None]:
    database.listen(listener)
    try:
        yield
    finally:
        database.unlisten(listener)


def extend(seconds: int, refuse: Exception | None = None) -> Callable[[Session], int]:
    """An act that notes an event, and may then be refused."""

    def work(session: Session) -> int:
        record(session, 1, "system", ClockExtended(segment=1, seconds=seconds))
        session.execute(select(1))
        if refuse is not None:
            raise refuse
        return seconds

    return work


def recorded_seconds(database: Database) -> list[int]:
    with database.reading() as session:
        return [item.event.seconds for item in since(session, 1, "forum", 0, 500)]  # type: ignore[attr-defined]


REFUSAL = Conflict("no", say("안 됩니다."))


def test_what_waits_is_written_in_one_transaction(database: Database) -> None:
    told: list[list[Recorded]] = []
    with commits(database) as counted, listening(database, told.append):
        answers = all_at_once(database, [lambda n=n: database.perform(extend(n)) for n in range(30)])  # type: ignore[misc]
    assert answers == list(range(30))
    assert len(counted) == 1
    assert recorded_seconds(database) == list(range(30))
    assert [len(together) for together in told] == [30]
    with database.reading() as session:
        assert first_broken(session, 1) is None


def test_a_refused_act_leaves_the_others_as_they_are(database: Database) -> None:
    acts = [lambda n=n: database.perform(extend(n, REFUSAL if n == 1 else None)) for n in range(3)]  # type: ignore[misc]
    assert all_at_once(database, acts) == [0, REFUSAL, 2]
    assert recorded_seconds(database) == [0, 2]


def test_a_fault_in_one_act_costs_the_others_nothing(world: World, database: Database) -> None:
    slug = world.slug(world.forum())

    def broken(session: Session) -> None:
        session.add(Forum(slug=slug))
        session.flush()

    acts = [lambda: database.perform(extend(1)), lambda: database.perform(broken), lambda: database.perform(extend(2))]
    first, fault, last = all_at_once(database, acts)
    assert (first, last) == (1, 2)
    assert isinstance(fault, sqlalchemy.exc.IntegrityError)
    assert recorded_seconds(database) == [1, 2]


def test_each_act_runs_in_its_own_context(database: Database) -> None:
    def ask(locale: str) -> str:
        with using_locale(locale):
            return database.perform(lambda _session: current_locale())

    assert all_at_once(database, [lambda: ask("en"), lambda: ask("ko"), lambda: ask("en")]) == ["en", "ko", "en"]


def test_a_kind_with_a_bulk_form_is_written_in_one_go(database: Database) -> None:
    calls: list[list[int]] = []

    def bulk(session: Session, asked: Sequence[int]) -> list[int | DomainError]:
        calls.append(list(asked))
        for number in asked:
            if number != 2:
                record(session, 1, "system", ClockExtended(segment=1, seconds=number))
        return [REFUSAL if number == 2 else number * 10 for number in asked]

    acts: list[Callable[[], Any]] = [lambda n=n: database.perform_bulk("kind", bulk, n) for n in range(4)]  # type: ignore[misc]
    acts.insert(2, lambda: database.perform(extend(50)))
    assert all_at_once(database, acts) == [0, 10, 50, REFUSAL, 30]
    assert calls == [[0, 1, 2, 3]]
    assert sorted(recorded_seconds(database)) == [0, 1, 3, 50]


def test_a_bulk_form_that_fails_is_tried_one_by_one(database: Database) -> None:
    def bulk(session: Session, asked: Sequence[int]) -> list[int]:
        for number in asked:
            record(session, 1, "system", ClockExtended(segment=1, seconds=number))
        if 1 in asked:
            raise RuntimeError("one is broken")
        return list(asked)

    acts = [lambda n=n: database.perform_bulk("kind", bulk, n) for n in range(3)]  # type: ignore[misc]
    first, fault, last = all_at_once(database, acts)
    assert (first, last) == (0, 2)
    assert isinstance(fault, RuntimeError)
    assert recorded_seconds(database) == [0, 2]


def test_one_that_comes_alone_is_written_at_once(database: Database) -> None:
    with commits(database) as counted:
        assert database.perform(extend(7)) == 7
        with pytest.raises(Conflict):
            database.perform(extend(8, REFUSAL))
        assert database.perform_bulk("kind", lambda _session, asked: [len(asked)], "x") == 1
    assert len(counted) == 1
    assert recorded_seconds(database) == [7]


def test_nobody_is_told_before_the_commit_and_all_are_told_in_order(database: Database) -> None:
    seen: list[int] = []

    def listener(recorded: list[Recorded]) -> None:
        with database.reading() as session:
            on_disk = len(since(session, 1, "forum", 0, 500))
        assert on_disk >= max(item.number for item in recorded)
        seen.extend(item.number for item in recorded)

    threads = [threading.Thread(target=database.perform, args=(extend(n),)) for n in range(25)]
    with listening(database, listener):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == list(range(1, 26))


def test_one_that_is_ended_while_it_writes_leaves_the_pen_to_the_next(database: Database) -> None:
    def ended(_session: Session) -> None:
        raise SystemExit

    acts = [lambda: database.perform(ended), lambda: database.perform(extend(1)), lambda: database.perform(extend(2))]
    gone, *answers = all_at_once(database, acts)
    assert isinstance(gone, SystemExit)
    assert answers == [1, 2]
    assert database.perform(extend(3)) == 3
    assert recorded_seconds(database) == [1, 2, 3]
