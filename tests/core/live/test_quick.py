"""Events by the shortest way: answered as python-socketio would answer them, and everything else left to it."""

from typing import Any

import pytest
import socketio

from core.live.quick import QuickWay
from core.live.server import QuickJson


class House:
    """A Socket.IO server with one page connected, and what went out to it."""

    def __init__(self, *, quick: bool) -> None:
        self.server = socketio.Server(async_mode="threading", async_handlers=False, json=QuickJson)
        self.sent: list[str] = []
        self.server.eio.send_packet = lambda link, packet: self.sent.append(packet.encode())
        self.server.eio.send = lambda link, data: self.sent.append(f"4{data}")
        self.server.on("echo", self.echo, namespace="/live")
        self.taken = 0
        self.server._handle_eio_connect("link", {})
        if quick:
            QuickWay(self.server, "/live", {"echo": self.count}, QuickJson.dumps)
        self.say("0/live,")
        del self.sent[:]

    def echo(self, sid: str, asked: Any = None) -> dict[str, Any]:
        return {"of": asked, "known": self.server.manager.is_connected(sid, "/live")}

    def count(self, sid: str, asked: Any = None) -> dict[str, Any]:
        self.taken += 1
        return self.echo(sid, asked)

    def say(self, text: Any) -> None:
        self.server.eio.handlers["message"]("link", text)


@pytest.mark.parametrize(
    ("text", "is_quick"),
    [
        ('2/live,7["echo",{"a":"가"}]', True),
        ('2/live,0["echo",null]', True),
        ('2/live,7["echo"]', False),
        ('2/live,["echo",1]', False),
        ('2/live,7["echo",1e400]', False),
        ('2/live,7["other",1]', False),
        ('2/elsewhere,7["echo",1]', False),
        ("1/live,", False),
    ],
)
def test_the_answer_is_the_same(text: str, is_quick: bool) -> None:
    usual, quick = House(quick=False), House(quick=True)
    for house in (usual, quick):
        house.say(text)
    assert quick.sent == usual.sent
    assert quick.taken == is_quick


@pytest.mark.parametrize("text", ["", "2/live,7[", "2/live,x[1]", "2/live,²[1]", '2/live,7{"a":1}', "2/live,7[1,2]"])
def test_what_is_no_event_fails_as_it_did(text: str) -> None:
    told = []
    for quick in (False, True):
        house = House(quick=quick)
        try:
            house.say(text)
            told.append(str(house.sent))
        except Exception as error:
            told.append(type(error).__name__)
    assert told[0] == told[1]


def test_a_page_that_was_let_go_is_not_answered() -> None:
    house = House(quick=True)
    house.say("1/live,")
    del house.sent[:]
    house.say('2/live,7["echo",1]')
    assert (house.taken, house.sent) == (0, [])
