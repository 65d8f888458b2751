"""What waits for a page is bounded, what is sent goes out whole, and who takes nothing is let go."""

import socket
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gevent
import pytest
from engineio.packet import MESSAGE, PING, Packet
from gevent import socket as gevent_socket

from core.live import links
from core.live.links import MOST_CHARACTERS, MOST_WAITING, Link, Pipe, Waiting


@pytest.fixture
def waiting() -> tuple[Waiting, list[int]]:
    """A queue, and how much it still held each time it asked to let the page go."""
    queue, let_go = Waiting(), list[int]()
    queue.let_go = lambda: let_go.append(queue.qsize())
    return queue, let_go


def message(text: str = "의자") -> Packet:
    return Packet(MESSAGE, text)


def test_as_many_messages_wait_as_may_and_one_more_lets_the_page_go(waiting: Any) -> None:
    queue, let_go = waiting
    for _ in range(MOST_WAITING):
        queue.put(message())
    assert (queue.qsize(), let_go) == (MOST_WAITING, [])
    queue.put(message())
    assert (queue.qsize(), let_go) == (0, [0]), "what waited is let go first"
    queue.put(Packet(PING))
    assert (queue.qsize(), let_go) == (0, [0]), "once is enough"
    queue.join()


def test_long_messages_wait_until_they_are_too_much_together(waiting: Any) -> None:
    queue, let_go = waiting
    long = message("x" * (MOST_CHARACTERS // 2))
    for _ in range(3):
        queue.put(long)
    assert (queue.qsize(), let_go) == (3, [])
    queue.put(Packet(PING))
    assert (queue.qsize(), let_go) == (0, [0])


def test_one_message_may_be_as_long_as_it_is_and_a_page_that_takes_all_is_never_let_go(waiting: Any) -> None:
    queue, let_go = waiting
    for _ in range(20):
        queue.put(message("x" * (2 * MOST_CHARACTERS)))
        queue.get_nowait()
    for _ in range(2 * MOST_WAITING):
        queue.put(message())
        queue.get_nowait()
    assert let_go == []


def test_the_end_is_always_told_to_the_writer(waiting: Any) -> None:
    queue, _ = waiting
    queue.put(message())
    queue.end()
    queue.put(None)
    assert queue.get_nowait() is None


@pytest.fixture
def ends() -> Iterator[tuple[Any, Any]]:
    """Both ends of a link that holds little."""
    here, there = gevent_socket.socketpair()
    here.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    with here, there:
        yield here, there


def take_all(there: Any, number: int) -> bytes:
    taken = bytearray()
    while len(taken) < number:
        taken += there.recv(1000)
    return bytes(taken)


def test_messages_go_out_whole_one_after_the_other_however_slowly_they_are_taken(ends: Any) -> None:
    here, there = ends
    pipe, size = Pipe(here), 300_000
    senders = [gevent.spawn(pipe.send, letter * size) for letter in (b"a", b"b", b"c")]
    taken = take_all(there, 3 * size)
    gevent.joinall(senders, raise_error=True)
    assert taken == b"a" * size + b"b" * size + b"c" * size


def test_a_page_that_takes_nothing_for_long_is_hung_up_on(ends: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "PATIENCE", 0.05)
    here, there = ends
    pipe = Pipe(here)
    senders = [gevent.spawn(pipe.send, b"x" * 1_000_000) for _ in range(2)]
    gevent.joinall(senders, timeout=20)
    assert [type(sender.exception) for sender in senders] == [TimeoutError, BrokenPipeError]
    while there.recv(65_536):
        pass


def test_breaking_off_wakes_whoever_sends_and_receives(ends: Any) -> None:
    here, _there = ends
    pipe = Pipe(here)
    work = [gevent.spawn(pipe.send, b"x" * 1_000_000), gevent.spawn(pipe.recv, 10)]
    gevent.idle()
    pipe.break_off()
    pipe.break_off()
    gevent.joinall(work, timeout=20)
    assert all(isinstance(one.exception, OSError) for one in work)


def test_a_goodbye_does_not_wait_for_what_is_on_its_way(ends: Any) -> None:
    here, there = ends
    pipe = Pipe(here)
    pipe.send(b"first")
    pipe.send_last(b" last")
    assert take_all(there, 10) == b"first last"
    assert there.recv(10) == b""


def test_where_nothing_waits_a_message_leaves_at_once(ends: Any) -> None:
    here, there = ends
    queue, pipe = Waiting(), Pipe(here)
    queue.send_now = lambda packet: pipe.send_now(packet.encode().encode())
    queue.put(message("first"))
    assert queue.qsize() == 0
    assert there.recv(100) == b"4first"
    queue.send_now = lambda packet: False
    queue.put(message("second"))
    assert queue.qsize() == 1


def test_what_a_link_does_not_take_at_once_follows_before_anything_else(ends: Any) -> None:
    here, there = ends
    pipe, size = Pipe(here), 300_000
    assert pipe.send_now(b"a" * size)
    assert not pipe.send_now(b"b"), "the rest of the first is on its way"
    second = gevent.spawn(pipe.send, b"b" * size)
    taken = take_all(there, size)
    assert not pipe.send_now(b"c"), "somebody waits for a turn"
    taken += take_all(there, 2 * size - len(taken))
    second.join()
    assert pipe.send_now(b"c")
    assert taken + there.recv(10) == b"a" * size + b"b" * size + b"c"


def test_nothing_gets_into_a_message_that_is_not_out_yet(ends: Any) -> None:
    here, there = ends
    pipe, size = Pipe(here), 300_000
    taker = gevent.spawn(take_all, there, size + 1)
    assert pipe.send_now(b"a" * size)
    pipe.send(b"b")
    assert taker.get() == b"a" * size + b"b"


def test_a_lost_link_is_left_to_the_writer(ends: Any) -> None:
    here, there = ends
    pipe = Pipe(here)
    there.close()
    here.close()
    assert not pipe.send_now(b"a")
    with pytest.raises(OSError, match="Bad file descriptor"):
        pipe.send(b"a")


class Silent:
    """An Engine.IO socket that was pinged some seconds ago and has not answered."""

    def __init__(self, ago: float) -> None:
        self.queue, self.last_ping = Waiting(), time.time() - ago

    def check_ping_timeout(self) -> bool:
        return time.time() - self.last_ping <= 10

    def serve(self, link: Any) -> Any: ...


@pytest.mark.parametrize(("ago", "said", "is_there"), [(5, b"", True), (11, b"", False), (11, b"3", True)])
def test_a_page_is_silent_only_where_nothing_of_it_waits_to_be_read(
    ends: Any, ago: float, said: bytes, is_there: bool
) -> None:
    here, there = ends
    page = Silent(ago)
    link = Link(page.serve, SimpleNamespace(max_http_buffer_size=100, ping_timeout=10))
    link._pipe = Pipe(here)
    there.sendall(said)
    assert link._is_there() is is_there
    assert page.check_ping_timeout() is is_there
