"""Departments and their teams."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.errors import DomainError, Missing
from core.i18n import say
from core.permissions import requires
from core.web.context import actor, database
from policy.commitments.forms import DepartmentForm, show_in_fields
from policy.commitments.operations import save_department
from policy.commitments.queries import department_by_id, departments

blueprint = Blueprint("departments", __name__)


def _save(form: DepartmentForm, department_id: int | None) -> DomainError | None:
    """Save what was written; what was refused, or None."""
    who = actor()
    try:
        form.demand()
        draft = form.draft()
        database().perform(lambda session: save_department(session, who, draft, department_id).id)
    except DomainError as refusal:
        show_in_fields(form, refusal)
        return refusal
    flash(str(say("%(name)s을(를) 저장했습니다.", name=draft.name_ko)), "done")
    return None


@blueprint.route("/departments", methods=["GET", "POST"])
@requires("departments.manage")
def listing() -> ResponseReturnValue:
    """All departments, and a new one."""
    posted = request.method == "POST"
    form = DepartmentForm(request.form) if posted else DepartmentForm(data={"active": True})
    error = _save(form, None) if posted else None
    if posted and error is None:
        return redirect(url_for("departments.listing"), 303)
    with database().reading() as session:
        found = departments(session)
    page = render_template("policy/commitments/departments.html", departments=found, form=form, error=error)
    return page, error.status if error else 200


@blueprint.route("/departments/<int:department_id>", methods=["GET", "POST"])
@requires("departments.manage")
def one(department_id: int) -> ResponseReturnValue:
    """Write one department anew."""
    with database().reading() as session:
        department = department_by_id(session, department_id)
    if department is None:
        raise Missing("no_department", say("그런 부서가 없습니다."))
    teams = "\n".join(f"{ko} / {en}" if en else ko for ko, en in department.teams)
    known = {"name_ko": department.name_ko, "name_en": department.name_en, "phone": department.phone}
    posted = request.method == "POST"
    form = (
        DepartmentForm(request.form)
        if posted
        else DepartmentForm(data={**known, "teams": teams, "active": department.active})
    )
    error = _save(form, department_id) if posted else None
    if posted and error is None:
        return redirect(url_for("departments.listing"), 303)
    page = render_template("policy/commitments/department.html", department=department, form=form, error=error)
    return page, error.status if error else 200
