"""Delivery beside the acts: whoever acted gets the answer first, and what piled up meanwhile is delivered together."""

import logging
import threading
from collections.abc import Callable

from core.events.log import Recorded
from core.metrics import UNDELIVERED

log = logging.getLogger("hyeondap.live")


class Pump:
    """Hands what was recorded to `deliver`, in order, from one task of its own that sleeps while there is nothing."""

    def __init__(
        self, deliver: Callable[[list[Recorded]], None], start: Callable[[Callable[[], None]], object]
    ) -> None:
        self._deliver = deliver
        self._start = start
        self._waiting: list[Recorded] = []
        self._more = threading.Event()
        self._lock = threading.Lock()
        self._runs = False

    def put(self, recorded: list[Recorded]) -> None:
        """Deliver this soon."""
        with self._lock:
            self._waiting.extend(recorded)
            begins, self._runs = not self._runs, True
        UNDELIVERED.inc(len(recorded))
        self._more.set()
        if begins:
            self._start(self._run)

    def _run(self) -> None:
        while True:
            self._more.wait()
            self._more.clear()
            with self._lock:
                recorded, self._waiting = self._waiting, []
            try:
                self._deliver(recorded)
            except Exception:
                log.exception("delivery failed for %s events", len(recorded))
            UNDELIVERED.dec(len(recorded))
