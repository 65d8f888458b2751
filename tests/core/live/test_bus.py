"""Words between servers over a real Redis, and what becomes of them where it is silent, away, or comes back."""

import queue
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest
import redis

from core.live import bus as buses
from core.live.bus import MOST_WAITING, Bus
from tests.conftest import REDIS

SOON = 20.0


@pytest.fixture
def channel(redis_address: str) -> str:
    """A channel of its own at the Redis of the tests."""
    return f"test/{secrets.token_hex(8)}"


class Ear:
    """A bus that is listened to."""

    def __init__(self, url: str, channel: str) -> None:
        self.bus = Bus(url, channel)
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.ups: queue.Queue[None] = queue.Queue()
        self.bus.on("word", lambda sender, body: self.heard.put((sender, body)))
        self.bus.on_up(lambda: self.ups.put(None))
        self.bus.start()

    def next(self) -> tuple[str, Any]:
        return self.heard.get(timeout=SOON)


class Cable:
    """A link to Redis that can be cut, or fall silent: what is written goes nowhere."""

    def __init__(self) -> None:
        self.is_silent = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._listener.getsockname()[1]}/0"
        self._ends: list[socket.socket] = []
        self._run(self._accept)

    @staticmethod
    def _run(act: Callable[..., None], *args: Any) -> None:
        threading.Thread(target=act, args=args, daemon=True).start()

    def _accept(self) -> None:
        there = redis.Redis.from_url(REDIS).connection_pool.connection_kwargs
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection((there.get("host", "localhost"), there.get("port", 6379)))
            self._ends += [near, far]
            self._run(self._carry, near, far)
            self._run(self._carry, far, near)

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if not self.is_silent:
                    sink.sendall(data)
        sink.close()

    def cut(self) -> None:
        """All links at once; new ones may be made."""
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def close(self) -> None:
        self._listener.close()
        self.cut()


@pytest.fixture
def cable(channel: str) -> Iterator[Cable]:
    with ExitStack() as kept:
        made = Cable()
        kept.callback(made.close)
        yield made


@pytest.mark.redis
def test_others_hear_what_is_said_in_order_and_one_does_not_hear_oneself(channel: str) -> None:
    one, other = Ear(REDIS, channel), Ear(REDIS, channel)
    for ear in (one, other):
        ear.ups.get(timeout=SOON)
        assert ear.bus.is_up
    for number in range(100):
        one.bus.say("word", [number])
        one.bus.say("nobody listens to this")
    assert [other.next() for _ in range(100)] == [(one.bus.me, [number]) for number in range(100)]
    other.bus.say("word", "answer")
    assert one.next() == (other.bus.me, "answer")
    assert one.heard.empty()


@pytest.mark.redis
def test_installations_at_one_redis_do_not_hear_each_other(channel: str) -> None:
    one, neighbour, other = Ear(REDIS, channel), Ear(REDIS, channel + "/b"), Ear(REDIS, channel)
    for ear in (one, neighbour, other):
        ear.ups.get(timeout=SOON)
    neighbour.bus.say("word", "not yours")
    one.bus.say("word", "yours")
    assert other.next() == (one.bus.me, "yours")
    assert other.heard.empty()


@pytest.mark.redis
def test_a_word_that_is_not_understood_costs_the_others_nothing(channel: str) -> None:
    one, other = Ear(REDIS, channel), Ear(REDIS, channel)
    for ear in (one, other):
        ear.ups.get(timeout=SOON)

    def stumble(_sender: str, _body: Any) -> None:
        raise ValueError("not understood")

    other.bus.on("odd", stumble)
    one.bus.say("odd")
    one.bus.say("word", 1)
    assert other.next() == (one.bus.me, 1)
    with redis.Redis.from_url(REDIS) as link:
        link.publish(channel, "no words at all")
    other.ups.get(timeout=SOON)
    one.bus.say("word", 2)
    assert other.next() == (one.bus.me, 2)


@pytest.mark.redis
def test_a_link_that_was_cut_is_made_again(channel: str, cable: Cable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buses, "AGAIN_AFTER", 0.01)
    near, far = Ear(cable.url, channel), Ear(REDIS, channel)
    for ear in (near, far):
        ear.ups.get(timeout=SOON)
    for number in range(3):
        cable.cut()
        near.ups.get(timeout=SOON)
        far.bus.say("word", number)
        assert near.next() == (far.bus.me, number)


@pytest.mark.redis
def test_a_link_that_falls_silent_is_noticed_and_nobody_waits_for_it(
    channel: str, cable: Cable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buses, "SILENCE", 0.1)
    monkeypatch.setattr(buses, "PATIENCE", 0.2)
    monkeypatch.setattr(buses, "AGAIN_AFTER", 0.01)
    near = Ear(cable.url, channel)
    near.ups.get(timeout=SOON)
    cable.is_silent = True
    while near.bus.is_up:
        threading.Event().wait(0.01)
    for number in range(MOST_WAITING + 100):
        near.bus.say("word", number)
    cable.is_silent = False
    cable.cut()
    near.ups.get(timeout=SOON)
    assert near.bus.is_up
