"""The figures of the hall: seated, connected, spoken, put forward, voted."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitation.moderation.models import MOST_TOP
from facilitation.stage.queries.hall import counted_segment
from facilitation.tables.models import Turn
from participation.ballots.queries import TurnoutView, open_ballot, turnout_of
from participation.forums.queries import ForumView
from participation.proposals.models import Proposal, ProposalState
from participation.proposals.queries import count_proposals
from participation.seats.queries import count_seated


@dataclass(frozen=True)
class Figures:
    """Numbers of the whole hall. `in_round`: spoken and proposals count the present round only.

    `turnout` is that of the ballot under way, None without one.
    """

    seats: int
    seated: int
    spoken: int
    proposals: int
    finished: int
    tables: int
    in_round: bool
    turnout: TurnoutView | None


def figures(session: Session, forum: ForumView) -> Figures:
    """The figures as they stand."""
    segment_id, ballot = counted_segment(forum), open_ballot(session, forum.id)
    spoken = select(func.count(Turn.seat_id.distinct())).where(Turn.forum_id == forum.id)
    if segment_id is not None:
        spoken = spoken.where(Turn.segment_id == segment_id)
    return Figures(
        seats=forum.seats,
        seated=count_seated(session, forum.id),
        spoken=session.scalars(spoken).one(),
        proposals=sum(count_proposals(session, forum.id, segment_id=segment_id).values()),
        finished=_finished(session, forum, segment_id),
        tables=forum.tables,
        in_round=segment_id is not None,
        turnout=turnout_of(session, ballot.id) if ballot else None,
    )


def _finished(session: Session, forum: ForumView, segment_id: int | None) -> int:
    """How many tables have chosen their proposals for share-back in the present round."""
    if segment_id is None:
        return 0
    wanted = (
        select(Proposal.table_number)
        .where(
            Proposal.forum_id == forum.id,
            Proposal.segment_id == segment_id,
            Proposal.top,
            Proposal.state == ProposalState.SHOWN,
        )
        .group_by(Proposal.table_number)
        .having(func.count() >= MOST_TOP)
    )
    return len(session.scalars(wanted).all())
