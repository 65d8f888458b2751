"""Following up: themes that wait, and each commitment's state, answer and text."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.errors import DomainError, Missing
from core.forms import choices_of
from core.i18n import Message, say
from core.i18n.dates import format_date
from core.permissions import Actor, requires
from core.web.context import actor, actor_in, database, forum_at_hand
from participation.forums.models import ForumState
from participation.forums.queries import ForumView, forums, the_forum
from policy.commitments.forms import (
    AnswerForm,
    ChangeForm,
    CommitmentForm,
    TextForm,
    fit_states,
    places,
    show_in_fields,
)
from policy.commitments.operations import Change, change_state, make_commitment, publish_response, revise_commitment
from policy.commitments.permissions import may_follow_up
from policy.commitments.queries import (
    CommitmentView,
    commitments_of_forum,
    departments,
    entries_of,
    questions_asked,
    responses_of,
    themes_in_force,
)
from policy.commitments.states import one_month_after, today
from policy.commitments.views.public import commitment_at
from policy.themes.operations import freeze_version
from policy.themes.queries import ThemeView, settled_themes, settled_version

blueprint = Blueprint("follow_up", __name__)


def _own_forums(session: Session) -> list[ForumView]:
    """The forums that are over and that this actor follows up, the latest first."""
    over = forums(session, ForumState.CLOSED)
    return [forum for forum in reversed(over) if may_follow_up(actor_in(forum.id), forum.id)]


@blueprint.get("/commitments/manage")
@requires("commitments.manage")
def overview() -> ResponseReturnValue:
    """For one forum at a time: the themes that wait, and what was promised, late first."""
    with database().reading() as session:
        own = _own_forums(session)
        slug = request.args.get("forum", "")
        forum = next((one for one in own if one.slug == slug), own[0] if own else None)
        values = _waiting(session, forum) if forum else {}
    return render_template("policy/commitments/manage.html", forums=own, forum=forum, **values)


def _waiting(session: Session, forum: ForumView) -> dict[str, Any]:
    commitments = commitments_of_forum(session, forum.id)
    heads = themes_in_force(session, [one.theme_id for one in commitments if one.theme_id])
    led_to: dict[int, list[CommitmentView]] = {}
    for one in commitments:
        if one.theme_id:
            led_to.setdefault(heads[one.theme_id], []).append(one)
    themes = settled_themes(session, forum.id)
    return {
        "themes": themes,
        "led_to": led_to,
        "waiting": [theme for theme in themes if theme.id not in led_to],
        "settled": settled_version(session, forum.id),
        "commitments": sorted(commitments, key=lambda one: (-one.late, one.is_ended, one.number)),
        "responses": responses_of(session, [one.id for one in commitments]),
    }


@blueprint.post("/forums/<slug>/settle-themes")
@requires("forum.follow_up")
def settle(slug: str) -> ResponseReturnValue:
    """Fix the themes as they stand; from then on only staff arrange them."""
    who, forum_id = actor(), forum_at_hand() or 0
    database().perform(lambda session: freeze_version(session, who, forum_id, settled=True).number)
    flash(str(say("주제 묶음을 확정했습니다. 이제 이행 과제로 옮길 수 있습니다.")), "done")
    return redirect(url_for("follow_up.overview", forum=slug), 303)


def _theme(session: Session, forum_id: int) -> ThemeView | None:
    written = request.args.get("theme", "")
    if not written:
        return None
    found = {str(theme.id): theme for theme in settled_themes(session, forum_id)}.get(written)
    if found is None:
        raise Missing("no_theme", say("그런 묶음이 없습니다."))
    return found


@blueprint.route("/forums/<slug>/commitments/new", methods=["GET", "POST"])
@requires("forum.follow_up")
def new(slug: str) -> ResponseReturnValue:
    """Turn a theme into something a department undertakes."""
    who, forum_id, error = actor(), forum_at_hand() or 0, None
    with database().reading() as session:
        forum, theme = the_forum(session, forum_id), _theme(session, forum_id)
        offices = departments(session, active=True)
    if request.method == "POST":
        form = CommitmentForm(request.form)
    else:
        known = {"title_ko": theme.label_ko, "title_en": theme.label_en} if theme else {}
        form = CommitmentForm(data={**known, "answer_due_on": one_month_after(today())})
    form.where.choices = choices_of(places(offices))
    if request.method == "POST":
        try:
            form.demand()
            draft = form.draft(theme.id if theme else None)
            number = database().perform(lambda session: make_commitment(session, who, forum_id, draft).number)
        except DomainError as refusal:
            error = refusal
            show_in_fields(form, refusal)
        else:
            flash(str(say("이행 과제 %(number)s번을 만들었습니다.", number=number)), "done")
            return redirect(url_for("follow_up.one", number=number), 303)
    values = {"form": form, "error": error, "forum": forum, "theme": theme, "departments": offices}
    return render_template("policy/commitments/new.html", **values), error.status if error else 200


def _at_work(session: Session, number: int) -> tuple[CommitmentView, Actor]:
    """A commitment for those who follow it up; to others it is not there. Raises `Missing`."""
    commitment = commitment_at(session, number)
    who = actor_in(commitment.forum_id)
    if not may_follow_up(who, commitment.forum_id):
        raise Missing("no_commitment", say("그런 이행 과제가 없습니다. 이행 현황에서 찾아봐 주세요."))
    database().about(commitment.forum_id)
    return commitment, who


@blueprint.get("/commitments/<int:number>/manage")
@requires("commitments.manage")
def one(number: int) -> ResponseReturnValue:
    """One commitment for those who follow it up: where it stands, what residents ask, what can be done."""
    with database().reading() as session:
        commitment, _ = _at_work(session, number)
        values = {
            "commitment": commitment,
            "responses": responses_of(session, [commitment.id])[commitment.id],
            "entries": entries_of(session, commitment.id),
            "questions": questions_asked(session, commitment.id),
        }
    return render_template("policy/commitments/one.html", **values)


def _done(number: int, message: Message) -> ResponseReturnValue:
    flash(str(message), "done")
    return redirect(url_for("follow_up.one", number=number), 303)


@blueprint.route("/commitments/<int:number>/change", methods=["GET", "POST"])
@requires("commitments.manage")
def change(number: int) -> ResponseReturnValue:
    """Change the state, or tell how it goes."""
    with database().reading() as session:
        commitment, who = _at_work(session, number)
        offices = departments(session, active=True)
    form, error = ChangeForm(request.form if request.method == "POST" else None), None
    fit_states(form, commitment, offices)
    if request.method == "POST":
        try:
            form.demand()
            wanted = form.change() or Change(commitment.state)
            database().perform(lambda session: change_state(session, who, commitment.id, wanted).id)
            return _done(number, say("경과를 알렸습니다."))
        except DomainError as refusal:
            error = refusal
            show_in_fields(form, refusal)
    values = {"form": form, "error": error, "commitment": commitment}
    return render_template("policy/commitments/change.html", **values), error.status if error else 200


@blueprint.route("/commitments/<int:number>/answer", methods=["GET", "POST"])
@requires("commitments.manage")
def answer(number: int) -> ResponseReturnValue:
    """Answer officially, with the decision where it is taken now."""
    with database().reading() as session:
        commitment, who = _at_work(session, number)
        offices = departments(session, active=True)
        said = responses_of(session, [commitment.id])[commitment.id]
    known = {"phone": commitment.department.phone if commitment.department else ""}
    form = AnswerForm(request.form) if request.method == "POST" else AnswerForm(data=known)
    error = None
    fit_states(form, commitment, offices)
    form.corrects.choices = choices_of([("", say("새 답변")), *((str(one.id), format_date(one.at)) for one in said)])
    if request.method == "POST":
        try:
            form.demand()
            draft, wanted = form.draft(), form.change()
            database().perform(lambda session: publish_response(session, who, commitment.id, draft, wanted).id)
            return _done(number, say("공식 답변을 냈습니다."))
        except DomainError as refusal:
            error = refusal
            show_in_fields(form, refusal)
    values = {"form": form, "error": error, "commitment": commitment}
    return render_template("policy/commitments/answer.html", **values), error.status if error else 200


@blueprint.route("/commitments/<int:number>/text", methods=["GET", "POST"])
@requires("commitments.manage")
def text(number: int) -> ResponseReturnValue:
    """Write title and public text anew."""
    with database().reading() as session:
        commitment, who = _at_work(session, number)
    form = TextForm(request.form) if request.method == "POST" else TextForm(data=commitment.written)
    error = None
    if request.method == "POST":
        try:
            form.demand()
            draft = form.draft()
            database().perform(lambda session: revise_commitment(session, who, commitment.id, draft).id)
            return _done(number, say("설명을 고쳤습니다."))
        except DomainError as refusal:
            error = refusal
    values = {"form": form, "error": error, "commitment": commitment}
    return render_template("policy/commitments/text.html", **values), error.status if error else 200
