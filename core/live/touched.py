"""Which regions a stream touched and when: worked out once for everyone, since what happened never changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.db.once import READS
from core.events.known import KNOWN
from core.events.log import since
from core.i18n import current_locale
from core.kept import Kept
from core.live.regions import Region, Surface, is_for_all

STEP = 200  # events: whoever missed a few and whoever missed some more begin at the same number
MOST_BETWEEN = 2000  # events that are read to go on with what is known; past them it begins anew
OWN = "seat:"  # streams of one seat: nothing that everyone shares hangs on them
Version = tuple[tuple[str, int], ...]


def _kept(session: Session) -> Kept[Any] | None:
    """What readers share; None where the session may write."""
    return session.info.get(KNOWN) if session.info.get(READS) else None


@dataclass(frozen=True)
class Stretch:
    """A stream from after one number until another: by region, the last number in it that touched it."""

    after: int
    until: int
    last: Mapping[str, int]

    def names(self, seen: int) -> list[str]:
        """The regions touched after a number, in the order in which they were."""
        return [name for name, number in self.last.items() if number > seen]


def stretch(session: Session, surface: Surface, forum_id: int, stream: str, *, seen: int, now_at: int) -> Stretch:
    """What a stream touched at least from after `seen` until `now_at`."""
    key, kept = ("stretch", forum_id, surface.name, stream), _kept(session)
    known: Stretch | None = kept.find(key) if kept is not None else None
    if known is not None and now_at - known.until > MOST_BETWEEN:
        known = None
    if known is not None and known.after <= seen and known.until >= now_at:
        return known
    after = seen - seen % STEP
    if known is None:
        made = Stretch(after, now_at, _read(session, surface, forum_id, stream, {}, (after, now_at)))
    else:
        after = min(after, known.after)
        last = _read(session, surface, forum_id, stream, {}, (after, known.after))
        last = _again(last, known.last)
        last = _read(session, surface, forum_id, stream, last, (known.until, now_at))
        made = Stretch(after, max(known.until, now_at), last)
    return kept.keep(key, made) if kept is not None else made


def _read(
    session: Session, surface: Surface, forum_id: int, stream: str, before: Mapping[str, int], ends: tuple[int, int]
) -> dict[str, int]:
    """`before`, and what was touched between two numbers; a name stands where it was touched last."""
    last, (after, until) = dict(before), ends
    if until > after:
        for item in since(session, forum_id, stream, after, until - after):
            for name in surface.touched(item.event):
                last.pop(name, None)
                last[name] = item.stream_number
    return last


def _again(last: dict[str, int], later: Mapping[str, int]) -> dict[str, int]:
    return {name: number for name, number in last.items() if name not in later} | dict(later)


class Drawer:
    """Draws regions of one surface for everyone alike, with its streams at `now_at`.

    A lasting region is drawn once for all pages for which the same events touched it last.
    """

    def __init__(self, session: Session, surface: Surface, forum_id: int, now_at: Mapping[str, int]) -> None:
        self._session, self._surface, self._forum_id, self._now_at = session, surface, forum_id, now_at
        self._kept = _kept(session) if is_for_all() else None
        self._stretches: list[tuple[str, int, Stretch]] | None = None

    def draw(self, name: str) -> Region:
        """One region. Raises `KeyError` for a name no pattern fits."""
        version = self._version(name) if self._kept is not None and self._surface.is_lasting(name) else None
        if self._kept is None or version is None:
            return self._surface.draw(self._session, self._forum_id, name)
        key = ("drawn", self._forum_id, self._surface.name, current_locale(), name, version)
        found: Region | None = self._kept.find(key)
        return found or self._kept.keep(key, self._surface.draw(self._session, self._forum_id, name))

    def _version(self, name: str) -> Version | None:
        """Where each stream touched the region last, or since when it did not; None where it goes on meanwhile."""
        numbers = []
        for stream, now_at, known in self._shared():
            number = known.last.get(name, -known.after)
            if number > now_at:
                return None
            numbers.append((stream, number))
        return tuple(numbers)

    def _shared(self) -> list[tuple[str, int, Stretch]]:
        if self._stretches is None:
            where = (self._session, self._surface, self._forum_id)
            self._stretches = [
                (stream, now_at, stretch(*where, stream, seen=now_at, now_at=now_at))
                for stream, now_at in self._now_at.items()
                if now_at and not stream.startswith(OWN)
            ]
        return self._stretches
