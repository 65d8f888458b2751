"""Phones that vote at a steady rate, and phones that do nothing; each a coroutine from a plan to plain figures."""

import asyncio
import random
import time
from typing import Any

from bench.load.phones import Plan, Seen, connect, leave, quantiles, seats, staff, until, wait_for
from bench.load.process import children_cpu_seconds, cpu_seconds, memory_kib

Measured = dict[str, Any]
SETTLING = 0.5


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
    leave(phones + helpers)
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
    leave(phones)
    return {"phones": still_up, "wanted": len(plan.cookies), "cores": cores, "events": seen.events, "pings": seen.pings}
