"""Servers that know of each other's pages, over a bus that may lose any word: soon all know the same again."""

import time
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.live.fellows import BEAT, GONE_AFTER, LOOK_EVERY, Fellows
from core.live.presence import Presence, Present
from tests.core.events.test_tail import Store


def phone(seat: int) -> Present:
    return Present(7, "phone", f"seat:{seat}", None, seat, 1, 1)


class Air:
    """What is said between servers, delivered when told to; a word may get lost."""

    def __init__(self) -> None:
        self.buses: list[Any] = []
        self.words: deque[tuple[str, str, Any]] = deque()
        self.said: list[str] = []
        self.names = count(1)

    def deliver(self, loses: Callable[[str], bool] = lambda _kind: False) -> None:
        """Everything that was said, and what is said in answer."""
        while self.words:
            sender, kind, body = self.words.popleft()
            if loses(kind):
                continue
            for bus in self.buses:
                if bus.me != sender and bus.is_up:
                    for heard in bus.heard.get(kind, []):
                        heard(sender, body)


class Bus:
    """One server's end of it."""

    def __init__(self, air: Air) -> None:
        self.air, self.me, self.is_up = air, f"server{next(air.names)}", True
        self.heard: dict[str, list[Callable[[str, Any], None]]] = {}
        self.up: list[Callable[[], None]] = []
        air.buses.append(self)

    def on(self, kind: str, heard: Callable[[str, Any], None]) -> None:
        self.heard.setdefault(kind, []).append(heard)

    def on_up(self, act: Callable[[], None]) -> None:
        self.up.append(act)

    def say(self, kind: str, body: Any = None) -> None:
        if self.is_up:
            self.air.said.append(kind)
            self.air.words.append((self.me, kind, body))

    def rise(self) -> None:
        """It is heard, and hears, again."""
        self.is_up = True
        for act in self.up:
            act()


class Server:
    """A server with its pages; `told` is what it was told of pages that came or went."""

    def __init__(self, air: Air) -> None:
        self.bus, self.presence = Bus(air), Presence()
        self.told: list[Present] = []
        fellows: Any = Fellows(self.bus, self.presence, self.told.extend)  # type: ignore[arg-type]
        self.fellows: Fellows = fellows
        self.bus.rise()

    def seats(self) -> set[int]:
        return self.presence.seats(7)

    def beat(self, times: int = BEAT) -> None:
        for _ in range(times):
            self.fellows.beat()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    moment = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])
    return moment


@pytest.fixture
def air(now: list[float]) -> Air:
    return Air()


def two(air: Air) -> tuple[Server, Server]:
    servers = Server(air), Server(air)
    air.deliver()
    return servers


def test_each_knows_of_the_pages_at_the_other(air: Air) -> None:
    one, other = two(air)
    one.presence.arrive("a", phone(1))
    other.presence.arrive("b", phone(2))
    air.deliver()
    assert one.seats() == other.seats() == {1, 2}
    assert (one.told, other.told) == ([phone(2)], [phone(1)])
    one.presence.leave("a")
    air.deliver()
    assert other.seats() == {2}
    assert other.told == [phone(1), phone(1)]


def test_a_page_at_both_goes_with_the_last(air: Air) -> None:
    one, other = two(air)
    one.presence.arrive("a", phone(1))
    other.presence.arrive("b", phone(1))
    air.deliver()
    one.presence.leave("a")
    air.deliver()
    assert one.seats() == other.seats() == {1}
    assert other.told == []


def test_a_server_that_begins_is_told_all(air: Air) -> None:
    one = Server(air)
    one.presence.arrive("a", phone(1))
    air.words.clear()
    late = Server(air)
    air.deliver()
    assert late.seats() == {1}


@pytest.mark.parametrize("last", [False, True])
def test_a_word_that_was_lost_is_made_good(air: Air, now: list[float], last: bool) -> None:
    """By the next change, or by the count that is said every few seconds."""
    one, other = two(air)
    one.presence.arrive("a", phone(1))
    one.presence.arrive("b", phone(2))
    air.deliver(loses=lambda kind: kind == "came")
    assert other.seats() == set()
    if last:
        one.beat()
    else:
        one.presence.leave("b")
    air.deliver()
    assert other.seats() == one.seats()


def test_the_same_list_is_not_asked_for_by_every_word(air: Air, now: list[float]) -> None:
    one, other = two(air)
    one.presence.arrive("lost", phone(100))
    air.words.clear()
    air.said.clear()
    for seat in range(50):
        one.presence.arrive(str(seat), phone(seat + 1))
    air.deliver()
    assert (air.said.count("whole?"), air.said.count("here")) == (1, 1)
    assert other.seats() == one.seats()
    one.presence.leave("lost")
    air.deliver()
    assert other.seats() == one.seats()


def test_where_the_question_is_lost_too_it_is_asked_again(air: Air, now: list[float]) -> None:
    one, other = two(air)
    one.presence.arrive("a", phone(1))
    air.words.clear()
    for loses in ("whole?", ""):
        now[0] += 3
        one.beat()
        air.deliver(loses=lambda kind, lost=loses: kind == lost)  # type: ignore[misc]
    assert other.seats() == {1}


def test_a_server_that_is_not_heard_any_more_is_missed_after_a_while(air: Air, now: list[float]) -> None:
    one, other = two(air)
    one.presence.arrive("a", phone(1))
    air.deliver()
    one.bus.is_up = False
    now[0] += GONE_AFTER - 1
    other.beat()
    assert other.seats() == {1}
    now[0] += 2
    other.beat()
    assert (other.seats(), other.told) == (set(), [phone(1), phone(1)])
    one.bus.rise()
    air.deliver()
    assert other.seats() == {1}


def test_nobody_is_missed_by_a_server_that_hears_nobody(air: Air, now: list[float]) -> None:
    one, other = two(air)
    one.presence.arrive("a", phone(1))
    air.deliver()
    other.bus.is_up = False
    now[0] += 10 * GONE_AFTER
    other.beat()
    assert other.seats() == {1}
    one.presence.leave("a")
    air.deliver()
    other.bus.rise()
    other.beat()
    air.deliver()
    assert other.seats() == set()


def test_the_log_is_looked_at_now_and_then_and_every_second_while_nobody_is_heard(air: Air, now: list[float]) -> None:
    server, store = Server(air), Store()
    store.tail.follow(7)
    server.fellows.tail = store.tail
    server.presence.arrive("a", phone(1))

    def is_found() -> bool:
        """Whether a beat finds what somebody wrote without a word."""
        before = len(store.numbers(7))
        store.commit(7)
        server.beat(1)
        store.tail.catch_up()
        return len(store.numbers(7)) > before

    assert is_found()
    now[0] += LOOK_EVERY / 2
    assert not is_found()
    now[0] += LOOK_EVERY
    assert is_found()
    server.bus.is_up = False
    assert [is_found() for _ in range(3)] == [True] * 3
    server.bus.rise()
    assert is_found(), "what was missed is looked for when others are heard again"
    server.presence.leave("a")
    now[0] += 2 * LOOK_EVERY
    assert not is_found(), "a forum whose pages are all closed is followed no more"


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4), st.booleans(), st.booleans()), max_size=40))
def test_whatever_is_lost_all_know_the_same_in_the_end(steps: list[tuple[int, int, bool, bool]]) -> None:
    """Three servers; pages come and go, words are lost; then a few seconds without loss."""
    air = Air()
    servers = [Server(air) for _ in range(3)]
    open_at: list[set[int]] = [set(), set(), set()]
    for at, seat, comes, is_lost in steps:
        presence = servers[at].presence
        if comes:
            presence.arrive(str(seat), phone(seat))
            open_at[at].add(seat)
        else:
            presence.leave(str(seat))
            open_at[at].discard(seat)
        air.deliver(loses=lambda _kind, lost=is_lost: lost)  # type: ignore[misc]
    for server in servers:
        server.fellows._asked_at.clear()
    for server in servers:
        server.beat()
        air.deliver()
    for server in servers:
        assert server.seats() == set().union(*open_at)
