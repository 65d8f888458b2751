"""The door: the field for a code, the join page, consents, the way for those under fourteen."""

import secrets
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from core import clock
from core.errors import DomainError, Missing
from core.i18n import say
from core.i18n.dates import local_date
from core.kept import Kept
from core.permissions import requires
from core.web.context import actor_in, database, services
from core.web.templates import draw, drawn_once, with_token
from participation.forums.codes import read_code
from participation.forums.models import ForumState
from participation.forums.queries import ForumView, forum_by_code, forum_by_join_token, the_forum
from participation.seats import operations, queries
from participation.seats.forms import CodeForm, JoinForm
from participation.seats.views.blueprint import blueprint, check_budget, count_wrong, keep_token, mark_errors

Found = tuple[ForumView, queries.CardView | None]
CONSENTS = ("process", "opinions")
CHOICES = Kept[str](4000)


def _find(session: Session, written: str) -> Found | None:
    """The forum behind a code or a QR's token, and the card where it is one."""
    code = read_code(written)
    forum = forum_by_code(session, code) if code else forum_by_join_token(session, written)
    if forum is not None:
        return None if forum.state is ForumState.DRAFT else (forum, None)
    card = queries.card_by_code_tonight(session, code) if code else queries.card_by_token(session, written)
    if card is None:
        return None
    forum = the_forum(session, card.forum_id)
    return None if forum.state is ForumState.DRAFT else (forum, card)


def _found_or_missing(written: str) -> Found:
    check_budget()
    with database().reading() as session:
        found = _find(session, written)
    if found is None:
        count_wrong()
        raise Missing("no_code", operations.NO_CODE, {"code": [operations.NO_CODE]})
    return found


def _code_page(form: CodeForm, error: DomainError | None = None) -> ResponseReturnValue:
    if error is not None:
        mark_errors(form, error, "code")
    page = render_template("participation/seats/code.html", form=form)
    return page, error.status if error else 200


@blueprint.get("/j")
@requires("public")
def ask_code() -> ResponseReturnValue:
    """The field for the code."""
    return _code_page(CodeForm())


@blueprint.post("/j")
@requires("public")
def find() -> ResponseReturnValue:
    """From a typed code to the forum's door."""
    form = CodeForm(request.form)
    try:
        form.demand()
        forum, card = _found_or_missing(form.text_of("code"))
    except DomainError as error:
        return _code_page(form, error)
    return redirect(url_for("seats.join", code=card.code if card else forum.code), 303)


def _offered(
    tables: list[queries.DoorTable], wanted: int | None, card: queries.CardView | None
) -> queries.DoorTable | None:
    """The table to offer: the card's, the one asked for, else the emptiest; None where the hall is full."""
    free = [table for table in tables if table.free]
    for number in (card.table if card else None, wanted):
        asked = next((table for table in free if table.number == number), None)
        if asked is not None:
            return asked
    return max(free, key=lambda table: (table.free, -table.number), default=None)


def _join_page(found: Found, code: str, form: JoinForm, error: DomainError | None = None) -> ResponseReturnValue:
    forum, card = found
    with database().reading() as session:
        tables = queries.tables_at_the_door(session, forum.id, forum.tables, forum.seats_per_table)
    offered = _offered(tables, form.table.data if isinstance(form.table.data, int) else None, card)
    place = _card_place(offered, card)
    values: dict[str, Any] = {"forum": forum, "card": card, "place": place, "code": code, "form": form, "error": error}
    values["today"] = local_date(clock.now()) == forum.held_on
    city = services().settings.city
    key = request.form.get("key") or secrets.token_urlsafe(16)
    choices = [_choice(table, table == offered) for table in tables if table.free]
    page = render_template(
        "participation/seats/join.html", choices=choices, offered=offered, city=city, key=key, **values
    )
    return page, error.status if error else 200


def _choice(table: queries.DoorTable, is_chosen: bool) -> Markup:
    """One table to choose; a hall of people looks at the same ones."""
    template = "participation/seats/table_choice.html"
    return with_token(drawn_once(lambda: draw(template, table=table, is_chosen=is_chosen), CHOICES, (table, is_chosen)))


def _card_place(offered: queries.DoorTable | None, card: queries.CardView | None) -> int | None:
    """The place of the card, where it is still free."""
    if card is None or offered is None or offered.number != card.table:
        return None
    return None if card.place in offered.taken else card.place


@blueprint.get("/j/<code>")
@requires("public")
def join(code: str) -> ResponseReturnValue:
    """The join page of a forum or a card: shows, never consumes, so that robots may look."""
    try:
        forum, card = _found_or_missing(code)
    except DomainError as error:
        return _code_page(CodeForm(data={"code": code[:60]}), error)
    if actor_in(forum.id).seat_id is not None:
        return redirect(url_for("forums.show", slug=forum.slug), 303)
    if card is not None and card.is_used:
        return redirect(url_for("seats.resume", slug=forum.slug), 303)
    if forum.is_closed:
        return redirect(url_for("forums.show", slug=forum.slug), 303)
    asked = MultiDict({"table": request.args["table"]}) if "table" in request.args else None
    return _join_page((forum, card), code, JoinForm(asked))


@blueprint.post("/j/<code>")
@requires("public")
def take(code: str) -> ResponseReturnValue:
    """Take a seat: the only thing at the door that consumes anything. A browser that has one keeps it."""
    forum, card = _found_or_missing(code)
    if actor_in(forum.id).seat_id is not None:
        return redirect(url_for("forums.show", slug=forum.slug), 303)
    form, secret = JoinForm(request.form), services().settings.secret_key
    try:
        form.demand()
        consents = operations.Consents(form.is_ticked("consent_process"), form.is_ticked("consent_opinions"))
        table = form.number_or_none("table")
        where: dict[str, Any] = {"table": table, "card_code": card.code if card else None}
        where["or_elsewhere"] = table is not None and table == form.number_or_none("offered")
        token = operations.device_token(secret, form.text_of("key"))
        taken = database().perform(
            lambda session: operations.take_seat(
                session, forum.id, name=form.text_of("name"), consents=consents, secret=secret, token=token, **where
            ),
            log_id=forum.id,
        )
    except DomainError as error:
        mark_errors(form, error)
        return _join_page((forum, card), code, form, error)
    response = redirect(url_for("seats.own", slug=forum.slug), 303)
    keep_token(response, forum.id, taken.token)
    return response


@blueprint.get("/j/<code>/under-14")
@requires("public")
def under_14(code: str) -> ResponseReturnValue:
    """The way for those under fourteen."""
    forum, _ = _found_or_missing(code)
    return render_template("participation/seats/under_14.html", forum=forum, code=code)


@blueprint.get("/j/<code>/consent/<which>")
@requires("public")
def consent(code: str, which: str) -> ResponseReturnValue:
    """The whole text of a consent, for those without script."""
    forum, _ = _found_or_missing(code)
    if which not in CONSENTS:
        raise Missing("no_page", say("찾으시는 화면이 없습니다. 주소를 다시 보시거나 토론회 목록으로 가 주세요."))
    city = services().settings.city
    return render_template("participation/seats/consent.html", forum=forum, code=code, which=which, city=city)
