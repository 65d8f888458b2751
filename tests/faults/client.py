"""A small client of the live protocol, as docs/live-protocol.md tells it: a wire, and a page that keeps its acts."""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
import websocket

NAMESPACE = "/live"
PATIENCE = 30.0  # seconds until an answer is given up; a loaded machine is slow, a lost link shows at once


class Lost(ConnectionError):
    """The link broke before the answer came."""


class Wire:
    """Socket.IO's framing over one websocket. `plain` leaves what is sent unmasked, so that a trace can be read."""

    def __init__(self, address: str, cookies: Mapping[str, str], *, plain: bool = False) -> None:
        url = address.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        self.events: list[tuple[str, Any]] = []
        self._acks = 0
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        try:
            self._socket = websocket.create_connection(url, timeout=PATIENCE, cookie=cookie)
        except (OSError, websocket.WebSocketException) as error:
            raise Lost(str(error)) from error
        if plain:
            self._socket.set_mask_key(lambda length: b"\0" * length)  # type: ignore[arg-type]
        self._packet()
        self._send(f"40{NAMESPACE},")
        if not self._packet().startswith(f"40{NAMESPACE},"):
            raise Lost("not let in")

    def call(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send and wait for the acknowledgement; events that come before it are kept."""
        self._acks += 1
        self._send(f"42{NAMESPACE},{self._acks}{json.dumps([name, body])}")
        begins = f"43{NAMESPACE},{self._acks}["
        while True:
            packet = self._packet()
            if packet.startswith(begins):
                answer: dict[str, Any] = json.loads(packet[len(begins) - 1 :])[0]
                return answer
            self._keep(packet)

    def next_event(self) -> tuple[str, Any]:
        """The next event, waited for where none is kept."""
        while not self.events:
            self._keep(self._packet())
        return self.events.pop(0)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _keep(self, packet: str) -> None:
        if packet.startswith(f"42{NAMESPACE},"):
            name, body = json.loads(packet[len(NAMESPACE) + 3 :])
            self.events.append((name, body))
        elif packet.startswith(("1", "41")):
            raise Lost("the server hung up")

    def _send(self, text: str) -> None:
        try:
            self._socket.send(text)
        except (OSError, websocket.WebSocketException) as error:
            raise Lost(str(error)) from error

    def _packet(self) -> str:
        while True:
            try:
                packet = self._socket.recv()
            except (OSError, websocket.WebSocketException) as error:
                raise Lost(str(error)) from error
            if not packet:
                raise Lost("closed")
            if packet != "2":
                return str(packet)
            self._send("3")


@dataclass(frozen=True)
class Act:
    """What a page asks for, under a key of its own."""

    name: str
    data: dict[str, Any]
    key: str = field(default_factory=lambda: secrets.token_hex(16))


@dataclass(frozen=True)
class Given:
    """An act with its acknowledgement: which, how often it had to be sent, and when the answer came."""

    act: Act
    answer: dict[str, Any]
    sent: int
    at: float


class Page:
    """A live page: joins with what it has seen, draws regions, and sends an act until it is acknowledged."""

    def __init__(self, address: str, forum_id: int, cookies: Mapping[str, str], surface: str, **args: int) -> None:
        self.address, self.forum_id, self.cookies = address, forum_id, dict(cookies)
        self.asked: dict[str, Any] = {"forum": forum_id, "surface": surface, "locale": "ko", **args}
        self.seen: dict[str, int] = {}
        self.regions: dict[str, str] = {}
        self.joins: list[dict[str, Any]] = []
        self.given: list[Given] = []
        self.wire: Wire | None = None

    def open(self) -> dict[str, Any]:
        """Connect and join; what `join` acknowledged."""
        self.wire = Wire(self.address, self.cookies)
        return self._join()

    def _join(self) -> dict[str, Any]:
        assert self.wire is not None
        answer = self.wire.call("join", {**self.asked, "seen": self.seen})
        if answer.get("code") == "fault":
            raise Lost("not let in for now")
        assert answer["ok"], answer
        self.joins.append(answer)
        self.seen.update(answer["streams"])
        if answer["full"]:
            self.regions.clear()
        self._draw(answer["regions"])
        return answer

    def close(self) -> None:
        """Hang up."""
        if self.wire is not None:
            self.wire.close()
            self.wire = None

    def send(self, act: Act, lost: Callable[[], None]) -> dict[str, Any]:
        """Send until acknowledged; `lost` waits, after the link broke, until it is time to try again."""
        sent = 0
        while True:
            try:
                if self.wire is None:
                    self.open()
                assert self.wire is not None
                sent += 1
                answer = self.wire.call("act", self.body(act))
            except Lost:
                self.close()
                lost()
                continue
            self.given.append(Given(act, answer, sent, time.time()))
            try:
                self.take_events()
            except Lost:
                self.close()
            return answer

    def body(self, act: Act) -> dict[str, Any]:
        """What travels for an act."""
        return {"forum": self.forum_id, "name": act.name, "key": act.key, "locale": "ko", "data": act.data}

    def wait_for_event(self) -> None:
        """Take what comes next; raises `Lost` where the link breaks."""
        assert self.wire is not None
        self._take(*self.wire.next_event())

    def take_events(self) -> None:
        """Draw what came beside the acknowledgements."""
        while self.wire is not None and self.wire.events:
            self._take(*self.wire.events.pop(0))

    def _take(self, name: str, body: dict[str, Any]) -> None:
        assert name == "regions", (name, body)
        stream, last = body["stream"], body["to"]
        if last and last <= self.seen.get(stream, 0):
            return
        if body["from"] > self.seen.get(stream, 0) + 1:
            self._join()
            return
        if last:
            self.seen[stream] = last
        self._draw(body["regions"])

    def _draw(self, regions: list[dict[str, Any]]) -> None:
        for region in regions:
            if region["h"]:
                self.regions[region["n"]] = region["h"]
            else:
                self.regions.pop(region["n"], None)


class Browser:
    """The same acts over plain HTTP and as forms."""

    def __init__(self, address: str, forum_id: int, slug: str, cookies: Mapping[str, str]) -> None:
        self.address, self.forum_id, self.slug = address, forum_id, slug
        self.session = requests.Session()
        for name, value in cookies.items():
            self.session.cookies.set(name, value, domain="127.0.0.1")
        self.token = ""

    def post(self, act: Act) -> dict[str, Any]:
        """Over plain HTTP, as the script does it where there is no websocket."""
        body = {"key": act.key, "data": act.data}
        url = f"{self.address}/live/{self.forum_id}/do/{act.name}"
        headers = {"X-CSRFToken": self._token(), "Accept": "application/json"}
        answer = self.session.post(url, json=body, headers=headers, timeout=PATIENCE)
        return {**answer.json(), "status": answer.status_code}

    def submit(self, act: Act) -> int:
        """As a form without script; the status (303: done)."""
        body = {**act.data, "key": act.key, "csrf_token": self._token()}
        url = f"{self.address}/forums/{self.slug}/do/{act.name}"
        return self.session.post(url, data=body, allow_redirects=False, timeout=PATIENCE).status_code

    def _token(self) -> str:
        if not self.token:
            answer = self.session.get(f"{self.address}/live/token", timeout=PATIENCE)
            self.token = str(answer.json()["csrf_token"])
        return self.token
