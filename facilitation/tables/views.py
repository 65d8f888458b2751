"""The console of a table, and its sheets as pages of their own."""

from typing import Any

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from core.errors import Missing
from core.i18n import say
from core.permissions import check, requires
from core.web.context import actor, database, forum_at_hand, services
from core.web.live_pages import live_page
from facilitation.moderation import sockets as moderation_commands
from facilitation.moderation.forms import HIDE_REASONS, MARKS, CaptureForm, HideForm, MergeForm, RewordForm
from facilitation.moderation.permissions import may_run_table, may_watch_table
from facilitation.moderation.queries import TableProposal, table_proposals
from facilitation.tables import sockets as table_commands
from facilitation.tables.forms import REASONS
from facilitation.tables.fragments import CONSOLE
from facilitation.tables.queries import TableView, table_view
from participation.proposals.models import LONGEST, ProposalState
from participation.seats import sockets as seat_commands
from participation.seats.forms import WalkInForm

blueprint = Blueprint("tables", __name__)
LIVE_COMMANDS = (moderation_commands, table_commands, seat_commands)
TITLES = {
    "more": say("이 제안으로 할 일"),
    "reword": say("글 다듬기"),
    "merge": say("다른 제안과 합치기"),
    "hide": say("제안 가리기"),
}
HINTS = {
    "reword": say("말한 분께 여쭙고, 뜻은 그대로 둡니다."),
    "merge": say("두 글 모두 남고, 찬성과 반대가 같은 분은 그대로 이어집니다."),
    "hide": say("아래 까닭이 있을 때만 가립니다. 고르신 까닭은 모두에게 보입니다."),
}


def _table(number: int) -> TableView:
    """The table of the path as it stands. Raises `Missing` where the forum has no such table, `Forbidden`."""
    forum_id = int(forum_at_hand() or 0)
    check(may_watch_table(actor(), forum_id, number))
    with database().reading() as session:
        view = table_view(session, forum_id, number)
    if not 1 <= number <= view.forum.tables:
        raise Missing("no_table", say("그런 테이블이 없습니다."))
    return view


def _proposals(view: TableView) -> tuple[TableProposal, ...]:
    with database().reading() as session:
        return table_proposals(session, view.forum.id, view.table)


@blueprint.get("/forums/<slug>/tables/<int:number>")
@requires("forum.facilitate")
def console(slug: str, number: int) -> ResponseReturnValue:
    """The console: seats, the turn that runs, capture, proposals."""
    view = _table(number)
    page = live_page(CONSOLE, actor(), view.forum.id, {"table": str(number)})
    form = CaptureForm()
    form.text.id = "said"
    values: dict[str, Any] = {"view": view, "page": page, "form": form, "most": LONGEST, "reasons": REASONS}
    values["zone"] = services().settings.city.zone
    return render_template(
        "facilitation/tables/console.html", may_run=may_run_table(actor(), view.forum.id, number), **values
    )


def _sheet(view: TableView, part: str, title: object, hint: object = "", **values: Any) -> str:
    asked = {"view": view, "part": part, "title": title, "hint": hint, "most": LONGEST}
    return render_template("facilitation/tables/sheet.html", **asked, **values)


@blueprint.get("/forums/<slug>/tables/<int:number>/help")
@requires("forum.facilitate")
def help_sheet(slug: str, number: int) -> ResponseReturnValue:
    """Calling for help."""
    hint = say("무대와 도우미에게만 보입니다.")
    return _sheet(_table(number), "help", say("무엇을 도와드릴까요?"), hint, reasons=REASONS)


@blueprint.get("/forums/<slug>/tables/<int:number>/seats")
@requires("forum.facilitate")
def seats_sheet(slug: str, number: int) -> ResponseReturnValue:
    """Adding a seat for someone without a phone; correcting names."""
    return _sheet(_table(number), "seats", say("자리"), form=WalkInForm())


@blueprint.get("/forums/<slug>/tables/<int:number>/top")
@requires("forum.facilitate")
def top_sheet(slug: str, number: int) -> ResponseReturnValue:
    """Choosing three proposals for share-back."""
    view = _table(number)
    shown = tuple(one for one in _proposals(view) if one.state is ProposalState.SHOWN)
    chosen = sum(one.top for one in shown)
    hint = say("테이블에서 함께 고른 제안을 표시합니다. 함께 보기 시간에 이 세 제안을 읽습니다.")
    return _sheet(view, "top", say("세 제안 고르기"), hint, proposals=shown, chosen=chosen)


@blueprint.get("/forums/<slug>/tables/<int:number>/proposals/<int:proposal_id>/<part>")
@requires("forum.facilitate")
def proposal_sheet(slug: str, number: int, proposal_id: int, part: str) -> ResponseReturnValue:
    """What can be done to one proposal: `more`, `reword`, `merge`, `hide`."""
    if part not in TITLES:
        abort(404)
    view = _table(number)
    handled = [one for one in _proposals(view) if one.state in (ProposalState.SHOWN, ProposalState.PARKED)]
    found = next((one for one in handled if one.id == proposal_id), None)
    if found is None:
        raise Missing("no_proposal", say("그런 제안이 없습니다."))
    reword, merge = RewordForm(data={"text": found.text}), MergeForm()
    reword.text.id, merge.text.id = "reword-text", "merge-text"
    forms = {"reword": reword, "merge": merge, "hide": HideForm()}
    others = tuple(one for one in handled if one.id != proposal_id)
    values = {"p": found, "form": forms.get(part), "others": others, "marks": MARKS, "hide_reasons": HIDE_REASONS}
    return _sheet(view, part, TITLES[part], HINTS.get(part, ""), **values)
