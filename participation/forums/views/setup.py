"""Making a forum, its facts, announcing it."""

from flask import redirect, render_template, request, url_for

from core import clock
from core.errors import DomainError
from core.i18n import say
from core.i18n.dates import local, local_date
from core.permissions import requires
from core.web.context import actor, database, forum_at_hand, services
from core.web.serving import public_address
from participation.forums import operations
from participation.forums.authoring import facts_of
from participation.forums.budget import budget_of
from participation.forums.drafts import ForumFacts
from participation.forums.forms import FactsForm, NewForumForm
from participation.forums.models import ForumState
from participation.forums.queries import ForumView
from participation.forums.ready import ready_agendas
from participation.forums.views.blueprint import Page, blueprint, done, forum_in, mark_errors, refused
from participation.forums.wiring import staffing


def _new_page(form: NewForumForm, error: DomainError | None = None) -> Page:
    ready = list(ready_agendas().values())
    page = render_template("participation/forums/new.html", form=form.offer(ready), ready=ready, error=error)
    return page, error.status if error else 200


@blueprint.get("/forums/new")
@requires("forum.create")
def new() -> Page:
    """The form for a new forum."""
    defaults = {"planned_minutes": 120, "tables": 8, "seats_per_table": 8, "at": "19:00", "ready": "evening-120"}
    return _new_page(NewForumForm(data=defaults))


@blueprint.post("/forums/new")
@requires("forum.create")
def create() -> Page:
    """Make it, with the agenda it starts from."""
    form, who = NewForumForm(request.form).offer(list(ready_agendas().values())), actor()
    try:
        form.demand()
        form.demand_future(local_date(clock.now()))
        facts = form.facts(services().settings.city.tz)
        forum_id = database().perform(lambda session: operations.create_forum(session, who, facts))
        if form.text_of("ready"):
            key = form.text_of("ready")
            database().perform(lambda session: operations.apply_ready_agenda(session, who, forum_id, key))
    except DomainError as error:
        mark_errors(form, error)
        return _new_page(form, error)
    with database().reading() as session:
        slug = facts_of(session, forum_id).slug
    done(say("토론회를 만들었습니다. 이제 진행표를 맞춰 주세요."))
    return redirect(url_for("forums.agenda", slug=slug), 303)


def _form_of(facts: ForumFacts) -> FactsForm:
    start = local(facts.starts_at)
    return FactsForm(data={**facts.__dict__, "day": f"{start:%Y-%m-%d}", "at": f"{start:%H:%M}"})


def _setup_page(forum: ForumView, form: FactsForm, error: DomainError | None = None) -> Page:
    budget = budget_of(forum)
    with database().reading() as session:
        staffed = staffing().tables_staffed(session, forum.id)
    address = f"{public_address(services().settings)}/j/{forum.join_token}"
    values = {"forum": forum, "form": form, "error": error, "budget": budget, "staffed": len(staffed)}
    page = render_template(
        "participation/forums/setup.html", address=address, is_draft=forum.state is ForumState.DRAFT, **values
    )
    return page, error.status if error else 200


@blueprint.get("/forums/<slug>/setup")
@requires("forum.configure")
def setup(slug: str) -> Page:
    """The facts of a forum, its code, and what is still missing."""
    with database().reading() as session:
        forum, facts = forum_in(session), facts_of(session, forum_at_hand() or 0)
    return _setup_page(forum, _form_of(facts))


@blueprint.post("/forums/<slug>/setup")
@requires("forum.configure")
def configure(slug: str) -> Page:
    """Change the facts."""
    form, who, forum_id, staffed = FactsForm(request.form), actor(), forum_at_hand() or 0, staffing()
    with database().reading() as session:
        forum = forum_in(session)
    try:
        form.demand()
        facts = form.facts(services().settings.city.tz)
        fresh = database().perform(lambda session: operations.configure_forum(session, who, forum_id, facts, staffed))
    except DomainError as error:
        mark_errors(form, error)
        return _setup_page(forum, form, error)
    done(say("기본 정보를 저장했습니다."))
    return redirect(url_for("forums.setup", slug=fresh), 303)


@blueprint.post("/forums/<slug>/announce")
@requires("forum.configure")
def announce(slug: str) -> Page:
    """Let the public see it."""
    who, forum_id = actor(), forum_at_hand() or 0
    try:
        database().perform(lambda session: operations.announce_forum(session, who, forum_id))
        done(say("토론회를 알렸습니다. 이제 누구나 볼 수 있습니다."))
    except DomainError as error:
        if error.status != 409:
            raise
        refused(error)
    return redirect(url_for("forums.setup", slug=slug), 303)
