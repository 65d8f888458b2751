"""Who is trained, and who runs which table."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitation.training.models import TableAssignment


def tables_of(session: Session, forum_id: int, person_id: int) -> frozenset[int]:
    """The numbers of the tables this person runs in a forum."""
    wanted = select(TableAssignment.table_number).where(
        TableAssignment.forum_id == forum_id, TableAssignment.person_id == person_id
    )
    return frozenset(session.scalars(wanted))
