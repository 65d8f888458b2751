"""Marks: read back, dissent, verbatim, one of the table's three, parked."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.events.log import record
from core.i18n import say
from core.permissions import Actor
from facilitation.moderation.models import MOST_TOP, Deed, Mark
from facilitation.moderation.operations.acts import demand_handled, demand_open, note_act, own_proposal
from participation.proposals.events import ProposalMarked
from participation.proposals.models import Proposal, ProposalState


def _top_of_table(session: Session, proposal: Proposal) -> int:
    wanted = select(func.count()).where(
        Proposal.forum_id == proposal.forum_id,
        Proposal.table_number == proposal.table_number,
        Proposal.top,
        Proposal.state == ProposalState.SHOWN,
    )
    return session.scalars(wanted).one()


def has_room_at_top(session: Session, proposal: Proposal) -> bool:
    """Whether the table has fewer than three picked for share-back."""
    return _top_of_table(session, proposal) < MOST_TOP


def put_mark(proposal: Proposal, mark: Mark, on: bool) -> dict[str, str | bool]:
    """Set the mark; returns what it was before. A parked proposal is not among the three."""
    was: dict[str, str | bool] = {"mark": mark, "on": has_mark(proposal, mark), "top": proposal.top}
    if mark is Mark.PARKED:
        proposal.state = ProposalState.PARKED if on else ProposalState.SHOWN
        proposal.top = proposal.top and not on
    else:
        setattr(proposal, mark, on)
    return was


def has_mark(proposal: Proposal, mark: Mark) -> bool:
    """Whether the proposal carries this mark."""
    return proposal.state == ProposalState.PARKED if mark is Mark.PARKED else bool(getattr(proposal, mark))


def mark_proposal(session: Session, actor: Actor, forum_id: int, proposal_id: int, *, mark: Mark, on: bool) -> Proposal:
    """Put a mark on a proposal or take it away; the same again changes nothing.

    Raises `TooLate` outside the evening, `Missing` for another table's, `Conflict` where it is hidden, merged
    or withdrawn, where three are picked already, or where a parked one is picked.
    """
    demand_open(session, forum_id)
    proposal = own_proposal(session, actor, forum_id, proposal_id)
    demand_handled(proposal)
    if has_mark(proposal, mark) == on:
        return proposal
    if mark is Mark.TOP and on:
        if proposal.state != ProposalState.SHOWN:
            raise Conflict("parked", say("보관함에 있는 제안입니다. 먼저 목록으로 꺼내 주세요."))
        if not has_room_at_top(session, proposal):
            raise Conflict("three", say("세 제안을 모두 고르셨습니다. 하나를 빼고 골라 주세요."))
    before = put_mark(proposal, mark, on)
    table = proposal.table_number
    note_act(session, actor, forum_id, table, deed=Deed.MARKED, proposal_id=proposal.id, before=before)
    record(session, forum_id, actor.person_key, ProposalMarked(proposal=proposal.id, table=table))
    return proposal
