"""Live commands on a table's proposals: capture, mark, reword, merge, hide, restore, undo."""

from typing import Any

from sqlalchemy.orm import Session

from core.i18n import say
from core.live.commands import command
from core.permissions import Actor
from facilitation.moderation import operations
from facilitation.moderation.forms import (
    CaptureForm,
    HideForm,
    MarkForm,
    MergeForm,
    ProposalForm,
    RewordForm,
    TableForm,
)
from facilitation.moderation.models import Deed, Mark
from facilitation.moderation.operations.merging import MergeDraft
from participation.proposals.operations import Capture

FACILITATES = "forum.facilitate"
TAKEN_BACK = {
    Deed.CAPTURED: say("올린 제안을 거두었습니다."),
    Deed.REWORDED: say("다듬기 전 글로 되돌렸습니다."),
    Deed.MARKED: say("표시를 되돌렸습니다."),
    Deed.MERGED: say("합치기를 되돌렸습니다."),
    Deed.HIDDEN: say("가린 제안을 다시 보입니다."),
    Deed.RESTORED: say("제안을 다시 가렸습니다."),
}


@command("proposal.capture", form=CaptureForm, permission=FACILITATES, done=say("올렸습니다."))
def capture(session: Session, actor: Actor, forum_id: int, form: CaptureForm) -> dict[str, Any]:
    table = form.number_of("table")
    said = Capture(
        text=form.text_of("text"),
        seat_id=form.number_or_none("seat"),
        verbatim=form.text_of("wording") == "verbatim",
        read_back=form.is_ticked("read_back"),
        dissent=form.is_ticked("dissent"),
        parked=form.is_ticked("parked"),
    )
    segment_id = form.number_or_none("segment")
    proposal = operations.capture_statement(session, actor, forum_id, table, said, segment_id=segment_id)
    return {"proposal": proposal.id}


@command("proposal.mark", form=MarkForm, permission=FACILITATES, done=say("표시를 바꿨습니다."))
def mark(session: Session, actor: Actor, forum_id: int, form: MarkForm) -> dict[str, Any]:
    wanted, on = Mark(form.text_of("mark")), form.is_ticked("on")
    proposal_id = form.number_of("proposal")
    return {"proposal": operations.mark_proposal(session, actor, forum_id, proposal_id, mark=wanted, on=on).id}


@command("proposal.reword", form=RewordForm, permission=FACILITATES, done=say("다듬은 글을 올렸습니다."))
def reword(session: Session, actor: Actor, forum_id: int, form: RewordForm) -> dict[str, Any]:
    text, consented = form.text_of("text"), form.is_ticked("consented")
    proposal_id = form.number_of("proposal")
    found = operations.reword_proposal(session, actor, forum_id, proposal_id, text=text, consented=consented)
    return {"proposal": found.id}


@command("proposal.merge", form=MergeForm, permission=FACILITATES, done=say("비슷한 제안을 하나로 모았습니다."))
def merge(session: Session, actor: Actor, forum_id: int, form: MergeForm) -> dict[str, Any]:
    draft = MergeDraft(form.proposals.numbers, form.number_or_none("keep"), form.text_of("text"))
    return {"proposal": operations.merge_proposals(session, actor, forum_id, draft).id}


@command("proposal.hide", form=HideForm, permission=FACILITATES, done=say("제안을 가렸습니다."))
def hide(session: Session, actor: Actor, forum_id: int, form: HideForm) -> dict[str, Any]:
    proposal_id = form.number_of("proposal")
    return {"proposal": operations.hide_proposal(session, actor, forum_id, proposal_id, reason=form.sentence).id}


@command("proposal.restore", form=ProposalForm, permission=FACILITATES, done=say("제안을 다시 보입니다."))
def restore(session: Session, actor: Actor, forum_id: int, form: ProposalForm) -> dict[str, Any]:
    return {"proposal": operations.restore_proposal(session, actor, forum_id, form.number_of("proposal")).id}


@command("console.undo", form=TableForm, permission=FACILITATES, done=say("되돌렸습니다."))
def undo(session: Session, actor: Actor, forum_id: int, form: TableForm) -> dict[str, Any]:
    deed = operations.undo_last(session, actor, forum_id, form.number_of("table"))
    return {"deed": deed.value, "said": str(TAKEN_BACK[deed])}
