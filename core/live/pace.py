"""How fast one actor may act: a bucket that fills steadily, kept in memory, cheap enough for every act of a hall."""

import threading
import time

from core.errors import TooMany
from core.i18n import say
from core.metrics import PACED

MOST_KEYS = 20_000


class Pace:
    """At most `most` acts in `seconds`, at once or spread (the generic cell rate algorithm)."""

    def __init__(self, most: int, seconds: float) -> None:
        self._step = seconds / most
        self._span = seconds
        self._free_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def count(self, key: str) -> None:
        """Count one act. Raises `TooMany` above the pace."""
        now = time.monotonic()
        with self._lock:
            free_at = max(self._free_at.get(key, now), now) + self._step
            if free_at - now > self._span:
                PACED.inc()
                raise TooMany("too_many", say("너무 자주 눌렀습니다. 잠시 뒤 다시 해 주세요."))
            if len(self._free_at) >= MOST_KEYS:
                self._free_at = {one: at for one, at in self._free_at.items() if at > now}
            self._free_at[key] = free_at

    def forget(self) -> None:
        """Start counting afresh."""
        with self._lock:
            self._free_at.clear()


ACTS = Pace(240, 60.0)
