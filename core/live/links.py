"""The websockets of a served application: what is sent goes out at once and whole, what waits for a page is bounded.

A message leaves in the task that sends it where the link takes it without waiting; only what it does not take waits
for the connection's writer. Each connection is read by its own task alone.

A page that takes nothing, or less than it is sent, is let go at once and without a goodbye, which would wait like
everything before it. It comes back by itself and catches up.
"""

import logging
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import gevent
from gevent import Timeout
from gevent.lock import BoundedSemaphore
from gevent.queue import Empty, JoinableQueue

from core.live.frames import frame, squeezes
from core.live.inbound import NORMAL, PING, PONG, Broken, Control, Inbound, Refused, control, goodbye, opening
from core.metrics import LET_GO

log = logging.getLogger("hyeondap.live")
MOST_WAITING = 256  # messages behind the one on its way
MOST_CHARACTERS = 512 * 1024  # of text in them; a single longer one passes where nothing waits
PATIENCE = 10.0  # seconds in which not a byte was taken: as long as a ping may go unanswered
KERNEL_KEEPS = 128 * 1024  # bytes not yet on their way that the kernel takes; by itself it takes some MB for each page
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: on, for no time
AT_A_TIME = 4096  # bytes
OFFER = "HTTP_SEC_WEBSOCKET_EXTENSIONS"


def use_links(server: Any) -> None:
    """Have an Engine.IO server under gevent keep its connections in this way."""
    server._async = {**server._async, "queue": Waiting, "websocket": Link}


class Waiting(JoinableQueue):  # type: ignore[type-arg]
    """What waits to be sent on one connection; past its bound nothing is kept any more and `let_go` is called.

    `send_now` sends a packet past the queue while nothing waits in it, and says whether it could.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.let_go: Callable[[], None] | None = None
        self.send_now: Callable[[Any], bool] | None = None
        self._characters = 0
        self._is_over = False

    def put(self, packet: Any, block: bool = True, timeout: float | None = None) -> None:
        """Keep a packet (None: the end). The writer always takes all there is, so an empty queue counts from 0."""
        if packet is not None:
            number = self.qsize()
            if self._is_over or (number and self._is_too_much(number)):
                return
            if not number and self.send_now is not None and self.send_now(packet):
                return
            size = len(packet.data) if packet.data else 0
            self._characters = self._characters + size if number else size
        super().put(packet, block, timeout)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """The next packet. The writer waits as long as it takes: who is silent is found out by pings."""
        return super().get(block)

    def _is_too_much(self, number: int) -> bool:
        if number < MOST_WAITING and self._characters <= MOST_CHARACTERS:
            return False
        self.end()
        if self.let_go is not None:
            self.let_go()
        return True

    def end(self) -> None:
        """Let go of everything, and keep nothing from now on."""
        self._is_over = True
        with suppress(Empty):
            while True:
                self.get_nowait()
                self.task_done()


class Pipe:
    """The socket under a websocket. `send` gives back when everything is out, one message after the other."""

    def __init__(self, sock: Any) -> None:
        self._socket = sock
        with suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, KERNEL_KEEPS)
        self._turn = BoundedSemaphore(1)
        self._senders = 0
        self.recv: Callable[[int], bytes] = sock.recv

    def send(self, data: bytes) -> None:
        """Send all of it. Raises `OSError` where the link is lost or nothing was taken for `PATIENCE` seconds."""
        self._senders += 1
        try:
            with self._turn:
                self._send_rest(memoryview(data))
        finally:
            self._senders -= 1

    def _send_rest(self, rest: memoryview) -> None:
        while rest:
            rest = rest[self._send_some(rest) :]

    def send_now(self, data: bytes) -> bool:
        """Send it without waiting, where nothing is on its way; whether any of it went. The rest follows by itself."""
        if self._senders:
            return False
        try:
            gone = int(self._socket.send(data, 0, 0.0))
        except OSError:
            return False
        if gone < len(data):
            self._senders += 1
            self._turn.acquire()  # free, as nobody sends; taken here, so that nothing gets in between
            gevent.spawn(self._follow, data[gone:])
        return True

    def _follow(self, rest: bytes) -> None:
        try:
            with suppress(OSError):
                self._send_rest(memoryview(rest))
        finally:
            self._turn.release()
            self._senders -= 1

    def _send_some(self, data: memoryview) -> int:
        try:
            return int(self._socket.send(data, 0, 0.0))
        except BlockingIOError:
            pass
        try:
            with Timeout(PATIENCE, TimeoutError("the page takes nothing")):
                return int(self._socket.send(data))
        except TimeoutError:
            self.break_off()
            raise

    def send_last(self, data: bytes) -> None:
        """Send what goes out without waiting, and hang up behind what is on its way."""
        if not self._senders:
            self._socket.send(data, 0, 0.0)
        self._socket.shutdown(socket.SHUT_RDWR)

    def has_more(self) -> bool:
        """Whether something came that was not read yet."""
        try:
            return bool(self._socket._sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except OSError:
            return False

    def hang_up(self) -> None:
        """Hang up behind what is on its way; the socket itself is closed by whoever opened it."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def break_off(self) -> None:
        """Hang up now: whoever waits to send or receive is woken, what the kernel still holds is given up."""
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            self._socket.shutdown(socket.SHUT_RDWR)
            LET_GO.inc()


class Link:
    """One connection, as Engine.IO's socket wants it: called with a request it opens, and serves until it is over."""

    def __init__(self, handler: Callable[["Link"], Any], server: Any) -> None:
        self._serve = handler
        self._most: int = server.max_http_buffer_size
        self._page: Any = handler.__self__  # type: ignore[attr-defined]
        self._waiting: Waiting = self._page.queue
        self._is_answering: Callable[[], bool] = self._page.check_ping_timeout
        self._patience: float = server.ping_timeout
        self._came: list[str | bytes] = []
        self._squeezes = False
        self._is_up = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self._squeezes = squeezes(environ.get(OFFER, ""))
        try:
            answer = opening(environ, squeezed=self._squeezes)
        except Refused:
            start_response("400 Bad Request", [("Content-Length", "0")])
            return []
        self._inbound = Inbound(self._most, squeezed=self._squeezes)
        self._pipe = Pipe(environ["wsgi.input"].raw._sock)
        self._page.check_ping_timeout = self._is_there
        self._waiting.let_go = self._break_off
        self._waiting.send_now = self._send_now
        try:
            self._pipe.send(answer)
            self._is_up = True
            return self._serve(self)
        finally:
            self._is_up = False
            self._waiting.end()
            self._pipe.hang_up()

    def wait(self) -> str | bytes | None:
        """The next message, or None once the connection is over."""
        while self._is_up and not self._came:
            try:
                self._receive()
            except Broken as end:
                self._end(end.code)
            except OSError:
                self._is_up = False
        return self._came.pop(0) if self._came else None

    def _receive(self) -> None:
        data = self._pipe.recv(AT_A_TIME)
        if not data:
            raise ConnectionResetError
        for one in self._inbound.take(data):
            if not isinstance(one, Control):
                self._came.append(one)
            elif one.kind == PING:
                self._pipe.send(control(PONG, one.data))

    def _is_there(self) -> bool:
        """Whether the page answers pings in time. One whose words nobody has come to read yet is not silent."""
        asked_at = self._page.last_ping
        if asked_at and time.time() - asked_at > self._patience and self._pipe.has_more():
            self._page.last_ping = time.time()
        return self._is_answering()

    def _send_now(self, packet: Any) -> bool:
        return self._is_up and self._pipe.send_now(frame(packet.encode(), self._squeezes))

    def _break_off(self) -> None:
        log.info("a page that takes nothing was let go")
        self._is_up = False
        self._pipe.break_off()

    def send(self, message: str) -> None:
        """Send a text message. Raises `OSError` where the link is lost, or nothing is taken for too long."""
        if not self._is_up:
            raise OSError("closed")
        self._pipe.send(frame(message, self._squeezes))

    def close(self) -> None:
        """Say goodbye where that does not wait, and hang up, whether the other side does or not."""
        self._end(NORMAL)

    def _end(self, code: int) -> None:
        if self._is_up:
            self._is_up = False
            with suppress(OSError):
                self._pipe.send_last(goodbye(code))
