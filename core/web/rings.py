"""The geometry of the seat ring: one arc for each seat of a round table, seat 1 at twelve o'clock, clockwise."""

from functools import lru_cache
from math import cos, radians, sin

MOST_SEATS = 12
"""A table with more seats is drawn as its number only."""

CENTRE = 32.0
RADIUS = 26.0
RADIUS_SPEAKING = 27.2
"""The speaker's arc is thicker towards the outside, so its middle line lies further out."""

_GAP_AND_CAPS = 25.0
_SHORTEST_ARC = 4.0


@lru_cache(maxsize=64)
def ring_arcs(seats: int, radius: float = RADIUS) -> tuple[str, ...]:
    """Return one SVG path for each seat, in a view box of 64 x 64.

    The angle left between two arcs (25 degrees) holds the round caps of a stroke of 6.4 and a visible gap.
    Returns an empty tuple for no seats and for more than `MOST_SEATS`.
    """
    if not 0 < seats <= MOST_SEATS:
        return ()
    slot = 360 / seats
    half = max(slot - _GAP_AND_CAPS, _SHORTEST_ARC) / 2
    return tuple(_arc(slot * place - half, slot * place + half, radius) for place in range(seats))


def _arc(start: float, end: float, radius: float) -> str:
    """Return the path of an arc between two angles in degrees, measured clockwise from twelve o'clock."""
    x1, y1 = _point(start, radius)
    x2, y2 = _point(end, radius)
    large = int(end - start > 180)
    return f"M{x1:.2f} {y1:.2f}A{radius:g} {radius:g} 0 {large} 1 {x2:.2f} {y2:.2f}"


def _point(angle: float, radius: float) -> tuple[float, float]:
    turned = radians(angle)
    return CENTRE + radius * sin(turned), CENTRE - radius * cos(turned)
