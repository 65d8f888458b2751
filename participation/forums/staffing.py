"""What forums ask about the people at their tables; answered by the package that trains and assigns them."""

from datetime import date
from typing import Protocol

from sqlalchemy.orm import Session


class Staffing(Protocol):
    """Who runs which table."""

    def tables_staffed(self, session: Session, forum_id: int) -> frozenset[int]:
        """The numbers of the tables that have a facilitator."""

    def uncertified_on(self, session: Session, forum_id: int, day: date) -> list[str]:
        """The names of those on a table whose certificate does not cover this day."""

    def tables_of_person(self, session: Session, person_id: int) -> dict[int, list[int]]:
        """The tables this person runs, by forum."""
