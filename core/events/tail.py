"""The tail of the logs, where several servers write: what any of them committed is told here, in order, each once.

What this server wrote itself is told at once where nothing of another stands before it; everything else is read from
the log after a word from the other, and without a word once in a while.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from itertools import groupby

from core.events.log import Recorded

log = logging.getLogger("hyeondap.events")
AFTER_A_FAULT = 1.0
AT_ONCE = 500
Read = Callable[[int, int, int], list[Recorded]]
Heads = Callable[[Sequence[int] | None], dict[int, int]]


class Tail:
    """Tells `tell` what happens in the logs that are followed from now on.

    `read` gives up to so many events of a log after a number, in order; `heads` the last number of the logs named (None: all);
    `announce` lets the other servers know how far a log has come.
    """

    def __init__(
        self, read: Read, heads: Heads, tell: Callable[[list[Recorded]], None], announce: Callable[[int, int], None]
    ) -> None:
        self._read = read
        self._heads = heads
        self._tell = tell
        self._announce = announce
        self._follows_all = False
        self._reached: dict[int, int] = {}
        self._began: dict[int, int] = {}
        self._behind: set[int] = set()
        self._bell = threading.Event()
        self._lock = threading.RLock()

    def follow(self, log_id: int) -> bool:
        """Follow a log from where it stands; whether that begins now, so that something may have been missed."""
        with self._lock:
            begins = self._at(log_id) is None
            if begins:
                self._begin({log_id: self._heads([log_id]).get(log_id, 0)})
            return begins

    def follows(self, log_id: int) -> bool:
        """Whether everything that happens in a log is told."""
        return self._follows_all or log_id in self._reached

    def follow_all(self) -> None:
        """Follow every log from where it stands, and those yet to come from their beginning."""
        with self._lock:
            numbers = self._heads(None)
            self._follows_all = True
            self._begin({log_id: number for log_id, number in numbers.items() if log_id not in self._reached})

    def _begin(self, numbers: dict[int, int]) -> None:
        self._reached |= numbers
        self._began |= numbers

    def leave(self, is_wanted: Callable[[int], bool]) -> None:
        """Follow only the logs that are still wanted."""
        if not self._follows_all:
            with self._lock:
                for log_id in [one for one in self._reached if not is_wanted(one)]:
                    del self._reached[log_id]
                    self._began.pop(log_id, None)

    def wrote(self, recorded: list[Recorded]) -> None:
        """This server committed something; called in the order of its commits."""
        with self._lock:
            told: list[Recorded] = []
            for log_id, group in groupby(recorded, key=lambda item: item.log_id):
                items = list(group)
                reached = self._at(log_id)
                began = self._began.get(log_id, 0)
                if reached is None or reached == items[0].number - 1 or items[-1].number <= began:
                    told += items
                    if reached is not None:
                        self._reached[log_id] = max(reached, items[-1].number)
                elif reached < items[-1].number:
                    self._behind.add(log_id)
                self._announce(log_id, items[-1].number)
            if told:
                self._tell(told)
        if self._behind:
            self._bell.set()

    def heard(self, log_id: int, number: int) -> None:
        """Another server has written up to a number of a log."""
        with self._lock:
            reached = self._at(log_id)
            if reached is None or reached >= number:
                return
            self._behind.add(log_id)
        self._bell.set()

    def look(self) -> None:
        """Find out without any word which logs have gone on."""
        for log_id, number in self._heads(None if self._follows_all else list(self._reached)).items():
            self.heard(log_id, number)

    def run(self) -> None:
        """Read what others wrote whenever there is something; never ends."""
        while True:
            self._bell.wait()
            self._bell.clear()
            try:
                self.catch_up()
            except Exception as error:
                log.warning("the log could not be read, again in a moment: %s", error)
                time.sleep(AFTER_A_FAULT)
                self._bell.set()

    def catch_up(self) -> None:
        """Tell what stands in the logs that are known to have gone on."""
        while self._behind:
            log_id = next(iter(self._behind))
            while self._tell_some(log_id):
                pass

    def _at(self, log_id: int) -> int | None:
        """How far a log was told; None where it is not followed."""
        return self._reached.setdefault(log_id, 0) if self._follows_all else self._reached.get(log_id)

    def _tell_some(self, log_id: int) -> bool:
        """Whether there may be more."""
        with self._lock:
            self._behind.discard(log_id)
            before = self._at(log_id)
        if before is None:
            return False
        try:
            found = self._read(log_id, before, AT_ONCE)
        except Exception:
            self._behind.add(log_id)
            raise
        with self._lock:
            reached = self._at(log_id)
            new = [item for item in found if reached is not None and item.number > reached]
            if new:
                self._reached[log_id] = new[-1].number
                self._tell(new)
        return len(found) == AT_ONCE
