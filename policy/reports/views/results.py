"""The results of a forum: the page, everything under one theme, the sheet to print, what happens next."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.errors import DomainError, Missing
from core.i18n import say
from core.permissions import is_allowed, requires
from core.web.context import actor, database, forum_at_hand, services
from participation.forums.models import Forum
from participation.forums.queries import ForumView, the_forum
from policy.reports.forms import NextStepsForm
from policy.reports.operations import write_next_steps
from policy.reports.permissions import may_see_results
from policy.reports.queries import apart_page, results_of_forum, theme_page
from policy.reports.views.blueprint import blueprint
from policy.reports.wiring import people_spoken


def _forum(session: Session) -> ForumView:
    """The forum, if its results may be seen here. Raises `Missing`."""
    forum = the_forum(session, forum_at_hand() or 0)
    if not may_see_results(actor(), forum.id, forum.state):
        raise Missing("no_results", say("결과는 토론회가 끝나면 여기에서 볼 수 있습니다."))
    return forum


def _address(slug: str) -> str:
    """The address of the results as it stands in a QR on paper."""
    base = services().settings.address or request.host_url
    return base.rstrip("/") + url_for("reports.results", slug=slug)


def _values(session: Session) -> dict[str, Any]:
    forum = _forum(session)
    return {
        "forum": forum,
        "results": results_of_forum(session, forum, people_spoken()),
        "address": _address(forum.slug),
        "may_write": is_allowed("forum.configure", actor(), forum.id),
    }


@blueprint.get("/forums/<slug>/results")
@requires("public")
def results(slug: str) -> ResponseReturnValue:
    """What the evening brought, for everyone once it is over."""
    with database().reading() as session:
        values = _values(session)
    return render_template("policy/reports/results.html", **values)


@blueprint.get("/forums/<slug>/report")
@requires("public")
def report(slug: str) -> ResponseReturnValue:
    """The same on A4, to be printed for those on their way out."""
    with database().reading() as session:
        values = _values(session)
    return render_template("policy/reports/report.html", **values)


def _page_asked() -> int:
    written = request.args.get("page", "1")
    return int(written) if written.isdecimal() and len(written) < 6 else 1


@blueprint.get("/forums/<slug>/results/apart")
@requires("public")
def apart(slug: str) -> ResponseReturnValue:
    """The voices that fit no theme: they keep their place."""
    with database().reading() as session:
        forum = _forum(session)
        found = apart_page(session, forum.id, _page_asked())

    def page_address(page: int) -> str:
        return url_for("reports.apart", slug=slug, page=page)

    return render_template("policy/reports/theme.html", forum=forum, found=found, page_address=page_address)


@blueprint.get("/forums/<slug>/results/themes/<int:theme_id>")
@requires("public")
def theme(slug: str, theme_id: int) -> ResponseReturnValue:
    """Everything that was said under one theme, fifty at a time."""
    with database().reading() as session:
        forum = _forum(session)
        found = theme_page(session, forum.id, theme_id, _page_asked())
    if found is None:
        raise Missing("no_theme", say("그런 묶음이 없습니다."))

    def page_address(page: int) -> str:
        return url_for("reports.theme", slug=slug, theme_id=theme_id, page=page)

    return render_template("policy/reports/theme.html", forum=forum, found=found, page_address=page_address)


@blueprint.route("/forums/<slug>/results/next-steps", methods=["GET", "POST"])
@requires("forum.configure")
def next_steps(slug: str) -> ResponseReturnValue:
    """Write what happens next."""
    who, forum_id, error = actor(), forum_at_hand() or 0, None
    with database().reading() as session:
        forum, row = the_forum(session, forum_id), session.get_one(Forum, forum_id)
        known = {"next_steps_ko": row.next_steps_ko, "next_steps_en": row.next_steps_en}
    form = NextStepsForm(request.form) if request.method == "POST" else NextStepsForm(data=known)
    if request.method == "POST":
        try:
            form.demand()
            ko, en = form.text_of("next_steps_ko"), form.text_of("next_steps_en")
            database().perform(lambda session: write_next_steps(session, who, forum_id, ko=ko, en=en).id)
        except DomainError as refusal:
            error = refusal
        else:
            flash(str(say("앞으로 할 일을 적었습니다.")), "done")
            return redirect(url_for("reports.results", slug=slug), 303)
    page = render_template("policy/reports/next_steps.html", forum=forum, form=form, error=error)
    return page, error.status if error else 200
