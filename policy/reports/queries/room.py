"""Who was in the room, as numbers only."""

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from participation.forums.queries import ForumView
from participation.proposals.models import Proposal, ProposalOrigin, ProposalState, Stance
from participation.seats.models import Placement, Seat, SeatOrigin
from policy.themes.queries import ENOUGH_ANSWERS

FILED = (ProposalState.SHOWN, ProposalState.PARKED, ProposalState.HIDDEN, ProposalState.MERGED)


class PeopleSpoken(Protocol):
    """How many different people had a turn; known to the tables, wired by the application."""

    def __call__(self, session: Session, forum_id: int, /) -> int: ...


@dataclass(frozen=True)
class RoomNumbers:
    """The room in numbers. Stances are None where fewer than five people took any."""

    places: int
    people: int
    walk_ins: int
    tables: int
    tables_used: int
    spoke: int
    proposed: int
    by_phone: int
    spoken: int
    stances: int | None
    stance_people: int | None

    @property
    def proposals(self) -> int:
        """What was put forward, by phone or typed for a speaker; what was made by merging is not counted again."""
        return self.by_phone + self.spoken


def room_numbers(session: Session, forum: ForumView, people_spoken: PeopleSpoken) -> RoomNumbers:
    """Five queries and one of the tables'."""
    origins = session.execute(select(Seat.origin, func.count()).where(Seat.forum_id == forum.id).group_by(Seat.origin))
    people = {str(row[0]): int(row[1]) for row in origins}
    used = select(func.count(Placement.table_number.distinct())).where(Placement.forum_id == forum.id)
    filed = session.execute(
        select(Proposal.origin, func.count())
        .where(Proposal.forum_id == forum.id, Proposal.state.in_(FILED))
        .group_by(Proposal.origin)
    )
    by_origin = {str(row[0]): int(row[1]) for row in filed}
    authors = select(func.count(Proposal.seat_id.distinct())).where(
        Proposal.forum_id == forum.id, Proposal.state.in_(FILED)
    )
    stances, stance_people = session.execute(
        select(func.count(), func.count(Stance.seat_id.distinct()))
        .select_from(Stance)
        .join(Proposal, Proposal.id == Stance.proposal_id)
        .where(Proposal.forum_id == forum.id)
    ).one()
    enough = stance_people >= ENOUGH_ANSWERS
    return RoomNumbers(
        places=forum.seats,
        people=sum(people.values()),
        walk_ins=people.get(SeatOrigin.WALK_IN, 0),
        tables=forum.tables,
        tables_used=session.scalars(used).one(),
        spoke=people_spoken(session, forum.id),
        proposed=session.scalars(authors).one(),
        by_phone=by_origin.get(ProposalOrigin.PHONE, 0),
        spoken=by_origin.get(ProposalOrigin.SPOKEN, 0),
        stances=stances if enough else None,
        stance_people=stance_people if enough else None,
    )
