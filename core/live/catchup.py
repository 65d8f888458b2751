"""Catch-up: from the last number a page saw of each stream to what it has to redraw."""

from typing import Any

from sqlalchemy.orm import Session

from core import clock
from core.events.known import known
from core.events.log import heads, since
from core.live.regions import Region, Surface, Watch

MOST_MISSED = 200


def catch_up(session: Session, surface: Surface, forum_id: int, watch: Watch, seen: dict[str, int]) -> dict[str, Any]:
    """What a page that saw `seen` (stream to number) has to redraw.

    Returns `streams` (the numbers it then stands at), `regions`, `now` (milliseconds) and `full`: whether the
    regions are all there are, because too much was missed or nothing was seen yet.
    """
    now_at = heads(session, forum_id, watch.streams)
    names = _missed(session, surface, forum_id, now_at, seen)
    if names is None:
        regions = surface.snapshot(session, forum_id, watch.args)
    else:
        regions = [surface.draw(session, forum_id, name) for name in names]
    return _answer(now_at, regions, full=names is None)


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
            names.update(dict.fromkeys(_touched(session, surface, forum_id, stream, seen[stream], number)))
    return list(names)


def _touched(session: Session, surface: Surface, forum_id: int, stream: str, seen: int, number: int) -> tuple[str, ...]:
    """The regions that a stretch of a stream touched: what happened never changes, and a whole hall missed the same."""

    def read() -> tuple[str, ...]:
        missed = since(session, forum_id, stream, seen, number - seen)
        return tuple(dict.fromkeys(name for item in missed for name in surface.touched(item.event)))

    return known(session, forum_id, (), ("touched", surface.name, stream, seen, number), read)


def _answer(now_at: dict[str, int], regions: list[Region], *, full: bool) -> dict[str, Any]:
    wire = [region.wire() for region in regions]
    return {"streams": now_at, "regions": wire, "full": full, "now": int(clock.now().timestamp() * 1000)}
