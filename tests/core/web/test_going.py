"""A server that is told to stop answers whoever is connected already, and nobody after them."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from core.web.serving import HouseServer, open_socket

ASKED = b"POST /forums/a/do/b HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\ntext"


def _answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    body: bytes = environ["wsgi.input"].read(4)
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def test_who_waits_at_the_door_is_answered_before_the_server_goes() -> None:
    listener = open_socket("127.0.0.1", 0)
    address = listener.getsockname()
    server = HouseServer(listener, _answer, log=None)
    server.start()
    said: list[str] = []
    with socket.create_connection(address, 10) as waiting:
        waiting.sendall(ASKED)
        server.go(lambda: said.append("goodbye"))
        answer = waiting.recv(4096)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b"text")
    assert said == ["goodbye"]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, 10)
