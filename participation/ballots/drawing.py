"""The order in which a seat sees the options: drawn once from seat and ballot, so that it stays the same.

`static/js/ballot.js` draws the same order with the same numbers.
"""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
_WORD = 0xFFFFFFFF


def draw_number(text: str) -> int:
    """A number of 32 bits for a short text: FNV-1a, then MurmurHash3's finisher, so that every bit counts."""
    number = 0x811C9DC5
    for byte in text.encode("ascii"):
        number = ((number ^ byte) * 0x01000193) & _WORD
    number ^= number >> 16
    number = (number * 0x85EBCA6B) & _WORD
    number ^= number >> 13
    number = (number * 0xC2B2AE35) & _WORD
    return number ^ (number >> 16)


def drawn_order(seat_id: int, ballot_id: int, numbers: Sequence[int]) -> list[int]:
    """The option numbers in this seat's order."""
    return sorted(numbers, key=lambda number: (draw_number(f"{seat_id}.{ballot_id}.{number}"), number))
