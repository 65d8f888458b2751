"""Who is connected right now: kept in memory only, never stored."""

import threading
from collections import defaultdict
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
    """The open pages by connection."""

    def __init__(self) -> None:
        self._by_connection: dict[str, Present] = {}
        self._lock = threading.Lock()

    def arrive(self, connection: str, present: Present) -> None:
        with self._lock:
            self._by_connection[connection] = present

    def leave(self, connection: str) -> Present | None:
        with self._lock:
            return self._by_connection.pop(connection, None)

    def get(self, connection: str) -> Present | None:
        return self._by_connection.get(connection)

    def of_forum(self, forum_id: int) -> list[Present]:
        with self._lock:
            return [present for present in self._by_connection.values() if present.forum_id == forum_id]

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
