"""The seat ring has one arc for each seat, the first at twelve o'clock."""

import re

import pytest

from core.web.rings import MOST_SEATS, ring_arcs


@pytest.mark.parametrize("seats", range(1, MOST_SEATS + 1))
def test_ring_has_one_arc_for_each_seat(seats: int) -> None:
    assert len(ring_arcs(seats)) == seats


@pytest.mark.parametrize("seats", [0, -1, MOST_SEATS + 1])
def test_table_that_is_not_drawn_has_no_arcs(seats: int) -> None:
    assert ring_arcs(seats) == ()


def test_first_seat_is_at_twelve_and_the_next_is_clockwise() -> None:
    first, second = (tuple(float(n) for n in re.findall(r"-?\d+\.\d\d", arc)) for arc in ring_arcs(8)[:2])
    assert (first[0] + first[2]) / 2 == pytest.approx(32.0)
    assert first[1] < 8
    assert second[0] > first[2]


def test_arcs_of_a_full_table_do_not_touch() -> None:
    arcs = ring_arcs(MOST_SEATS)
    end = [float(n) for n in re.findall(r"-?\d+\.\d\d", arcs[0])][2:]
    start = [float(n) for n in re.findall(r"-?\d+\.\d\d", arcs[1])][:2]
    distance = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
    assert distance > 6.4
