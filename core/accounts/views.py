"""Signing in and out, one's own password, and the page of people and roles."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user

from core.accounts import operations, queries
from core.accounts.forms import ROLE_NAMES, GrantForm, PasswordForm, PersonForm, SignInForm
from core.errors import DomainError, Invalid
from core.i18n import say
from core.permissions import Role, requires
from core.web.context import actor, database, signed_in
from core.web.limits import check_left, count
from core.web.views import local_path

blueprint = Blueprint("accounts", __name__)
WRONG_PER_NAME = "10/15 minutes"
WRONG_PER_ADDRESS = "100/15 minutes"


def _render_sign_in(form: SignInForm, status: int, error: DomainError | None = None) -> ResponseReturnValue:
    shown = current_app.extensions["demo_sign_ins"]
    following = local_path(request.values.get("next"), current_app.extensions["work_page"])
    page = render_template("core/sign_in.html", form=form, error=error, demo_sign_ins=shown(), next=following)
    return page, status


@blueprint.get("/sign-in")
@requires("public")
def sign_in() -> ResponseReturnValue:
    """The sign-in page."""
    return _render_sign_in(SignInForm(), 200)


@blueprint.post("/sign-in")
@requires("public")
def do_sign_in() -> ResponseReturnValue:
    """Sign in; wrong tries use up a budget by name and, wider, by address."""
    form = SignInForm(request.form)
    try:
        form.demand()
        keys = ((form.text_of("login").lower(), WRONG_PER_NAME), (request.remote_addr, WRONG_PER_ADDRESS))
        for key, rate in keys:
            check_left("sign-in", key, rate=rate)
        with database().reading() as session:
            account = queries.account_by_password(session, form.text_of("login"), form.text_of("password"))
        if account is None:
            for key, rate in keys:
                count("sign-in", key, rate=rate)
            raise Invalid("wrong_password", say("로그인 이름이나 비밀번호가 맞지 않습니다. 다시 봐 주세요."))
    except DomainError as error:
        return _render_sign_in(form, error.status, error)
    login_user(account)
    return redirect(local_path(request.form.get("next"), current_app.extensions["work_page"]), 303)


@blueprint.post("/sign-out")
@requires("signed_in")
def sign_out() -> ResponseReturnValue:
    """Sign out everywhere, open pages included."""
    person = signed_in()
    if person is not None:
        database().perform(lambda session: operations.end_sessions(session, person.id))
        current_app.extensions["drop_person"](person.id)
    logout_user()
    return redirect("/", 303)


@blueprint.route("/account", methods=["GET", "POST"])
@requires("signed_in")
def account() -> ResponseReturnValue:
    """One's own account: change the password."""
    person = signed_in()
    form = PasswordForm(request.form if request.method == "POST" else None)
    if person is None or request.method == "GET":
        return render_template("core/account.html", form=form, error=None)
    try:
        form.demand()
        check_left("sign-in", person.login, rate=WRONG_PER_NAME)
        with database().reading() as session:
            known = queries.account_by_password(session, person.login, form.text_of("current"))
        if known is None:
            count("sign-in", person.login, rate=WRONG_PER_NAME)
            message = say("지금 비밀번호가 맞지 않습니다.")
            raise Invalid("wrong_password", message, {"current": [message]})
        database().perform(lambda session: operations.change_password(session, person.id, form.text_of("password")))
    except DomainError as error:
        return render_template("core/account.html", form=form, error=error), error.status
    flash(str(say("비밀번호를 바꾸었습니다. 다시 로그인해 주세요.")), "done")
    return redirect(url_for("accounts.sign_in"), 303)


def _people_page(form: PersonForm, error: DomainError | None = None) -> ResponseReturnValue:
    search = request.args.get("q", "")[:60]
    with database().reading() as session:
        people = queries.all_accounts(session, search)
        grants = queries.grants(session)
        forums = current_app.extensions["grant_scopes"](session)
    by_person: dict[int, list[queries.GrantRow]] = {}
    for grant in grants:
        by_person.setdefault(grant.person_id, []).append(grant)
    values = {
        "people": people,
        "grants": by_person,
        "forums": forums,
        "role_names": ROLE_NAMES,
        "search": search,
    }
    page = render_template("core/people.html", form=form, error=error, **values)
    return page, error.status if error else 200


@blueprint.get("/people")
@requires("administrate")
def people() -> ResponseReturnValue:
    """Everyone with an account, and their roles."""
    return _people_page(PersonForm())


@blueprint.post("/people")
@requires("administrate")
def add_person() -> ResponseReturnValue:
    """A new account."""
    form = PersonForm(request.form)
    try:
        form.demand()
        values = {"login": form.text_of("login"), "name": form.text_of("name"), "password": form.text_of("password")}
        database().perform(lambda session: operations.add_person(session, **values))
    except DomainError as error:
        return _people_page(form, error)
    flash(str(say("%(name)s 님의 계정을 만들었습니다.", name=form.text_of("name"))), "done")
    return redirect(url_for("accounts.people"), 303)


@blueprint.post("/people/<int:person_id>/grants")
@requires("administrate")
def grant(person_id: int) -> ResponseReturnValue:
    """Give a role."""
    form = GrantForm(request.form)
    form.demand()
    if not form.text_of("scope").isdecimal():
        raise Invalid("scope", say("범위를 목록에서 골라 주세요."))
    role, scope, who = Role(form.text_of("role")), int(form.text_of("scope")), actor()
    with database().reading() as session:
        known = {0} | {number for number, _ in current_app.extensions["grant_scopes"](session)}
    if scope not in known:
        raise Invalid("scope", say("범위를 목록에서 골라 주세요."))
    database().perform(lambda session: operations.grant_role(session, who, person_id, role, scope).id)
    flash(str(say("역할을 주었습니다.")), "done")
    return redirect(url_for("accounts.people"), 303)


@blueprint.post("/people/grants/<int:grant_id>/revoke")
@requires("administrate")
def revoke(grant_id: int) -> ResponseReturnValue:
    """Take a role back."""
    who = actor()
    database().perform(lambda session: operations.revoke_role(session, who, grant_id))
    flash(str(say("역할을 거두었습니다.")), "done")
    return redirect(url_for("accounts.people"), 303)


@blueprint.post("/people/<int:person_id>/active")
@requires("administrate")
def set_active(person_id: int) -> ResponseReturnValue:
    """Suspend or restore an account."""
    who, active = actor(), request.form.get("active") == "1"
    database().perform(lambda session: operations.set_active(session, who, person_id, active))
    if not active:
        current_app.extensions["drop_person"](person_id)
    flash(str(say("계정을 다시 열었습니다.") if active else say("계정을 멈추었습니다.")), "done")
    return redirect(url_for("accounts.people"), 303)
