"""Phones that lose their link at once and come back, as a coroutine from a plan to plain figures."""

import asyncio
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
    table_of,
    until,
)
from bench.load.process import cpu_seconds
from bench.load.scenarios import SETTLING, Measured

LOOKING = 0.05
LEAST_PAUSE, FIRST_SPREAD, MOST_SPREAD = 0.3, 0.5, 5.0


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
    cpu_before, lost_at = cpu_seconds(plan.pid), time.perf_counter()
    link_at = lost_at + plan.away
    for one in gone:
        one.phone.drop()
    goal = {table_of(phone): plan.acts for phone in stay} | {"turnout": len(stay)}
    coming = [asyncio.create_task(one.come_back(lost_at, link_at, goal)) for one in gone]
    for phone in stay:
        phone.vote(time.perf_counter())
        for number in range(plan.acts):
            note = partial(_note_proposal, made[table_of(phone)])
            text = f"{random.choice(WORDS)} {number + 1}곳 더 늘려 주세요."
            phone.act("proposal.submit", {"text": text}, time.perf_counter(), note)
    await asyncio.gather(*coming)
    cpu = cpu_seconds(plan.pid) - cpu_before
    await asyncio.sleep(4 * SETTLING)
    expected = [made[table_of(one.phone)] for one in gone]
    late = pulse.stop()
    result = {
        "phones": len(phones),
        "wanted": len(people),
        "gone": len(gone),
        "cpu_ms": cpu * 1000 / len(gone),
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
    leave(phones)
    return result


def _note_proposal(names: list[str], answer: dict[str, Any]) -> None:
    if answer.get("ok"):
        names.append(f"proposal-{answer['result']['proposal']}")
