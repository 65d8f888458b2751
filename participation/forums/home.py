"""What the first page shows of other rooms: promises made after a forum, and who is speaking now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Promises:
    """What became of a forum: promises made, of these answered, of these done. Done ones are answered too."""

    made: int
    answered: int
    done: int


class HomeFacts(Protocol):
    """What the follow-up knows of past forums."""

    def promises(self, session: Session, forum_ids: Sequence[int]) -> dict[int, Promises]:
        """The promises of each of these forums that has any."""


class Speaking(Protocol):
    """Who speaks at the tables."""

    def speaking(self, session: Session, forum_id: int) -> frozenset[tuple[int, int]]:
        """The table and place of everyone whose turn runs."""
