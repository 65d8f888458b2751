"""What the screen shows of themes. Themes belong to another house: the application hands a board in."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy.orm import Session

MOST_ROWS = 6


class ThemeRow(Protocol):
    """One theme: its name, one quotation an analyst picked (else empty), and its counts."""

    @property
    def name(self) -> str: ...
    @property
    def quote(self) -> str: ...
    @property
    def tables(self) -> int: ...
    @property
    def proposals(self) -> int: ...
    @property
    def dissent(self) -> int: ...


class Themes(Protocol):
    """All themes with the most proposals first, how many tables there are, and what stands in none yet."""

    @property
    def rows(self) -> Sequence[ThemeRow]: ...
    @property
    def tables_total(self) -> int: ...
    @property
    def unplaced(self) -> int: ...


class ThemeBoard(Protocol):
    """Reads the themes of a forum: as they form, or (`frozen`) as the desk last fixed them for the room."""

    def __call__(self, session: Session, forum_id: int, *, frozen: bool) -> Themes: ...


_board: ThemeBoard | None = None


def use_board(board: ThemeBoard) -> None:
    """Show the themes of this board."""
    global _board
    _board = board


def themes_now(session: Session, forum_id: int, *, frozen: bool) -> Themes | None:
    """The themes of a forum, or None where no board was handed in."""
    return _board(session, forum_id, frozen=frozen) if _board is not None else None
