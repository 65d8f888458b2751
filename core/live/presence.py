"""Who is there right now: kept in memory only, never stored."""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection
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
    Pages open at other servers are there as well, as far as those have told.
    """

    def __init__(self) -> None:
        self._by_connection: dict[str, Present] = {}
        self._times_open: Counter[Present] = Counter()
        self._until: dict[str, float] = {}
        self._elsewhere: dict[str, set[Present]] = {}
        self._there: defaultdict[int, Counter[Present]] = defaultdict(Counter)
        self._lock = threading.Lock()
        self.note: Callable[[bool, Present], None] | None = None
        """Told of each page that came (True) to this server or went, while nothing else can come or go."""

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
        here = self._times_open.get(present, 0) > (self._by_connection.get(connection) == present)
        return here or any(present in theirs for theirs in self._elsewhere.values())

    def here(self) -> list[Present]:
        """The pages open at this server."""
        with self._lock:
            return list(self._times_open)

    def elsewhere(
        self, server: str, *, came: Collection[Present] = (), went: Collection[Present] = ()
    ) -> list[Present]:
        """Pages came and went at another server; those that thereby came or went."""
        with self._lock:
            theirs = self._elsewhere.get(server, set())
            return self._settle(server, (theirs | set(came)) - set(went))

    def all_elsewhere(self, server: str, presents: Collection[Present]) -> list[Present]:
        """These pages and no others are open at another server; those that thereby came or went."""
        with self._lock:
            return self._settle(server, set(presents))

    def servers(self) -> list[str]:
        """The other servers at which pages are open."""
        return list(self._elsewhere)

    def _settle(self, server: str, presents: set[Present]) -> list[Present]:
        before = self._elsewhere.pop(server, set())
        if presents:
            self._elsewhere[server] = presents
        came = [present for present in presents - before if self._comes(present)]
        return [*came, *(present for present in before - presents if self._goes(present))]

    def _comes(self, present: Present) -> bool:
        """A page opened at one more server; whether it was at none before."""
        self._there[present.forum_id][present] += 1
        return self._there[present.forum_id][present] == 1

    def _goes(self, present: Present) -> bool:
        """A page closed at one server; whether it is at none now."""
        there = self._there[present.forum_id]
        there[present] -= 1
        if there[present]:
            return False
        del there[present]
        if not there:
            del self._there[present.forum_id]
        return True

    def _put(self, connection: str, present: Present) -> list[Present]:
        before = self._by_connection.get(connection)
        if before == present:
            return []
        self._by_connection[connection] = present
        self._times_open[present] += 1
        came = self._times_open[present] == 1
        if came and self.note:
            self.note(True, present)
        return [*self._closed(before), *([present] if came and self._comes(present) else [])]

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
        if self.note:
            self.note(False, present)
        return [present] if self._goes(present) else []

    def open_by_surface(self) -> Counter[tuple[str, bool]]:
        """How many connections there are for each surface, with a websocket (True) or without one."""
        with self._lock:
            return Counter((here.surface, name not in self._until) for name, here in self._by_connection.items())

    def of_forum(self, forum_id: int) -> list[Present]:
        with self._lock:
            return list(self._there.get(forum_id, ()))

    def is_watched(self, forum_id: int) -> bool:
        """Whether a page of a forum is open at this server."""
        with self._lock:
            return any(present.forum_id == forum_id for present in self._times_open)

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
