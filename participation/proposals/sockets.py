"""Live commands of residents: put a proposal forward, take a stance."""

from typing import Any

from sqlalchemy.orm import Session

from core.i18n import say
from core.live.commands import command
from core.permissions import Actor
from participation.proposals import operations
from participation.proposals.forms import ProposalForm, StanceForm
from participation.proposals.models import StanceValue


@command("proposal.submit", form=ProposalForm, permission="seat.held", done=say("제안을 보냈습니다."))
def submit(session: Session, actor: Actor, forum_id: int, form: ProposalForm) -> dict[str, Any]:
    segment_id = form.number_or_none("segment")
    proposal = operations.submit_proposal(session, actor, forum_id, form.text_of("text"), segment_id=segment_id)
    return {"proposal": proposal.id}


@command("stance.take", form=StanceForm, permission="seat.held", done=say("뜻을 표시했습니다."))
def take(session: Session, actor: Actor, forum_id: int, form: StanceForm) -> dict[str, Any]:
    value = StanceValue(form.text_of("stance"))
    order = {"counter": form.number_or_none("counter"), "version": form.number_or_none("version")}
    stance = operations.take_stance(session, actor, forum_id, form.number_of("proposal"), value, **order)
    return {"proposal": stance.proposal_id, "stance": stance.value, "version": stance.version}
