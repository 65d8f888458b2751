"""Delivery: after a commit, each room that watches is told once which regions changed. The only place that emits."""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from core.db.work import Database
from core.events.log import Recorded
from core.i18n import LOCALES, using_locale
from core.live.regions import SURFACES, Region, Surface, drawn_for_all

log = logging.getLogger("hyeondap.live")
Emit = Callable[[str, dict[str, Any], str], None]
Later = Callable[[float, Callable[[], None]], None]


def room(forum_id: int, stream: str, surface: str, locale: str) -> str:
    """The name of the room of everyone who watches a stream on one kind of page in one language."""
    return f"{forum_id}/{stream}/{surface}/{locale}"


@dataclass
class _Waiting:
    first: int = 0
    last: int = 0
    names: dict[str, None] = field(default_factory=dict)


class Delivery:
    """Takes what was recorded to the rooms; coalesces where a surface asks for it."""

    def __init__(self, database: Database, emit: Emit, occupied: Callable[[str], bool], later: Later) -> None:
        self._database = database
        self._emit = emit
        self._occupied = occupied
        self._later = later
        self._waiting: dict[tuple[int, str, str], _Waiting] = {}
        self._lock = threading.Lock()

    def deliver(self, recorded: list[Recorded]) -> None:
        """Tell every surface; called after the commit, in the order of commits."""
        by_stream: defaultdict[tuple[int, str], list[Recorded]] = defaultdict(list)
        for item in recorded:
            by_stream[item.log_id, item.stream].append(item)
        for (log_id, stream), items in by_stream.items():
            for surface in SURFACES.values():
                where = (log_id, stream, surface.name)
                if not self._is_watched(where):
                    continue
                names = dict.fromkeys(name for item in items for name in surface.touched(item.event))
                numbers = (items[0].stream_number, items[-1].stream_number)
                if self._add(where, numbers, names, surface):
                    self._send(where)

    def refresh(self, forum_id: int, stream: str, surface: Surface, names: list[str]) -> None:
        """Redraw regions that depend on something outside the log (who is connected)."""
        where = (forum_id, stream, surface.name)
        if self._is_watched(where) and self._add(where, (0, 0), names, surface):
            self._send(where)

    def _is_watched(self, where: tuple[int, str, str]) -> bool:
        return any(self._occupied(room(*where, locale)) for locale in LOCALES)

    def _add(
        self, where: tuple[int, str, str], numbers: tuple[int, int], names: Iterable[str], surface: Surface
    ) -> bool:
        """Note what waits; True where it is to be sent at once."""
        delay = surface.delays.get(where[1].partition(":")[0], 0.0)
        with self._lock:
            fresh = where not in self._waiting
            waiting = self._waiting.setdefault(where, _Waiting())
            first, last = numbers
            waiting.first = waiting.first or first
            waiting.last = last or waiting.last
            for name in names:
                waiting.names.pop(name, None)
                waiting.names[name] = None
        if delay and fresh:
            self._later(delay, lambda: self._send(where))
        return not delay

    def _send(self, where: tuple[int, str, str]) -> None:
        with self._lock:
            waiting = self._waiting.pop(where, None)
        if waiting is None:
            return
        forum_id, stream, surface_name = where
        try:
            for locale in LOCALES:
                target = room(forum_id, stream, surface_name, locale)
                if self._occupied(target):
                    regions = self._draw(SURFACES[surface_name], forum_id, list(waiting.names), locale)
                    wire = [region.wire() for region in regions]
                    body = {"stream": stream, "from": waiting.first, "to": waiting.last, "regions": wire}
                    self._emit("regions", body, target)
        except Exception:
            log.exception("delivery failed: forum %s stream %s surface %s", forum_id, stream, surface_name)

    def _draw(self, surface: Surface, forum_id: int, names: list[str], locale: str) -> list[Region]:
        if not names:
            return []
        with using_locale(locale), drawn_for_all(), self._database.reading() as session:
            return [surface.draw(session, forum_id, name) for name in names]
