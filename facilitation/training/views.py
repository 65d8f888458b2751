"""Who runs which table of a forum, and a person's certificates."""

from collections import defaultdict

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.accounts.queries import account
from core.errors import DomainError, Missing
from core.i18n import say
from core.i18n.dates import local_date
from core.permissions import requires
from core.web.context import actor, database, forum_at_hand
from core.web.views import local_path
from facilitation.training import operations, permissions, queries
from facilitation.training.forms import AssignForm, CertificateForm
from participation.forums.queries import the_forum
from participation.forums.wiring import connect_staffing

__all__ = ["blueprint", "connect", "permissions"]

blueprint = Blueprint("training", __name__)


def connect(app: Flask) -> None:
    """Tell forums who is at their tables."""
    connect_staffing(app, queries.RosterStaffing())


@blueprint.get("/forums/<slug>/staffing")
@requires("forum.configure")
def staffing(slug: str) -> ResponseReturnValue:
    """The tables with their facilitators, and who can be put on one."""
    forum_id = forum_at_hand() or 0
    with database().reading() as session:
        forum = the_forum(session, forum_id)
        people = queries.candidates(session, forum_id, forum.held_on)
        assigned = queries.assigned_people(session, forum_id)
    by_table: defaultdict[int, list[queries.AssignedPerson]] = defaultdict(list)
    for one in assigned:
        by_table[one.table].append(one)
    values = {"forum": forum, "by_table": by_table, "people": people}
    today = local_date(clock.now())
    return render_template("facilitation/training/staffing.html", staffed=len(by_table), today=today, **values)


@blueprint.post("/forums/<slug>/staffing")
@requires("forum.configure")
def assign(slug: str) -> ResponseReturnValue:
    """Put someone on a table."""
    form, who, forum_id = AssignForm(request.form), actor(), forum_at_hand() or 0
    anchor = None
    try:
        form.demand()
        table, person = form.number_of("table"), form.number_of("person")
        anchor = f"table-{table}"
        database().perform(lambda session: operations.assign_facilitator(session, who, forum_id, table, person))
        flash(str(say("%(table)s번 테이블에 배정했습니다.", table=table)), "done")
    except DomainError as error:
        if error.status == 403:
            raise
        flash(str(error.message), "error")
    return redirect(url_for("training.staffing", slug=slug, _anchor=anchor), 303)


@blueprint.post("/forums/<slug>/staffing/<int:assignment_id>/remove")
@requires("forum.configure")
def unassign(slug: str, assignment_id: int) -> ResponseReturnValue:
    """Take someone off a table."""
    who, forum_id = actor(), forum_at_hand() or 0
    try:
        database().perform(lambda session: operations.unassign_facilitator(session, who, forum_id, assignment_id))
        flash(str(say("배정을 풀었습니다.")), "done")
    except DomainError as error:
        if error.status in (403, 404):
            raise
        flash(str(error.message), "error")
    return redirect(url_for("training.staffing", slug=slug), 303)


def _certificates_page(person_id: int, form: CertificateForm, error: DomainError | None = None) -> ResponseReturnValue:
    with database().reading() as session:
        person = account(session, person_id)
        held = queries.certificates_of(session, person_id)
    if person is None:
        raise Missing("no_person", say("그런 사람이 없습니다."))
    back = local_path(request.values.get("return_to"), "")
    values = {"person": person, "held": held, "form": form, "error": error, "back": back}
    page = render_template("facilitation/training/certificates.html", today=local_date(clock.now()), **values)
    return page, error.status if error else 200


@blueprint.get("/people/<int:person_id>/certificates")
@requires("training.certify")
def certificates(person_id: int) -> ResponseReturnValue:
    """What a person was trained for, and until when."""
    return _certificates_page(person_id, CertificateForm())


@blueprint.post("/people/<int:person_id>/certificates")
@requires("training.certify")
def add_certificate(person_id: int) -> ResponseReturnValue:
    """Write a certificate down."""
    form, who = CertificateForm(request.form), actor()
    try:
        form.demand()
        draft = form.draft()
        database().perform(lambda session: operations.add_certificate(session, who, person_id, draft))
    except DomainError as error:
        if error.status in (403, 404):
            raise
        for name, errors in error.fields.items():
            if name in form._fields:
                form[name].errors = list(map(str, errors))
        return _certificates_page(person_id, form, error)
    flash(str(say("수료증을 적었습니다.")), "done")
    here = url_for("training.certificates", person_id=person_id)
    return redirect(local_path(request.form.get("return_to"), here), 303)
