"""Regions: the named parts of a live page. The page draws them, and so does the live update, with one template.

A surface is a kind of page (phone, console, stage, screen, desk). It says who may watch it and along which
streams, how each region is drawn from the present state, and which regions an event touches. Because a region
is always drawn from the present state, catch-up is the union of the regions touched since, and a superseded
text never travels again.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from core.events.event import Event
from core.permissions import Actor

Draw = Callable[..., str]
Names = Iterable[str]


@dataclass(frozen=True)
class Watch:
    """What one page follows: its streams, and the numbers its snapshot depends on (table, seat)."""

    streams: tuple[str, ...]
    args: tuple[int, ...] = ()


@dataclass(frozen=True)
class Region:
    """A drawn part of a page: `html` is empty where it is gone. `within` names the list it belongs to."""

    name: str
    html: str
    within: str = ""
    first: bool = False

    def wire(self) -> dict[str, Any]:
        return {"n": self.name, "h": self.html, "w": self.within, "f": self.first}


@dataclass(frozen=True)
class _Drawing:
    draw: Draw
    within: str
    first: bool
    lasting: bool


NUMBER = "{}"


@lru_cache(maxsize=20_000)
def _shape(name: str) -> tuple[str, tuple[int, ...]]:
    """`proposal-12` as `proposal-{}` and its numbers."""
    return re.sub(r"\d+", NUMBER, name), tuple(int(number) for number in re.findall(r"\d+", name))


_reader: ContextVar[Actor | None] = ContextVar("reader", default=None)
_for_all: ContextVar[bool] = ContextVar("for_all", default=False)


@contextmanager
def drawn_for_all() -> Iterator[None]:
    """Inside, nothing personal is drawn: no token of a session, no stance of a reader."""
    for_all, who = _for_all.set(True), _reader.set(None)
    try:
        yield
    finally:
        _for_all.reset(for_all)
        _reader.reset(who)


@contextmanager
def drawn_for(actor: Actor) -> Iterator[None]:
    """Inside, regions are drawn for the one who opens the page, so that it works without script."""
    token = _reader.set(actor)
    try:
        yield
    finally:
        _reader.reset(token)


def reader() -> Actor | None:
    """For whom regions are being drawn; None for everyone alike."""
    return _reader.get()


def is_for_all() -> bool:
    """Whether what is drawn now goes to everyone alike."""
    return _for_all.get()


Admit = Callable[[Session, Actor, int, dict[str, str]], Watch | None]
Contents = Callable[..., list[str]]
SURFACES: dict[str, "Surface"] = {}


@dataclass
class Surface:
    """One kind of live page. `delays` gives seconds of coalescing by kind of stream (0 where not named)."""

    name: str
    delays: dict[str, float] = field(default_factory=dict)
    _drawings: dict[str, _Drawing] = field(default_factory=dict)
    _touches: dict[type[Event], list[Callable[[Any], Names]]] = field(default_factory=dict)
    _admit: Admit | None = None
    _contents: list[Contents] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.name in SURFACES:
            raise ValueError(f"two surfaces are called {self.name}")
        SURFACES[self.name] = self

    def region(
        self, pattern: str, *, within: str = "", first: bool = False, lasting: bool = False
    ) -> Callable[[Draw], Draw]:
        """Declare how a region is drawn: `pattern` such as `proposal-{id}`; numbers in it are passed on.

        The function gets `(session, forum_id, *numbers)` and returns HTML, empty where the region is gone. `lasting`:
        drawn for everyone alike it stays the same until the next event that touches it, not by the time of day nor
        by who is connected.
        """
        shape = re.sub(r"\{\w+\}", NUMBER, pattern)

        def declare(draw: Draw) -> Draw:
            self._drawings.setdefault(shape, _Drawing(draw, within, first, lasting))
            return draw

        return declare

    def on(self, *event_types: type[Event]) -> Callable[[Callable[[Any], Names]], Callable[[Any], Names]]:
        """Declare which regions an event of these types touches on this surface."""

        def declare(touched: Callable[[Any], Names]) -> Callable[[Any], Names]:
            for event_type in event_types:
                self._touches.setdefault(event_type, []).append(touched)
            return touched

        return declare

    def admits(self, admit: Admit) -> Admit:
        """Declare who may watch: returns the `Watch` for `(session, actor, forum_id, asked)`, or None."""
        self._admit = admit
        return admit

    def contents(self, contents: Contents) -> Contents:
        """Declare a part of the snapshot: `(session, forum_id, *args)` to the names of its regions, in order."""
        self._contents.append(contents)
        return contents

    def watch(self, session: Session, actor: Actor, forum_id: int, asked: dict[str, str]) -> Watch | None:
        """What this actor may follow here, or None."""
        return self._admit(session, actor, forum_id, asked) if self._admit else None

    def touched(self, event: Event) -> list[str]:
        """The names of the regions that an event touches, in order, each once."""
        names: dict[str, None] = {}
        for touched in self._touches.get(type(event), ()):
            names.update(dict.fromkeys(touched(event)))
        return list(names)

    def names(self, session: Session, forum_id: int, args: tuple[int, ...]) -> list[str]:
        """The names of all regions of a snapshot, in order."""
        return [name for contents in self._contents for name in contents(session, forum_id, *args)]

    def is_lasting(self, name: str) -> bool:
        """Whether a region, drawn for everyone alike, stays the same until an event touches it."""
        drawing = self._drawings.get(_shape(name)[0])
        return drawing is not None and drawing.lasting

    def draw(self, session: Session, forum_id: int, name: str) -> Region:
        """One region from the present state. Raises `KeyError` for a name no pattern fits."""
        shape, numbers = _shape(name)
        drawing = self._drawings.get(shape)
        if drawing is None:
            raise KeyError(f"{self.name} has no region {name}")
        html = drawing.draw(session, forum_id, *numbers)
        return Region(name, html.strip(), drawing.within, drawing.first)

    def snapshot(self, session: Session, forum_id: int, args: tuple[int, ...]) -> list[Region]:
        """Every region of the page, drawn afresh."""
        return [self.draw(session, forum_id, name) for name in self.names(session, forum_id, args)]


def apply_regions(page: dict[str, Region], updates: Iterable[Region]) -> dict[str, Region]:
    """What a page shows after `updates`: as the script on the page does it, and the tests."""
    shown = dict(page)
    for region in updates:
        if not region.html:
            shown.pop(region.name, None)
        else:
            shown[region.name] = region
    return shown
