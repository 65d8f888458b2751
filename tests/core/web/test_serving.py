"""A server that is told to stop: finishes what it was asked, takes nothing new, lets live pages go, ends with 0."""

import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.faults.house import ROOT, free_port

PATIENCE = 30.0
KNOCKING = 250
SERVES = """
from gevent import monkey
monkey.patch_all()
import sys
import gevent
from gevent.event import Event
from core.web.serving import open_socket, serve

told, closed = Event(), Event()

def app(environ, start_response):
    body = environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/slow":
        print("asked", flush=True)
        told.wait()
        gevent.sleep(0.3)
    if environ["PATH_INFO"] == "/busy":
        print("busy", flush=True)
        monkey.get_original("time", "sleep")(1.0)
    if environ["PATH_INFO"] == "/stays":
        print("stays", flush=True)
        closed.wait()
    start_response("200 OK", [("Content-Length", str(len(body) + 3))])
    return [b"did" + body]

def goodbye():
    told.set()
    closed.set()
    print("goodbye", flush=True)

listener = open_socket("127.0.0.1", int(sys.argv[1]))
print("listens", flush=True)
serve(app, listener, goodbye)
print("ended", flush=True)
"""


class Served:
    """A server in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.process, self.port = process, port

    def says(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def knock(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def ask(self, path: str, body: str = "") -> socket.socket:
        link = self.knock()
        self.ask_over(link, path, body)
        return link

    @staticmethod
    def ask_over(link: socket.socket, path: str, body: str = "") -> None:
        head = f"POST {path} HTTP/1.1\r\nHost: house\r\nContent-Length: {len(body)}\r\n\r\n"
        link.sendall((head + body).encode())

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    def ends_with(self) -> int:
        return self.process.wait(PATIENCE)


def answer(link: socket.socket) -> str:
    """All that comes until the other side hangs up."""
    with link:
        said = b""
        while data := link.recv(4096):
            said += data
        return said.decode()


@contextmanager
def serving() -> Iterator[Served]:
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-c", SERVES, str(port)], cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        served = Served(process, port)
        try:
            assert served.says() == "listens"
            yield served
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_is_under_way_is_answered_and_the_server_ends_with_0(number: signal.Signals) -> None:
    with serving() as served:
        link = served.ask("/slow", "act")
        assert served.says() == "asked"
        served.stop(number)
        assert served.says() == "goodbye"
        said = answer(link)
        assert (said.splitlines()[0], said.endswith("didact")) == ("HTTP/1.1 200 OK", True)
        assert served.says() == "ended"
        assert served.ends_with() == 0


def test_nobody_new_is_let_in_meanwhile() -> None:
    with serving() as served:
        link = served.ask("/slow")
        assert served.says() == "asked"
        served.stop()
        assert served.says() == "goodbye"
        with pytest.raises(ConnectionRefusedError):
            served.knock()
        assert "200 OK" in answer(link)
        assert served.ends_with() == 0


def test_who_knocked_before_is_answered_though_the_act_comes_only_now() -> None:
    """nginx opens a link for each request: what it sent over one is not sent elsewhere again."""
    with serving() as served:
        held = served.ask("/slow")
        assert served.says() == "asked"
        links = [served.knock() for _ in range(20)]
        served.stop()
        assert served.says() == "goodbye"
        for number, link in enumerate(links):
            served.ask_over(link, "/", str(number))
        assert [answer(link).splitlines()[-1] for link in links] == [f"did{number}" for number in range(20)]
        assert "200 OK" in answer(held)
        assert served.ends_with() == 0


def test_who_knocks_while_the_server_is_busy_is_let_in_before_the_door_closes() -> None:
    """More than are let in at once."""
    with serving() as served:
        busy = served.ask("/busy")
        assert served.says() == "busy"
        links = [served.ask("/", str(number)) for number in range(KNOCKING)]
        served.stop()
        assert served.says() == "goodbye"
        assert [answer(link).splitlines()[-1] for link in links] == [f"did{number}" for number in range(KNOCKING)]
        assert "200 OK" in answer(busy)
        assert served.ends_with() == 0


def test_a_link_on_which_nothing_is_asked_holds_nobody_up_for_long() -> None:
    with serving() as served:
        idle = served.knock()
        kept = served.ask("/")
        assert select.select([kept], [], [], PATIENCE)[0]
        served.stop()
        assert [served.says(), served.says()] == ["goodbye", "ended"]
        assert served.ends_with() == 0
        idle.close()
        kept.close()


def test_whoever_stays_linked_is_let_go() -> None:
    with serving() as served:
        link = served.ask("/stays")
        assert served.says() == "stays"
        served.stop()
        assert [served.says(), served.says()] == ["goodbye", "ended"]
        assert "200 OK" in answer(link)
        assert served.ends_with() == 0
