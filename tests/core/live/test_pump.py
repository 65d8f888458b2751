"""Delivery from a task of its own: in order, together where it piled up, and a fault stops nothing."""

import threading
from datetime import UTC, datetime
from typing import Any

from core.events.log import Recorded
from core.live.pump import Pump
from participation.forums.events import ClockPaused


def event(number: int) -> Recorded:
    return Recorded(1, number, "forum", number, datetime.now(UTC), "system", ClockPaused(segment=1))


def start(work: Any) -> None:
    threading.Thread(target=work, daemon=True).start()


def test_what_piled_up_is_delivered_together_in_order() -> None:
    delivered: list[list[int]] = []
    first, go_on, all_came = threading.Event(), threading.Event(), threading.Event()

    def deliver(recorded: list[Recorded]) -> None:
        delivered.append([item.number for item in recorded])
        first.set()
        assert go_on.wait(20)
        if delivered[-1][-1] == 4:
            all_came.set()

    pump = Pump(deliver, start)
    pump.put([event(1)])
    assert first.wait(20)
    pump.put([event(2)])
    pump.put([event(3), event(4)])
    go_on.set()
    assert all_came.wait(20)
    assert delivered == [[1], [2, 3, 4]]


def test_a_fault_costs_nothing_that_comes_later() -> None:
    delivered: list[int] = []
    failed, came = threading.Event(), threading.Event()

    def deliver(recorded: list[Recorded]) -> None:
        if recorded[0].number == 1:
            failed.set()
            raise RuntimeError("a page cannot be drawn")
        delivered.extend(item.number for item in recorded)
        came.set()

    pump = Pump(deliver, start)
    pump.put([event(1)])
    assert failed.wait(20)
    pump.put([event(2)])
    assert came.wait(20)
    assert delivered == [2]
