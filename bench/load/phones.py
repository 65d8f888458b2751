"""Phones of a hall: `python -m bench.load.phones PLAN.json` connects them, votes at a set rate, prints what it measured.

Open loop: a vote is sent when it is due, whether or not earlier ones were answered, and its latency counts from then,
so that waiting is not hidden. The generator's own lag (sent later than due) is reported beside it.
"""

import asyncio
import json
import random
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

NAMESPACE = b"/live,"


@dataclass
class Plan:
    """What to do: where, with which seats (cookies), how many votes a second for how long."""

    url: str
    forum: int
    ballot: int
    options: int
    cookies: list[str]
    rate: float
    seconds: float
    seen: int = 0
    seats_at_a_table: int = 10
    connect_rate: float = 300.0
    pid: int = 0


@dataclass
class Seen:
    """What happened: milliseconds by vote, refusals, messages and bytes that came besides."""

    waited: list[float] = field(default_factory=list)
    lag: list[float] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    events: int = 0
    event_bytes: int = 0
    sent: int = 0


class Phone(WSListener):  # type: ignore[misc]
    """One phone: opens the namespace, joins its page, votes."""

    def __init__(self, plan: Plan, number: int, seen: Seen) -> None:
        super().__init__()
        self.plan, self.number, self.seen = plan, number, seen
        self.joined: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.due: dict[int, float] = {}
        self.next_ack = 1
        self.counter = 0
        self.transport: WSTransport | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        if not self.joined.done():
            self.joined.set_result(False)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type not in (WSMsgType.TEXT, WSMsgType.BINARY):
            return
        text = frame.get_payload_as_bytes()
        if text[:1] == b"0":
            self.say(b"40" + NAMESPACE)
        elif text[:1] == b"2":
            self.say(b"3")
        elif text[:2] == b"40":
            self.join()
        elif text[:2] == b"43":
            self.answered(text)
        elif text[:2] == b"42":
            self.seen.events += 1
            self.seen.event_bytes += len(text)

    def say(self, text: bytes) -> None:
        assert self.transport is not None
        self.transport.send(WSMsgType.TEXT, text)

    def call(self, body: list[Any]) -> int:
        number = self.next_ack
        self.next_ack += 1
        self.say(b"42" + NAMESPACE + str(number).encode() + orjson.dumps(body))
        return number

    def join(self) -> None:
        """As the page's script does: with the numbers that came with the page."""
        table, seat = self.number // self.plan.seats_at_a_table + 1, self.number + 1
        seen = {"forum": self.plan.seen, f"table:{table}": 0, "turnout": 0, f"seat:{seat}": 0}
        self.call(["join", {"forum": self.plan.forum, "surface": "phone", "locale": "ko", "seen": seen}])

    def answered(self, text: bytes) -> None:
        start = text.index(b"[")
        number = int(text[text.index(b",") + 1 : start])
        if number == 1:
            self.joined.set_result(b'"ok":true' in text[:200] or b'"ok": true' in text[:200])
            return
        due = self.due.pop(number)
        self.seen.waited.append((time.perf_counter() - due) * 1000)
        answer = orjson.loads(text[start:])[0]
        if not answer.get("ok"):
            code = str(answer.get("code"))
            self.seen.refused[code] = self.seen.refused.get(code, 0) + 1

    def vote(self, due: float) -> None:
        self.counter += 1
        choice = str(random.randint(1, self.plan.options))
        data = {"ballot": self.plan.ballot, "choice": [choice], "counter": self.counter}
        key = f"load-{self.number}-{self.counter}-{time.time_ns()}"
        self.seen.lag.append((time.perf_counter() - due) * 1000)
        act = {"forum": self.plan.forum, "name": "ballot.cast", "key": key, "locale": "ko", "data": data}
        self.due[self.next_ack] = due
        self.call(["act", act])
        self.seen.sent += 1


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used; 0 where it cannot be read."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / 100


def memory_kib(pid: int) -> int:
    """Proportional memory of a process in KiB; 0 where it cannot be read."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


async def connect(plan: Plan, seen: Seen) -> list[Phone]:
    """All phones, joined, at the rate of the plan; those that failed are left out."""
    phones: list[Phone] = []

    async def one(number: int) -> None:
        headers = [("Cookie", f"seat-{plan.forum}={plan.cookies[number]}"), ("Origin", plan.url.split("/socket.io")[0])]
        phone = Phone(plan, number, seen)
        url = plan.url.replace("http", "ws", 1)
        await ws_connect(lambda: phone, url, extra_headers=headers, websocket_handshake_timeout=60)
        if await asyncio.wait_for(phone.joined, 60):
            phones.append(phone)

    tasks = []
    started = time.perf_counter()
    for number in range(len(plan.cookies)):
        await asyncio.sleep(max(0.0, started + number / plan.connect_rate - time.perf_counter()))
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks, return_exceptions=True)
    return phones


async def run(plan: Plan) -> dict[str, Any]:
    """Connect, vote, wait for the last answers; the figures."""
    seen = Seen()
    before_kib, began = memory_kib(plan.pid), time.perf_counter()
    phones = await connect(plan, seen)
    connected = time.perf_counter() - began
    after_kib = memory_kib(plan.pid)
    await asyncio.sleep(0.5)
    seen.events = seen.event_bytes = 0
    cpu_before, started = cpu_seconds(plan.pid), time.perf_counter()
    total = int(plan.rate * plan.seconds)
    order = [phones[index % len(phones)] for index in range(total)]
    random.shuffle(order)
    for index, phone in enumerate(order):
        due = started + index / plan.rate
        wait = due - time.perf_counter()
        if wait > 0.001:
            await asyncio.sleep(wait)
        phone.vote(due)
    ended = time.perf_counter()
    deadline = ended + 30
    while len(seen.waited) < total and time.perf_counter() < deadline:
        await asyncio.sleep(0.02)
    cpu, span = cpu_seconds(plan.pid) - cpu_before, time.perf_counter() - started
    for phone in phones:
        if phone.transport is not None:
            phone.transport.disconnect()
    quantiles = statistics.quantiles(seen.waited, n=100) if len(seen.waited) > 1 else [0.0] * 99
    lag = statistics.quantiles(seen.lag, n=100) if len(seen.lag) > 1 else [0.0] * 99
    return {
        "phones": len(phones),
        "wanted": len(plan.cookies),
        "connect_s": connected,
        "kib_per_phone": (after_kib - before_kib) / max(1, len(phones)),
        "sent": seen.sent,
        "answered": len(seen.waited),
        "refused": seen.refused,
        "answered_per_s": len(seen.waited) / span,
        "cpu_ms_per_vote": cpu * 1000 / max(1, len(seen.waited)),
        "p50": quantiles[49],
        "p95": quantiles[94],
        "p99": quantiles[98],
        "lag_p99": lag[98],
        "events": seen.events,
        "event_bytes": seen.event_bytes,
    }


def main() -> None:
    """Read the plan, run it, print the figures as one line of JSON."""
    plan = Plan(**json.loads(Path(sys.argv[1]).read_text()))
    print(json.dumps(uvloop.run(run(plan))))


if __name__ == "__main__":
    main()
