"""Live pages of a hall as a load makes them: one websocket each, the live protocol, and the rules of the page's script.

Latency counts from when an act is due, whether or not earlier ones were answered, so that waiting is not hidden. The
generator's own lag (sent later than due, woken later than asked) is kept beside it.
"""

import asyncio
import random
import secrets
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

NAMESPACE = b"/live,"
NO_LINK = "no link"
PATIENCE = 60.0
OFTEN = 0.01
WORDS = ("횡단보도 초록불을", "골목 가로등을", "나무 그늘을", "앉을 자리를", "버스 시간표를", "자전거 길을", "놀이터를")
Regions = list[dict[str, Any]]
Answered = Callable[[dict[str, Any]], None]


@dataclass
class Plan:
    """What to do (`scenario`): where, with which seats (tokens) and staff (surface, session), how fast, how long.

    `seen` and `turnout` are the last numbers of the forum's streams of these names; votes count on from `counter`; `first` is an act of the first of the staff at
    the start; while all are `away` (seconds) each table's last seat sends `acts` proposals.
    """

    url: str
    forum: int
    ballot: int
    options: int
    cookies: list[str]
    rate: float
    seconds: float
    seen: int = 0
    turnout: int = 0
    seats_at_a_table: int = 10
    connect_rate: float = 300.0
    pid: int = 0
    scenario: str = "votes"
    counter: int = 0
    staff: list[tuple[str, str]] = field(default_factory=list)
    first: str = ""
    away: float = 1.0
    acts: int = 2
    link: str = ""
    code: str = ""


@dataclass
class Seen:
    """What happened: milliseconds by act, refusals, messages and bytes that came besides, links the server `cut`."""

    waited: list[float] = field(default_factory=list)
    lag: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    events: int = 0
    event_bytes: int = 0
    pings: int = 0
    joined_again: int = 0
    cut: int = 0
    sent: int = 0

    @property
    def settled(self) -> int:
        """Acts that were answered, or could not be sent."""
        return len(self.waited) + self.refused[NO_LINK]


@dataclass(frozen=True)
class Who:
    """Whose page: its cookie, its kind, and the numbers that came with it (none: everything is still to be drawn)."""

    cookie: str
    surface: str = "phone"
    seen: dict[str, int] = field(default_factory=dict)


class Phone(WSListener):  # type: ignore[misc]
    """One live page: opens the namespace, joins, keeps its place in each stream, acts. Most are phones.

    `heard` is told of every message that the page takes: the stream (empty: a join), its first and last number, and
    the regions.
    """

    def __init__(self, plan: Plan, who: Who, seen: Seen) -> None:
        super().__init__()
        self.plan, self.who, self.seen = plan, who, seen
        self.streams = dict(who.seen)
        self.heard: Callable[[str, int, int, Regions], None] = lambda *_: None
        self.joined: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.counter = plan.counter
        self.next_ack = 1
        self.waiting: dict[int, Answered] = {}
        self.transport: WSTransport | None = None

    async def open(self) -> bool:
        """Connect and join; whether the page was let in. Raises where there is no link."""
        self.joined = asyncio.get_running_loop().create_future()
        headers = [("Cookie", self.who.cookie), ("Origin", self.plan.url.split("/socket.io")[0])]
        url = self.plan.url.replace("http", "ws", 1)
        await ws_connect(lambda: self, url, extra_headers=headers, websocket_handshake_timeout=PATIENCE)
        return await asyncio.wait_for(self.joined, PATIENCE)

    def drop(self) -> None:
        """The link is gone, at once; whatever was not answered yet never is."""
        self.waiting.clear()
        if self.transport is not None:
            self.transport.disconnect(graceful=False)
            self.transport = None

    @property
    def is_up(self) -> bool:
        """Whether the link stands."""
        return self.transport is not None

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        if transport is self.transport:
            self.transport = None
            self.seen.cut += 1
            if not self.joined.done():
                self.joined.set_result(False)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if transport is not self.transport or frame.msg_type not in (WSMsgType.TEXT, WSMsgType.BINARY):
            return
        text = frame.get_payload_as_bytes()
        if text[:1] == b"0":
            self.say(b"40" + NAMESPACE)
        elif text[:1] == b"2":
            self.seen.pings += 1
            self.say(b"3")
        elif text[:2] == b"40":
            self.join()
        elif text[:2] == b"43":
            start = text.index(b"[")
            answered = self.waiting.pop(int(text[text.index(b",") + 1 : start]))
            answered(orjson.loads(text[start:])[0])
        elif text[:2] == b"42":
            self.seen.events += 1
            self.seen.event_bytes += len(text)
            self.take(orjson.loads(text[text.index(b"[") :])[1])

    def say(self, text: bytes) -> None:
        assert self.transport is not None
        self.transport.send(WSMsgType.TEXT, text)

    def call(self, body: list[Any], answered: Answered) -> None:
        number = self.next_ack
        self.next_ack += 1
        self.waiting[number] = answered
        self.say(b"42" + NAMESPACE + str(number).encode() + orjson.dumps(body))

    def join(self) -> None:
        """As the page's script does: with the numbers that the page has come to."""
        asked = {"forum": self.plan.forum, "surface": self.who.surface, "locale": "ko", "seen": self.streams}
        self.call(["join", asked], self.let_in)

    def let_in(self, answer: dict[str, Any]) -> None:
        is_in = bool(answer.get("ok"))
        if is_in:
            self.streams.update(answer.get("streams", {}))
            self.heard("", 0, 0, answer.get("regions", []))
        if not self.joined.done():
            self.joined.set_result(is_in)

    def take(self, body: dict[str, Any]) -> None:
        """A message: dropped where it is known, taken where it is next, everything asked for where one is missing."""
        stream, first, last = body.get("stream", ""), body.get("from", 0), body.get("to", 0)
        known = self.streams.get(stream)
        if first and known is not None and first > known + 1:
            self.seen.joined_again += 1
            self.join()
            return
        if last and last <= (known or 0):
            return
        if last:
            self.streams[stream] = last
        self.heard(stream, first, last, body.get("regions", []))

    def act(self, name: str, data: dict[str, Any], due: float, then: Answered = lambda _answer: None) -> None:
        """Send an act that was due at `due` (by `perf_counter`); `then` gets its acknowledgement."""

        def answered(answer: dict[str, Any]) -> None:
            self.seen.waited.append((time.perf_counter() - due) * 1000)
            if not answer.get("ok"):
                self.seen.refused[str(answer.get("code"))] += 1
            then(answer)

        self.seen.lag.append((time.perf_counter() - due) * 1000)
        self.seen.sent += 1
        if not self.is_up:
            self.seen.refused[NO_LINK] += 1
            return
        asked = {"forum": self.plan.forum, "name": name, "key": secrets.token_hex(16), "locale": "ko", "data": data}
        self.call(["act", asked], answered)

    def vote(self, due: float, then: Answered = lambda _answer: None) -> None:
        """Vote, or vote anew."""
        self.counter += 1
        choice = str(random.randint(1, self.plan.options))
        data = {"ballot": self.plan.ballot, "choice": [choice], "counter": self.counter}
        self.act("ballot.cast", data, due, then)


def seats(plan: Plan) -> list[Who]:
    """The phones of the plan, as they are right after their pages were drawn."""
    found = []
    for number, token in enumerate(plan.cookies):
        table, seat = number // plan.seats_at_a_table + 1, number + 1
        seen = {"forum": plan.seen, f"table:{table}": 0, "turnout": plan.turnout, f"seat:{seat}": 0}
        found.append(Who(f"seat-{plan.forum}={token}", seen=seen))
    return found


def staff(plan: Plan) -> list[Who]:
    """The pages of the staff."""
    return [Who(f"session={session}", surface) for surface, session in plan.staff]


async def connect(plan: Plan, people: Iterable[Who], seen: Seen) -> list[Phone]:
    """All pages, joined, at the rate of the plan, in their order; those that failed are left out."""
    pages = [Phone(plan, who, seen) for who in people]
    started, tasks = time.perf_counter(), []
    for number, page in enumerate(pages):
        await until(started + number / plan.connect_rate)
        tasks.append(asyncio.create_task(page.open()))
    let_in = await asyncio.gather(*tasks, return_exceptions=True)
    return [page for page, is_in in zip(pages, let_in, strict=True) if is_in is True]


def leave(pages: Iterable[Phone]) -> None:
    """Let go of all links."""
    for page in pages:
        page.drop()


def table_of(phone: Phone) -> str:
    """The stream of a phone's table."""
    return next(stream for stream in phone.streams if stream.startswith("table:"))


async def until(due: float) -> None:
    """Wait for a moment of `perf_counter`; not at all where it has come."""
    wait = due - time.perf_counter()
    if wait > 0.001:
        await asyncio.sleep(wait)


async def wait_for(reached: Callable[[], bool], seconds: float = 30.0) -> bool:
    """Wait until something is so; whether it came to be in time."""
    deadline = time.perf_counter() + seconds
    while not reached():
        if time.perf_counter() > deadline:
            return False
        await asyncio.sleep(OFTEN)
    return True


class Pulse:
    """How late this process is woken: what a busy generator adds to everything it measures (milliseconds)."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self._task = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        while True:
            due = time.perf_counter() + OFTEN
            await asyncio.sleep(OFTEN)
            self.late.append((time.perf_counter() - due) * 1000)

    def stop(self) -> list[float]:
        """What was measured."""
        self._task.cancel()
        return self.late


def quantiles(values: list[float]) -> dict[str, float]:
    """The median, the 95th and the 99th of a hundred, and the largest; 0 where there is nothing."""
    if not values:
        return {"p50": 0.0, "p95": 0.0, "p99": 0.0, "most": 0.0}
    cuts = statistics.quantiles(values, n=100, method="inclusive") if len(values) > 1 else values * 99
    return {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "most": max(values)}
