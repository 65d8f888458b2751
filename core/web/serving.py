"""Serving: gevent on a socket of our own with Nagle's delay off; stops cleanly on SIGINT and SIGTERM."""

import errno
import logging
import signal
import socket
from typing import Any

from flask import Flask
from gevent import get_hub
from gevent.pywsgi import WSGIHandler, WSGIServer

from core.config import Settings

log = logging.getLogger("hyeondap.serve")
BACKLOG = 4096


class QuickHandler(WSGIHandler):
    """A handler whose small answers leave at once."""

    def handle(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().handle()


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


def serve(app: Flask, listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM."""
    server = WSGIServer(listener, app, handler_class=QuickHandler, log=None, error_log=log)

    def stop(*_: Any) -> None:
        server.stop(timeout=1)

    for number in (signal.SIGINT, signal.SIGTERM):
        get_hub().loop.signal(number).start(stop)
    server.serve_forever()
