"""The websockets of a served application: what is sent goes out whole, and what waits for a page is bounded.

A page that takes nothing, or less than it is sent, is let go at once and without a goodbye, which would wait like
everything before it. It comes back by itself and catches up.
"""

import logging
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import simple_websocket
from engineio.async_drivers.gevent import WebSocketWSGI
from gevent import Timeout
from gevent.lock import BoundedSemaphore
from gevent.queue import Empty, JoinableQueue
from wsproto.events import CloseConnection
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import LocalProtocolError

from core.live.frames import ALONE, frame, squeezes

log = logging.getLogger("hyeondap.live")
MOST_WAITING = 256  # messages behind the one on its way
MOST_CHARACTERS = 512 * 1024  # of text in them; a single longer one passes where nothing waits
PATIENCE = 10.0  # seconds in which not a byte was taken: as long as a ping may go unanswered
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: on, for no time
OFFER = "HTTP_SEC_WEBSOCKET_EXTENSIONS"


def use_links(server: Any) -> None:
    """Have an Engine.IO server under gevent keep its connections in this way."""
    server._async = {**server._async, "queue": Waiting, "websocket": Link}


class Waiting(JoinableQueue):  # type: ignore[type-arg]
    """What waits to be sent on one connection; past its bound nothing is kept any more and `let_go` is called."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.let_go: Callable[[], None] | None = None
        self._characters = 0
        self._is_over = False

    def put(self, packet: Any, block: bool = True, timeout: float | None = None) -> None:
        """Keep a packet (None: the end). The writer always takes all there is, so an empty queue counts from 0."""
        if packet is not None:
            number = self.qsize()
            if self._is_over or (number and self._is_too_much(number)):
                return
            size = len(packet.data) if packet.data else 0
            self._characters = self._characters + size if number else size
        super().put(packet, block, timeout)

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
        self._turn = BoundedSemaphore(1)
        self.recv = sock.recv
        self.close = sock.close

    def send(self, data: bytes) -> None:
        """Send all of it. Raises `OSError` where the link is lost or nothing was taken for `PATIENCE` seconds."""
        with self._turn:
            rest = memoryview(data)
            while rest:
                rest = rest[self._send_some(rest) :]

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
        if not self._turn.locked():
            self._socket.send(data, 0, 0.0)
        self._socket.shutdown(socket.SHUT_RDWR)

    def break_off(self) -> None:
        """Hang up now: whoever waits to send or receive is woken, what the kernel still holds is given up."""
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            self._socket.shutdown(socket.SHUT_RDWR)


class _Server(simple_websocket.Server):
    """The websocket itself, over a `Pipe`."""

    def handshake(self) -> None:
        self.sock = Pipe(self.sock)
        super().handshake()  # type: ignore[no-untyped-call]


class Link(WebSocketWSGI):  # type: ignore[misc]
    """One connection, as Engine.IO's socket wants it."""

    def __init__(self, handler: Any, server: Any) -> None:
        super().__init__(handler, server)
        self.server_args["max_message_size"] = server.max_http_buffer_size
        self._waiting: Waiting = handler.__self__.queue
        self._squeezes = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self._squeezes = squeezes(environ.get(OFFER, ""))
        asked = {name: value for name, value in environ.items() if name != OFFER}
        if self._squeezes:
            asked[OFFER] = ALONE
        self.ws: Any = _Server(asked, **self.server_args)  # type: ignore[no-untyped-call]
        self._waiting.let_go = self._break_off
        try:
            return self.app(self)
        finally:
            self._waiting.end()

    def _break_off(self) -> None:
        log.info("a page that takes nothing was let go")
        self.ws.connected = False
        self.ws.sock.break_off()

    def send(self, message: str) -> None:
        """Send a text message. Raises `OSError` where the link is lost, or nothing is taken for too long."""
        if not self.ws.connected:
            raise OSError("closed")
        self.ws.sock.send(frame(message, self._squeezes))

    def close(self) -> None:
        """Say goodbye where that does not wait, and hang up, whether the other side does or not."""
        if self.ws.connected:
            self.ws.connected = False
            with suppress(OSError, LocalProtocolError):
                self.ws.sock.send_last(self.ws.ws.send(CloseConnection(CloseReason.NORMAL_CLOSURE)))
