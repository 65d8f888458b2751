"""Hiding with a reason, and restoring. A text with a telephone number in it can be hidden after the evening too."""

from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict
from core.events.log import record
from core.i18n import say
from core.permissions import Actor
from facilitation.moderation.models import Deed
from facilitation.moderation.operations.acts import (
    OPEN_AND_AFTER,
    demand_handled,
    demand_open,
    note_act,
    own_proposal,
)
from participation.proposals.events import ProposalHidden, ProposalRestored
from participation.proposals.models import Proposal, ProposalState


def hide_proposal(session: Session, actor: Actor, forum_id: int, proposal_id: int, *, reason: str) -> Proposal:
    """Show its reason in place of its text, everywhere.

    Raises `TooLate` before the evening, `Missing` for another table's, `Conflict` where it is hidden already,
    merged or withdrawn.
    """
    demand_open(session, forum_id, OPEN_AND_AFTER)
    proposal = own_proposal(session, actor, forum_id, proposal_id)
    demand_handled(proposal)
    before = {"state": proposal.state, "top": proposal.top}
    proposal.state, proposal.hidden_reason, proposal.top = ProposalState.HIDDEN, reason, False
    proposal.hidden_by, proposal.hidden_at = actor.person_key, clock.now()
    table = proposal.table_number
    note_act(session, actor, forum_id, table, deed=Deed.HIDDEN, proposal_id=proposal.id, before=before)
    record(session, forum_id, actor.person_key, ProposalHidden(proposal=proposal.id, table=table))
    return proposal


def restore_proposal(session: Session, actor: Actor, forum_id: int, proposal_id: int) -> Proposal:
    """Show a hidden proposal again; why it was hidden stays on record.

    Raises `TooLate` before the evening, `Missing` for another table's, `Conflict` where it is not hidden.
    """
    demand_open(session, forum_id, OPEN_AND_AFTER)
    proposal = own_proposal(session, actor, forum_id, proposal_id)
    if proposal.state != ProposalState.HIDDEN:
        raise Conflict("not_hidden", say("가린 제안이 아닙니다."))
    proposal.state = ProposalState.SHOWN
    table = proposal.table_number
    note_act(session, actor, forum_id, table, deed=Deed.RESTORED, proposal_id=proposal.id, before={})
    record(session, forum_id, actor.person_key, ProposalRestored(proposal=proposal.id, table=table))
    return proposal
