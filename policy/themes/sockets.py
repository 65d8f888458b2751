"""Live commands of the theme desk, and the one that residents have."""

from typing import Any

from sqlalchemy.orm import Session

from core.i18n import say
from core.live.commands import command
from core.permissions import Actor
from policy.themes import operations
from policy.themes.forms import (
    BothForm,
    FreezeForm,
    MakeForm,
    MarkForm,
    MergeForm,
    MissingForm,
    MoveForm,
    PlainForm,
    ProposalForm,
    QuoteForm,
    RenameForm,
    ReportForm,
    SplitForm,
    SuggestionForm,
    ThemeForm,
)

DESK = "forum.analyse"
Answer = dict[str, Any]


@command("theme.move", form=MoveForm, permission=DESK, done=say("옮겼습니다."))
def move(session: Session, actor: Actor, forum_id: int, form: MoveForm) -> Answer:
    operations.move_proposals(session, actor, forum_id, form.picked(), form.number_of("to") or None)
    return {}


@command("theme.both", form=BothForm, permission=DESK, done=say("두 묶음에 두었습니다."))
def both(session: Session, actor: Actor, forum_id: int, form: BothForm) -> Answer:
    ids = form.number_of("proposal"), form.number_of("first"), form.number_of("second")
    operations.keep_in_both(session, actor, forum_id, *ids)
    return {}


@command("theme.make", form=MakeForm, permission=DESK, done=say("새 묶음을 만들었습니다."))
def make(session: Session, actor: Actor, forum_id: int, form: MakeForm) -> Answer:
    theme = operations.make_theme(session, actor, forum_id, label=form.text_of("label"), proposal_ids=form.picked())
    return {"theme": theme.id}


@command("theme.split", form=SplitForm, permission=DESK, done=say("나누어 새 묶음을 만들었습니다."))
def split(session: Session, actor: Actor, forum_id: int, form: SplitForm) -> Answer:
    source, label = form.number_of("source"), form.text_of("label")
    made = operations.split_theme(session, actor, forum_id, source, proposal_ids=form.picked(), label=label)
    return {"theme": made.id}


@command("theme.merge", form=MergeForm, permission=DESK, done=say("두 묶음을 합쳤습니다."))
def merge(session: Session, actor: Actor, forum_id: int, form: MergeForm) -> Answer:
    theme = operations.merge_themes(session, actor, forum_id, form.number_of("theme"), form.number_of("source"))
    return {"theme": theme.id}


@command("theme.drop", form=ThemeForm, permission=DESK, done=say("빈 묶음을 지웠습니다."))
def drop(session: Session, actor: Actor, forum_id: int, form: ThemeForm) -> Answer:
    operations.drop_theme(session, actor, forum_id, form.number_of("theme"))
    return {}


@command("theme.rename", form=RenameForm, permission=DESK, done=say("이름을 바꾸었습니다."))
def rename(session: Session, actor: Actor, forum_id: int, form: RenameForm) -> Answer:
    operations.rename_as_read(session, actor, forum_id, form.number_of("theme"), form.text_of("label"))
    return {}


@command("theme.pin", form=MarkForm, permission=DESK, done=say("고정을 바꾸었습니다."))
def pin(session: Session, actor: Actor, forum_id: int, form: MarkForm) -> Answer:
    operations.pin_theme(session, actor, forum_id, form.number_of("theme"), pinned=form.is_ticked("on"))
    return {}


@command("theme.review", form=MarkForm, permission=DESK, done=say("다 읽음 표시를 바꾸었습니다."))
def review(session: Session, actor: Actor, forum_id: int, form: MarkForm) -> Answer:
    operations.review_theme(session, actor, forum_id, form.number_of("theme"), reviewed=form.is_ticked("on"))
    return {}


@command("theme.quote", form=QuoteForm, permission=DESK, done=say("대표 글을 정했습니다."))
def quote(session: Session, actor: Actor, forum_id: int, form: QuoteForm) -> Answer:
    proposal = form.number_or_none("proposal")
    operations.choose_quote(session, actor, forum_id, form.number_of("theme"), proposal)
    return {}


@command("theme.claim", form=ProposalForm, permission=DESK, done=say("이 제안을 보고 있습니다."))
def claim(session: Session, actor: Actor, forum_id: int, form: ProposalForm) -> Answer:
    operations.claim(session, actor, forum_id, form.number_of("proposal"))
    return {}


@command("theme.release", form=ProposalForm, permission=DESK, done=say("다른 분이 볼 수 있습니다."))
def release(session: Session, actor: Actor, forum_id: int, form: ProposalForm) -> Answer:
    operations.release(session, actor, forum_id, form.number_of("proposal"))
    return {}


@command("theme.suggestion", form=SuggestionForm, permission=DESK, done=say("처리했습니다."))
def suggestion(session: Session, actor: Actor, forum_id: int, form: SuggestionForm) -> Answer:
    if form.text_of("answer") == "take":
        theme = operations.take_suggestion(session, actor, forum_id, form.number_of("suggestion"))
        return {"theme": theme.id}
    operations.leave_suggestion(session, actor, forum_id, form.number_of("suggestion"))
    return {}


@command(
    "theme.regroup", form=PlainForm, permission=DESK, done=say("다시 묶고 있습니다. 사람이 둔 제안은 그대로 둡니다.")
)
def regroup(session: Session, actor: Actor, forum_id: int, form: PlainForm) -> Answer:
    operations.ask_to_regroup(session, actor, forum_id)
    return {}


@command("theme.freeze", form=FreezeForm, permission=DESK, done=say("고정했습니다. 화면에 보낼 수 있습니다."))
def freeze(session: Session, actor: Actor, forum_id: int, form: FreezeForm) -> Answer:
    version = operations.freeze_version(session, actor, forum_id, settled=form.is_ticked("settled"))
    return {"version": version.number}


@command("theme.undo", form=PlainForm, permission=DESK, done=say("되돌렸습니다."))
def undo(session: Session, actor: Actor, forum_id: int, form: PlainForm) -> Answer:
    return {"undone": operations.undo(session, actor, forum_id)}


@command("theme.missing", form=MissingForm, permission="seat.held", done=say("분석팀에 알렸습니다. 고맙습니다."))
def missing(session: Session, actor: Actor, forum_id: int, form: MissingForm) -> Answer:
    report = operations.report_missing(session, actor, forum_id, form.text_of("text"))
    return {"report": report.id}


@command("theme.resolve", form=ReportForm, permission=DESK, done=say("처리한 것으로 표시했습니다."))
def resolve(session: Session, actor: Actor, forum_id: int, form: ReportForm) -> Answer:
    operations.resolve_missing(session, actor, forum_id, form.number_of("report"))
    return {}
