"""What is done at the door and with a seat: each checks its own permission, writes, records."""

from participation.seats.codes import device_token, hashed, receipt_token
from participation.seats.operations.cards import print_cards
from participation.seats.operations.door import (
    LONGEST_NAME,
    NO_CODE,
    ROUND,
    Consents,
    Taken,
    add_walk_in,
    free_places,
    open_door,
    placement_of,
    take_seat,
)
from participation.seats.operations.keeping import (
    leave_seat,
    move_seat,
    own_seat,
    rename_seat,
    seat_of,
    take_back,
    take_over,
)

__all__ = [
    "LONGEST_NAME",
    "NO_CODE",
    "ROUND",
    "Consents",
    "Taken",
    "add_walk_in",
    "device_token",
    "free_places",
    "hashed",
    "leave_seat",
    "move_seat",
    "open_door",
    "own_seat",
    "placement_of",
    "print_cards",
    "receipt_token",
    "rename_seat",
    "seat_of",
    "take_back",
    "take_over",
    "take_seat",
]
