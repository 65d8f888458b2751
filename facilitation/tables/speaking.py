"""Who speaks at the tables, for pages that draw them from outside."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitation.tables.models import Turn, TurnState
from participation.seats.models import Placement


class RunningTurns:
    """`participation.forums.home.Speaking`, answered from the turns that run."""

    def speaking(self, session: Session, forum_id: int) -> frozenset[tuple[int, int]]:
        """The table and place of everyone whose turn runs, paused ones included."""
        wanted = (
            select(Turn.table_number, Placement.place)
            .join(Placement, (Placement.seat_id == Turn.seat_id) & (Placement.table_number == Turn.table_number))
            .where(Turn.forum_id == forum_id, Turn.state != TurnState.DONE)
        )
        return frozenset((table, place) for table, place in session.execute(wanted))
