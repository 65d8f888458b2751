"""Rewording: a new version, the author's consent noted; stances stand."""

from sqlalchemy.orm import Session

from core.errors import Conflict
from core.events.log import record, salted_digest
from core.i18n import say
from core.permissions import Actor
from facilitation.moderation.models import Deed
from facilitation.moderation.operations.acts import (
    add_version,
    demand_handled,
    demand_open,
    note_act,
    own_proposal,
    wording,
)
from participation.proposals.events import ProposalReworded
from participation.proposals.models import Proposal
from participation.proposals.wording import check_wording


def reword_proposal(
    session: Session, actor: Actor, forum_id: int, proposal_id: int, *, text: str, consented: bool
) -> Proposal:
    """Write a proposal down anew; the earlier wording stays readable.

    Raises `TooLate` outside the evening, `Missing` for another table's, `Conflict` where it is hidden, merged
    or withdrawn, or where the text is the same.
    """
    demand_open(session, forum_id)
    proposal = own_proposal(session, actor, forum_id, proposal_id)
    demand_handled(proposal)
    check_wording(text)
    before = proposal.version
    if wording(proposal, before).text == text:
        raise Conflict("same_text", say("글이 그대로입니다. 고친 뒤에 저장해 주세요."))
    version = add_version(proposal, text, actor, consented=consented)
    table = proposal.table_number
    kept = {"version": before, "after": version.number}
    note_act(session, actor, forum_id, table, deed=Deed.REWORDED, proposal_id=proposal.id, before=kept)
    digest = salted_digest(version.salt, text)
    event = ProposalReworded(proposal=proposal.id, table=table, version=version.number, digest=digest)
    record(session, forum_id, actor.person_key, event)
    return proposal
