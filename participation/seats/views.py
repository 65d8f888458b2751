"""The door: codes, the join page, one's own seat page, going on elsewhere, check-in, printed cards."""

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.errors import DomainError, Missing
from core.i18n import say
from core.live.hub import live_server
from core.permissions import requires
from core.web.context import actor, database, forum_at_hand, services
from core.web.identity import SEAT_COOKIE_DAYS, seat_cookie
from core.web.limits import check_left, count
from core.web.serving import public_address
from participation.forums.codes import read_code
from participation.forums.models import ForumState
from participation.forums.queries import ForumView, forum_by_code, forum_by_join_token, the_forum
from participation.seats import operations, phone, queries, sockets
from participation.seats.forms import CodeForm, JoinForm, SeatCodeForm, WalkInForm
from participation.seats.permissions import may_handle_seat

__all__ = ["blueprint", "may_handle_seat", "phone", "sockets"]

blueprint = Blueprint("seats", __name__)
WRONG_PER_FORUM = "200/10 minutes"
WRONG_PER_ADDRESS = "60/10 minutes"
NO_CODE = say("없는 코드입니다. 여섯 글자를 다시 봐 주세요. 0과 O, 1과 I는 쓰지 않습니다.")


def _budget(forum_id: int | None) -> list[tuple[object, str]]:
    """What wrong codes use up: the address, and the forum, since a hall shares one address."""
    address: list[tuple[object, str]] = [(f"address/{request.remote_addr}", WRONG_PER_ADDRESS)]
    return address if forum_id is None else [*address, (f"forum/{forum_id}", WRONG_PER_FORUM)]


def _check_budget(forum_id: int | None = None) -> None:
    for key, rate in _budget(forum_id):
        check_left("code", key, rate=rate)


def _count_wrong(forum_id: int | None = None) -> None:
    for key, rate in _budget(forum_id):
        count("code", key, rate=rate)


def _find(session: Session, written: str) -> tuple[ForumView, queries.CardView | None] | None:
    """The forum behind a code or a QR's token, and the card where it is one."""
    code = read_code(written)
    forum = forum_by_code(session, code) if code else None
    forum = forum or forum_by_join_token(session, written)
    if forum is not None and forum.state is not ForumState.DRAFT:
        return forum, None
    card = queries.card_by_token(session, written)
    return (the_forum(session, card.forum_id), card) if card else None


@blueprint.get("/j")
@requires("public")
def ask_code() -> ResponseReturnValue:
    """The field for the code."""
    return render_template("participation/seats/code.html", form=CodeForm(), error=None)


@blueprint.post("/j")
@requires("public")
def find() -> ResponseReturnValue:
    """From a typed code to the forum's door."""
    form = CodeForm(request.form)
    try:
        form.demand()
        _check_budget()
        with database().reading() as session:
            found = _find(session, form.text_of("code"))
        if found is None:
            _count_wrong()
            raise Missing("no_code", NO_CODE, {"code": [NO_CODE]})
    except DomainError as error:
        form.code.errors = [error.message]
        return render_template("participation/seats/code.html", form=form, error=error), error.status
    forum, card = found
    return redirect(url_for("seats.join", code=card.token if card else forum.code), 303)


def _found_or_missing(written: str) -> tuple[ForumView, queries.CardView | None]:
    _check_budget()
    with database().reading() as session:
        found = _find(session, written)
    if found is None:
        _count_wrong()
        raise Missing("no_code", NO_CODE)
    return found


def _join_page(
    forum: ForumView, card: queries.CardView | None, code: str, form: JoinForm, error: DomainError | None = None
) -> ResponseReturnValue:
    with database().reading() as session:
        tables = queries.tables_of_forum(session, forum.id, forum.tables, forum.seats_per_table)
    wanted = form.number_or_none("table") if form.table.data is not None else None
    offered = _offered(tables, wanted, card)
    values = {"forum": forum, "card": card, "code": code, "form": form, "error": error}
    city = services().settings.city
    page = render_template("participation/seats/join.html", tables=tables, offered=offered, city_facts=city, **values)
    return page, error.status if error else 200


def _offered(
    tables: list[queries.TableView], wanted: int | None, card: queries.CardView | None
) -> queries.TableView | None:
    number = card.table if card else wanted
    if number is not None:
        chosen = next((table for table in tables if table.number == number), None)
        if chosen is not None and (card or chosen.free):
            return chosen
    free = [table for table in tables if table.free]
    return max(free, key=lambda table: (table.free, -table.number), default=None)


@blueprint.get("/j/<code>")
@requires("public")
def join(code: str) -> ResponseReturnValue:
    """The join page of a forum or a card: shows, never consumes."""
    forum, card = _found_or_missing(code)
    g.forum_id = forum.id
    g.pop("actors", None)
    if actor().seat_id is not None and card is None:
        return redirect(url_for("forums.show", slug=forum.slug), 303)
    if forum.is_closed:
        return redirect(f"/forums/{forum.slug}/results", 303)
    form = JoinForm(request.args if "table" in request.args else None)
    return _join_page(forum, card, code, form)


@blueprint.post("/j/<code>")
@requires("public")
def take(code: str) -> ResponseReturnValue:
    """Take a seat: the only thing at the door that consumes anything."""
    forum, card = _found_or_missing(code)
    form = JoinForm(request.form)
    try:
        form.demand()
        consents = operations.Consents(form.is_ticked("consent_process"), form.is_ticked("consent_opinions"))
        secret, table = services().settings.secret_key, form.number_or_none("table")
        taken = database().perform(
            lambda session: operations.take_seat(
                session,
                forum.id,
                name=form.text_of("name"),
                consents=consents,
                secret=secret,
                table=table,
                card_code=card.code if card else None,
            )
        )
    except DomainError as error:
        for name, errors in error.fields.items():
            if name in form._fields:
                form[name].errors = errors
        return _join_page(forum, card, code, form, error)
    response = redirect(url_for("seats.own", slug=forum.slug), 303)
    _keep(response, forum.id, taken.token)
    return response


def _keep(response: ResponseReturnValue, forum_id: int, token: str) -> None:
    """Let this browser speak for the seat."""
    secure = services().settings.secure_cookies
    response.set_cookie(  # type: ignore[union-attr]
        seat_cookie(forum_id), token, max_age=SEAT_COOKIE_DAYS * 86400, httponly=True, samesite="Lax", secure=secure
    )


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
    if which not in ("process", "opinions"):
        raise Missing("no_page", say("찾으시는 화면이 없습니다. 주소를 다시 보시거나 토론회 목록으로 가 주세요."))
    city = services().settings.city
    return render_template("participation/seats/consent.html", forum=forum, code=code, which=which, city_facts=city)


@blueprint.get("/forums/<slug>/seat")
@requires("seat.held")
def own(slug: str) -> ResponseReturnValue:
    """You have a seat: where it is, and its code."""
    forum_id = forum_at_hand() or 0
    with database().reading() as session:
        forum = the_forum(session, forum_id)
        seat = queries.seat_by_id(session, forum_id, actor().seat_id or 0)
        if seat is None:
            raise Missing("no_seat", say("자리가 없습니다. 참가 코드로 다시 들어와 주세요."))
        seats = tuple(queries.seats_of_table(session, forum_id, seat.table))
    table = queries.TableView(seat.table, forum.seats_per_table, seats)
    return render_template("participation/seats/seat.html", forum=forum, seat=seat, states=table.states(seat.id))


def _resume_page(form: SeatCodeForm, error: DomainError | None = None) -> ResponseReturnValue:
    with database().reading() as session:
        forum = the_forum(session, forum_at_hand() or 0)
    page = render_template("participation/seats/resume.html", forum=forum, form=form, error=error)
    return page, error.status if error else 200


@blueprint.get("/forums/<slug>/resume")
@requires("public")
def resume(slug: str) -> ResponseReturnValue:
    """Going on with a seat on this phone: the field for its code."""
    return _resume_page(SeatCodeForm())


@blueprint.post("/forums/<slug>/resume")
@requires("public")
def do_resume(slug: str) -> ResponseReturnValue:
    """Take the seat over; the other browser is told at once."""
    forum_id, form = forum_at_hand() or 0, SeatCodeForm(request.form)
    try:
        form.demand()
        _check_budget(forum_id)
        code = read_code(form.text_of("code"))
        if code is None:
            raise Missing("no_code", NO_CODE, {"code": [NO_CODE]})
        taken = database().perform(lambda session: operations.take_over(session, forum_id, code))
    except DomainError as error:
        if error.status == 404:
            _count_wrong(forum_id)
        form.code.errors = [error.message]
        return _resume_page(form, error)
    with database().reading() as session:
        seat = queries.seat_by_id(session, forum_id, taken.seat_id)
    live_server(current_app).drop_seat(taken.seat_id, below=seat.epoch if seat else 0)
    response = redirect(url_for("forums.show", slug=slug), 303)
    _keep(response, forum_id, taken.token)
    return response


@blueprint.get("/forums/<slug>/check-in")
@requires("forum.check_in")
def check_in(slug: str) -> ResponseReturnValue:
    """The door's own page: every table, who sits there, walk-ins."""
    forum_id = forum_at_hand() or 0
    with database().reading() as session:
        forum = the_forum(session, forum_id)
        tables = queries.tables_of_forum(session, forum_id, forum.tables, forum.seats_per_table)
    seated = sum(len(table.seats) for table in tables)
    address = public_address(services().settings)
    values = {"forum": forum, "tables": tables, "seated": seated, "join_url": f"{address}/j/{forum.join_token}"}
    return render_template("participation/seats/check_in.html", form=WalkInForm(), **values)


@blueprint.get("/forums/<slug>/cards")
@requires("forum.check_in")
def cards(slug: str) -> ResponseReturnValue:
    """Seat cards and table signs to print on A4."""
    forum_id = forum_at_hand() or 0
    with database().reading() as session:
        forum, made = the_forum(session, forum_id), queries.cards_of_forum(session, forum_id)
    address = services().settings.address or request.host_url.rstrip("/")
    return render_template("participation/seats/cards.html", forum=forum, cards=made, address=address)


@blueprint.post("/forums/<slug>/cards")
@requires("forum.configure")
def make_cards(slug: str) -> ResponseReturnValue:
    """Make a card for every place."""
    forum_id, who = forum_at_hand() or 0, actor()
    number = database().perform(lambda session: len(operations.make_cards(session, who, forum_id)))
    flash(str(say("자리 카드 %(number)s장을 만들었습니다.", number=number)), "done")
    return redirect(url_for("seats.cards", slug=slug), 303)
