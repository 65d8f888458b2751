"""Serving: gevent on a socket of our own with Nagle's delay off; stops cleanly on SIGINT and SIGTERM."""

import errno
import gc
import logging
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

import gevent
from gevent import config, get_hub
from gevent.event import Event
from gevent.pywsgi import WSGIHandler, WSGIServer

from core.config import Settings

log = logging.getLogger("hyeondap.serve")
BACKLOG = 4096
GRACE = 10.0  # seconds for what is being answered when the server is told to stop
A_MOMENT = 1.0  # seconds in which one who has just knocked says what is wanted
COLLECT_AFTER = (10_000, 20, 20)  # objects, collections of the youngest, of the middle-aged
WSGIApplication = Callable[..., Any]


class QuickHandler(WSGIHandler):
    """A handler whose small answers leave at once, and that is counted while it answers."""

    server: "HouseServer"

    def handle(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.server.knocked[self] = time.monotonic()
        try:
            super().handle()
        finally:
            self.server.knocked.pop(self, None)

    def handle_one_response(self) -> None:
        self.server.knocked.pop(self, None)
        self.server.answering += 1
        try:
            super().handle_one_response()
        finally:
            self.server.answering -= 1
        was_websocket = self.environ is not None and "HTTP_UPGRADE" in self.environ  # what still comes is no request
        self.close_connection = self.close_connection or self.server.is_going or was_websocket


class HouseServer(WSGIServer):
    """A server that goes when it has answered what it was asked."""

    handler_class = QuickHandler
    answering = 0
    is_going = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.knocked: dict[QuickHandler, float] = {}
        """Since when each link is there on which nothing was asked yet."""
        self._gone = Event()

    def serve(self) -> None:
        """Serve until `go` is through."""
        self.start()
        self._gone.wait()

    def go(self, goodbye: Callable[[], None]) -> None:
        """Take nothing new, say `goodbye` to whoever stays linked, finish what is under way, stop."""
        if self.is_going:
            return
        self.is_going = True
        self._let_in_the_last()
        try:
            goodbye()
            deadline = time.monotonic() + GRACE
            gevent.sleep(0.05)
            while (self.answering or self._is_awaited()) and time.monotonic() < deadline:
                gevent.sleep(0.05)
        finally:
            self._gone.set()

    def _let_in_the_last(self) -> None:
        """Whoever knocked before the door closed may have sent an act already, which nobody sends elsewhere again."""
        self.stop_accepting()
        try:
            while last := self.do_read():
                self.do_handle(*last)
        finally:
            self.close()

    def _is_awaited(self) -> bool:
        return any(time.monotonic() - since < A_MOMENT for since in self.knocked.values())


def open_socket(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `SystemExit` with what to do where the port is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise SystemExit(f"Port {port} is in use. Choose another: PORT=8001 make run") from error
        raise
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def local_address() -> str:
    """This machine's address on the local network; loopback where there is none. Sends nothing."""
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])
    except OSError:
        return "127.0.0.1"
    finally:
        probe.close()


def public_address(settings: Settings) -> str:
    """The address that phones can open: the one given, else this machine's on the network it serves."""
    if settings.address:
        return settings.address.rstrip("/")
    host = local_address() if settings.host in ("0.0.0.0", "::", "") else settings.host  # noqa: S104 - compared, not bound
    return f"http://{host}:{settings.port}"


def greeting(settings: Settings) -> str:
    """What is said at the start: where to look."""
    return f"현답 Hyeondap {settings.version}\n  {public_address(settings)}"


def settle() -> None:
    """What was made at the start stays: it is not looked through for garbage while a hall is served."""
    config.track_greenlet_tree = False
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def without_pages(app: WSGIApplication) -> WSGIApplication:
    """What a process answers that works in the background: how it does, and nothing else."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ.get("PATH_INFO") in ("/healthz", "/metrics"):
            return app(environ, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "0")])
        return [b""]

    return answer


def serve(app: WSGIApplication, listener: socket.socket, goodbye: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; then `goodbye` is to let the live pages go, who come back elsewhere."""
    settle()
    server = HouseServer(listener, app, log=None, error_log=log)

    def stop() -> None:
        gevent.spawn(server.go, goodbye)

    for number in (signal.SIGINT, signal.SIGTERM):
        get_hub().loop.signal(number).start(stop)
    server.serve()
