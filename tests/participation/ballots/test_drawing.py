"""The order of options: drawn once for each seat, kept, and the same on the phone's own script."""

import re
from collections import Counter
from pathlib import Path

from participation.ballots.drawing import draw_number, drawn_order

SCRIPT = Path(__file__).resolve().parents[3] / "static" / "js" / "ballot.js"
NUMBERS = list(range(1, 9))


def test_a_seat_keeps_its_order_and_seats_differ() -> None:
    assert drawn_order(7, 1, NUMBERS) == drawn_order(7, 1, list(reversed(NUMBERS)))
    assert len({tuple(drawn_order(seat, 1, NUMBERS)) for seat in range(1, 201)}) > 190
    assert drawn_order(7, 1, NUMBERS) != drawn_order(7, 2, NUMBERS)


def test_every_option_comes_first_about_as_often() -> None:
    first = Counter(drawn_order(seat, 3, NUMBERS)[0] for seat in range(1, 4001))
    assert min(first.values()) > 400
    assert max(first.values()) < 600


def test_the_script_draws_with_the_same_numbers() -> None:
    assert [draw_number(text) for text in ("", "1.1.1", "62.3.8")] == [2872998923, 715318586, 3606248880]
    script = SCRIPT.read_text(encoding="utf-8")
    constants = re.search(r"function drawNumber\(text\) \{.*?\n\}", script, re.DOTALL)
    assert constants is not None
    for number in ("0x811c9dc5", "0x01000193", "0x85ebca6b", "0xc2b2ae35"):
        assert number in constants[0]
