"""What the phones of a hall do, each as a coroutine from a plan to plain figures (milliseconds, counts)."""

import asyncio
import itertools
import random
import time
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from picows import WSError

from bench.load.phones import (
    PATIENCE,
    Phone,
    Plan,
    Pulse,
    Regions,
    Seen,
    connect,
    quantiles,
    seats,
    staff,
    until,
    wait_for,
)
from bench.load.process import children_cpu_seconds, cpu_seconds, memory_kib

Measured = dict[str, Any]
SETTLING = 0.5
LOOKING = 0.05
LEAST_PAUSE, FIRST_SPREAD, MOST_SPREAD = 0.3, 0.5, 5.0
WORDS = ("횡단보도 초록불을", "골목 가로등을", "나무 그늘을", "앉을 자리를", "버스 시간표를", "자전거 길을", "놀이터를")


async def votes(plan: Plan) -> Measured:
    """Connect, vote at a steady rate, wait for the last answers."""
    seen = Seen()
    before_kib, began = memory_kib(plan.pid), time.perf_counter()
    phones = await connect(plan, seats(plan), seen)
    connected = time.perf_counter() - began
    after_kib = memory_kib(plan.pid)
    helpers = await connect(plan, staff(plan), Seen())
    await asyncio.sleep(SETTLING)
    seen.events = seen.event_bytes = 0
    began_by: list[dict[str, Any]] = []
    if plan.first:
        helpers[0].act(plan.first, {}, time.perf_counter(), began_by.append)
    cpu_before, beside_before = cpu_seconds(plan.pid), children_cpu_seconds(plan.pid)
    started = time.perf_counter()
    total = int(plan.rate * plan.seconds)
    order = [phones[index % len(phones)] for index in range(total)]
    random.shuffle(order)
    for index, phone in enumerate(order):
        due = started + index / plan.rate
        await until(due)
        phone.vote(due)
    await wait_for(lambda: seen.settled >= total)
    cpu, span = cpu_seconds(plan.pid) - cpu_before, time.perf_counter() - started
    beside = children_cpu_seconds(plan.pid) - beside_before
    _leave(phones + helpers)
    return {
        "phones": len(phones),
        "wanted": len(plan.cookies),
        "connect_s": connected,
        "kib_per_phone": (after_kib - before_kib) / max(1, len(phones)),
        "sent": seen.sent,
        "answered": len(seen.waited),
        "refused": dict(seen.refused),
        "cut": seen.cut,
        "answered_per_s": len(seen.waited) / span,
        "span_s": span,
        "cpu_ms_per_vote": cpu * 1000 / max(1, len(seen.waited)),
        "beside_cpu_s": beside,
        "began": [answer.get("ok") for answer in began_by],
        **quantiles(seen.waited),
        "lag_p99": quantiles(seen.lag)["p99"],
        "events": seen.events,
        "event_bytes": seen.event_bytes,
    }


async def idle(plan: Plan) -> Measured:
    """Joined phones that do nothing: what they cost, and what comes to them."""
    seen = Seen()
    phones = await connect(plan, seats(plan), seen)
    await asyncio.sleep(4 * SETTLING)
    seen.events = seen.pings = 0
    cpu_before, started = cpu_seconds(plan.pid), time.perf_counter()
    await asyncio.sleep(plan.seconds)
    span = time.perf_counter() - started
    cores = (cpu_seconds(plan.pid) - cpu_before) / span
    still_up = sum(phone.is_up for phone in phones)
    _leave(phones)
    return {"phones": still_up, "wanted": len(plan.cookies), "cores": cores, "events": seen.events, "pings": seen.pings}


@dataclass
class Return:
    """One phone of a storm: what it drew since its link was gone, when it was back, and when whole (0: never)."""

    phone: Phone
    drawn: Counter[str]
    joined_at: float = 0.0
    whole_at: float = 0.0
    tries: int = 0

    def drew(self, _stream: str, _first: int, _last: int, regions: Regions) -> None:
        self.drawn.update(region["n"] for region in regions)

    async def come_back(self, lost_at: float, link_at: float, goal: dict[str, int]) -> None:
        """As the page's script: tries after 300 ms and a random part that doubles; none succeeds without a link."""
        self.phone.heard = self.drew
        at = lost_at
        while not self._is_whole(goal) and time.perf_counter() < link_at + PATIENCE:
            if self.phone.is_up:
                await asyncio.sleep(LOOKING)
                continue
            at += LEAST_PAUSE + random.random() * min(MOST_SPREAD, FIRST_SPREAD * 2**self.tries)
            self.tries += 1
            if at < link_at:
                continue
            await until(at)
            with suppress(OSError, TimeoutError, WSError):
                await self.phone.open()
            at = self.joined_at = time.perf_counter()
        self.whole_at = time.perf_counter() if self._is_whole(goal) else 0.0

    def _is_whole(self, goal: dict[str, int]) -> bool:
        mine = self.phone.streams
        return all(mine[stream] >= number for stream, number in goal.items() if stream in mine)


async def storm(plan: Plan) -> Measured:
    """All but each table's last seat lose their link at once; those act meanwhile; then all come back."""
    seen, people = Seen(), seats(plan)
    phones = await connect(plan, people, seen)
    if len(phones) < len(people):
        return {"phones": len(phones), "wanted": len(people)}
    is_last = [number % plan.seats_at_a_table == plan.seats_at_a_table - 1 for number in range(len(phones))]
    stay = [phone for phone, stays in zip(phones, is_last, strict=True) if stays]
    gone = [Return(phone, Counter()) for phone, stays in zip(phones, is_last, strict=True) if not stays]
    await asyncio.sleep(2 * SETTLING)
    pulse, made = Pulse(), defaultdict[str, list[str]](list)
    lost_at = time.perf_counter()
    link_at = lost_at + plan.away
    for one in gone:
        one.phone.drop()
    goal = {_table(phone): plan.acts for phone in stay} | {"turnout": len(stay)}
    coming = [asyncio.create_task(one.come_back(lost_at, link_at, goal)) for one in gone]
    for phone in stay:
        phone.vote(time.perf_counter())
        for number in range(plan.acts):
            note = partial(_note_proposal, made[_table(phone)])
            text = f"{random.choice(WORDS)} {number + 1}곳 더 늘려 주세요."
            phone.act("proposal.submit", {"text": text}, time.perf_counter(), note)
    await asyncio.gather(*coming)
    await asyncio.sleep(4 * SETTLING)
    expected = [made[_table(one.phone)] for one in gone]
    late = pulse.stop()
    result = {
        "phones": len(phones),
        "wanted": len(people),
        "gone": len(gone),
        "joined_s": [one.joined_at - link_at for one in gone],
        "acts_ms": quantiles(seen.waited),
        "whole_s": [one.whole_at - link_at for one in gone if one.whole_at],
        "acts": len(stay) * (plan.acts + 1),
        "answered": len(seen.waited),
        "refused": dict(seen.refused),
        "lost": sum(one.drawn[name] == 0 for one, names in zip(gone, expected, strict=True) for name in names),
        "doubled": sum(one.drawn[name] > 1 for one, names in zip(gone, expected, strict=True) for name in names),
        "missed": sum(map(len, expected)),
        "tries": sum(one.tries for one in gone),
        "joined_again": seen.joined_again,
        "cut": seen.cut,
        "streams": [phone.streams for phone in phones],
        "lag_p99": quantiles(late)["p99"],
    }
    _leave(phones)
    return result


def _table(phone: Phone) -> str:
    return next(stream for stream in phone.streams if stream.startswith("table:"))


def _note_proposal(names: list[str], answer: dict[str, Any]) -> None:
    if answer.get("ok"):
        names.append(f"proposal-{answer['result']['proposal']}")


@dataclass
class Listening:
    """What one page took, by stream: the numbers and when."""

    page: Phone
    taken: list[tuple[str, int, int, float]]

    def hear(self, stream: str, first: int, last: int, _regions: Regions) -> None:
        self.taken.append((stream, first, last, time.perf_counter()))

    def waits(self, stream: str, base: int, dues: list[float]) -> list[float]:
        """Milliseconds from the act behind each number after `base` until it was here; infinite where it never was."""
        arrived = {
            number: at
            for name, first, last, at in self.taken
            if name == stream and first
            for number in range(first, last + 1)
        }
        return [(arrived.get(base + k, float("inf")) - due) * 1000 for k, due in enumerate(dues, start=1)]


async def everyone(plan: Plan) -> Measured:
    """First votes, each phone once, and when the turnout shows; then proposals and stances, and when the table has them.

    The k-th act of a stream that is acknowledged is taken for its k-th number: acknowledgements keep the order of
    commits, and acts of one commit arrive together anyway.
    """
    seen = Seen()
    phones = await connect(plan, seats(plan), seen)
    helpers = await connect(plan, staff(plan), seen)
    if len(phones) < len(plan.cookies) or len(helpers) < len(plan.staff):
        return {"phones": len(phones), "wanted": len(plan.cookies)}
    await asyncio.sleep(4 * SETTLING)
    everybody = [Listening(page, []) for page in phones + helpers]
    for one in everybody:
        one.page.heard = one.hear
    pulse = Pulse()
    base = {stream: number for page in phones + helpers for stream, number in page.streams.items()}
    cast = await _vote_all(plan, phones, seen)
    cpu_before, began = cpu_seconds(plan.pid), time.perf_counter()
    done = await _talk(plan, phones, seen)
    cores = (cpu_seconds(plan.pid) - cpu_before) / (time.perf_counter() - began)
    late = pulse.stop()
    turnout: dict[str, list[float]] = defaultdict(list)
    table: dict[str, list[float]] = defaultdict(list)
    for one in everybody:
        surface = one.page.who.surface
        turnout[surface] += one.waits("turnout", base["turnout"], cast)
        for stream, acts in done.items():
            if stream in one.page.streams:
                table[surface] += one.waits(stream, base[stream], acts)
    _leave(phones + helpers)
    return {
        "phones": len(phones),
        "wanted": len(plan.cookies),
        "sent": seen.sent,
        "answered": len(seen.waited),
        "refused": dict(seen.refused),
        "cut": seen.cut,
        "turnout": {surface: _spread(waits) for surface, waits in turnout.items()},
        "table": {surface: _spread(waits) for surface, waits in table.items()},
        "cores": cores,
        "lag_p99": quantiles(late)["p99"],
    }


def _spread(waits: list[float]) -> dict[str, float]:
    came = [one for one in waits if one != float("inf")]
    return {**quantiles(came), "n": len(came), "lost": len(waits) - len(came)}


async def _vote_all(plan: Plan, phones: list[Phone], seen: Seen) -> list[float]:
    """When each vote was due, in the order of their acknowledgement."""
    cast: list[float] = []
    started = time.perf_counter()
    for index, phone in enumerate(phones[: int(plan.rate * plan.seconds)]):
        due = started + index / plan.rate
        await until(due)
        phone.vote(due, lambda _answer, due=due: cast.append(due))
    await wait_for(lambda: seen.settled >= seen.sent)
    await asyncio.sleep(6 * SETTLING)
    return cast


async def _talk(plan: Plan, phones: list[Phone], seen: Seen) -> dict[str, list[float]]:
    """Each table's last seat proposes, and its first takes a stance on that, four times; the dues by stream."""
    done: dict[str, list[float]] = defaultdict(list)
    proposals: dict[str, int] = {}
    turns = itertools.cycle(
        (phones[first], phones[min(first + plan.seats_at_a_table, len(phones)) - 1])
        for first in range(0, len(phones), plan.seats_at_a_table)
    )
    tables = -(-len(phones) // plan.seats_at_a_table)
    started = time.perf_counter()
    for index, (listener, speaker) in zip(range(int(plan.rate * plan.seconds)), turns, strict=False):
        due = started + index / plan.rate
        await until(due)
        stream, turn = _table(speaker), index // tables
        then = partial(_note_act, done[stream], due, proposals, stream)
        if turn % 5 == 0 or stream not in proposals:
            speaker.act("proposal.submit", {"text": f"{random.choice(WORDS)} {turn + 1}곳 더 늘려 주세요."}, due, then)
        else:
            stance = ("agree", "disagree", "pass")[turn % 3]
            data = {"proposal": proposals[stream], "stance": stance, "counter": turn + 1}
            listener.act("stance.take", data, due, then)
    await wait_for(lambda: seen.settled >= seen.sent)
    await asyncio.sleep(4 * SETTLING)
    return done


def _note_act(dues: list[float], due: float, proposals: dict[str, int], stream: str, answer: dict[str, Any]) -> None:
    if answer.get("ok"):
        dues.append(due)
        proposals[stream] = answer["result"]["proposal"]


def _leave(pages: list[Phone]) -> None:
    for page in pages:
        page.drop()
