"""Phones that vote and talk while every page listens, as a coroutine from a plan to plain figures."""

import asyncio
import itertools
import random
import time
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import Any

from bench.load.phones import (
    WORDS,
    Phone,
    Plan,
    Pulse,
    Regions,
    Seen,
    connect,
    leave,
    quantiles,
    seats,
    staff,
    table_of,
    until,
    wait_for,
)
from bench.load.process import cpu_seconds
from bench.load.scenarios import SETTLING, Measured


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
    leave(phones + helpers)
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
        stream, turn = table_of(speaker), index // tables
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
