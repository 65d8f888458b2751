"""Catch-up: from the last number a page saw of each stream to what it has to redraw."""

from typing import Any

from sqlalchemy.orm import Session

from core import clock
from core.events.known import seen_heads
from core.live.regions import Surface, Watch
from core.live.touched import Drawer, stretch
from core.metrics import MISSED, WHOLE

MOST_MISSED = 200


def catch_up(session: Session, surface: Surface, forum_id: int, watch: Watch, seen: dict[str, int]) -> dict[str, Any]:
    """What a page that saw `seen` (stream to number) has to redraw.

    Returns `streams` (the numbers it then stands at), `regions`, `now` (milliseconds) and `full`: whether the
    regions are all there are, because too much was missed or nothing was seen yet.
    """
    now_at = seen_heads(session, forum_id, watch.streams)
    missed = _missed(session, surface, forum_id, now_at, seen)
    (WHOLE if missed is None else MISSED).inc()
    names = surface.names(session, forum_id, watch.args) if missed is None else missed
    drawer = Drawer(session, surface, forum_id, now_at)
    wire = [drawer.draw(name).wire() for name in names]
    return {"streams": now_at, "regions": wire, "full": missed is None, "now": int(clock.now().timestamp() * 1000)}


def _missed(
    session: Session, surface: Surface, forum_id: int, now_at: dict[str, int], seen: dict[str, int]
) -> list[str] | None:
    names: dict[str, None] = {}
    missed = 0
    for stream, number in now_at.items():
        if stream not in seen or seen[stream] > number:
            return None
        missed += number - seen[stream]
        if missed > MOST_MISSED:
            return None
        if number > seen[stream]:
            known = stretch(session, surface, forum_id, stream, seen=seen[stream], now_at=number)
            names.update(dict.fromkeys(known.names(seen[stream])))
    return list(names)
