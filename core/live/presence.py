"""Who is there right now: kept in memory only, never stored."""

import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass


@dataclass(frozen=True)
class Present:
    """One open page: whose, on which surface, at which table."""

    forum_id: int
    surface: str
    actor_key: str
    person_id: int | None
    seat_id: int | None
    epoch: int
    table: int | None


class Presence:
    """The open pages by connection. One without a connection of its own is there for a while after it was seen.

    What changes who is there returns the pages that thereby came or went: a page that is open twice goes with the last.
    """

    def __init__(self) -> None:
        self._by_connection: dict[str, Present] = {}
        self._times_open: Counter[Present] = Counter()
        self._until: dict[str, float] = {}
        self._lock = threading.Lock()

    def arrive(self, connection: str, present: Present) -> list[Present]:
        """A page is open, until its connection leaves."""
        with self._lock:
            return self._put(connection, present)

    def stay(self, connection: str, present: Present, seconds: float) -> list[Present]:
        """A page was seen: it is open for so many seconds from now on."""
        with self._lock:
            self._until[connection] = time.monotonic() + seconds
            return self._put(connection, present)

    def leave(self, connection: str) -> list[Present]:
        """A connection is gone."""
        with self._lock:
            return self._drop(connection)

    def lapse(self) -> list[Present]:
        """Let go of the pages that were not seen for too long."""
        now = time.monotonic()
        with self._lock:
            late = [connection for connection, until in self._until.items() if until <= now]
            return [present for connection in late for present in self._drop(connection)]

    def may_lapse(self) -> bool:
        """Whether some page is there only for a while."""
        return bool(self._until)

    def is_open_elsewhere(self, connection: str, present: Present) -> bool:
        """Whether this page is open over another connection too."""
        return self._times_open.get(present, 0) > (self._by_connection.get(connection) == present)

    def _put(self, connection: str, present: Present) -> list[Present]:
        before = self._by_connection.get(connection)
        if before == present:
            return []
        self._by_connection[connection] = present
        self._times_open[present] += 1
        came = [present] if self._times_open[present] == 1 else []
        return [*self._closed(before), *came]

    def _drop(self, connection: str) -> list[Present]:
        self._until.pop(connection, None)
        return self._closed(self._by_connection.pop(connection, None))

    def _closed(self, present: Present | None) -> list[Present]:
        if present is None:
            return []
        self._times_open[present] -= 1
        if self._times_open[present]:
            return []
        del self._times_open[present]
        return [present]

    def of_forum(self, forum_id: int) -> list[Present]:
        with self._lock:
            return [present for present in self._times_open if present.forum_id == forum_id]

    def seats(self, forum_id: int) -> set[int]:
        """The seats whose phone is connected."""
        return {
            present.seat_id for present in self.of_forum(forum_id) if present.seat_id and present.surface == "phone"
        }

    def consoles(self, forum_id: int) -> set[int]:
        """The tables whose console is connected."""
        return {present.table for present in self.of_forum(forum_id) if present.table and present.surface == "console"}

    def people(self, forum_id: int, surface: str) -> set[int]:
        """The people who have this surface open."""
        return {p.person_id for p in self.of_forum(forum_id) if p.person_id and p.surface == surface}

    def connections(self, *, person_id: int | None = None, seat_id: int | None = None, below: int = 0) -> list[str]:
        """The connections of a person, or those of a seat opened before epoch `below`."""
        with self._lock:
            by_seat: defaultdict[bool, list[str]] = defaultdict(list)
            for connection, present in self._by_connection.items():
                is_person = person_id is not None and present.person_id == person_id
                is_seat = seat_id is not None and present.seat_id == seat_id and present.epoch < below
                by_seat[is_person or is_seat].append(connection)
            return by_seat[True]


PRESENCE = Presence()
