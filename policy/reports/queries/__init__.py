"""Reading what came of a forum: results for everyone, a receipt for each seat."""

from policy.reports.queries.receipt import (
    Journey,
    Path,
    Receipt,
    StepState,
    forums_with_receipts,
    receipt_of_seat,
    seat_by_code,
    seat_by_token,
)
from policy.reports.queries.results import (
    ForumResults,
    ThemePage,
    ThemeResult,
    apart_page,
    results_of_forum,
    theme_page,
)
from policy.reports.queries.room import PeopleSpoken, RoomNumbers, room_numbers

__all__ = [
    "ForumResults",
    "Journey",
    "Path",
    "PeopleSpoken",
    "Receipt",
    "RoomNumbers",
    "StepState",
    "ThemePage",
    "ThemeResult",
    "apart_page",
    "forums_with_receipts",
    "receipt_of_seat",
    "results_of_forum",
    "room_numbers",
    "seat_by_code",
    "seat_by_token",
    "theme_page",
]
