"""A seat's own pages: you have a seat, the phone, writing, going on elsewhere, looking on without a seat."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.errors import DomainError, Missing
from core.i18n import say
from core.permissions import requires
from core.web.context import actor, database, forum_at_hand, services
from core.web.live_pages import live_page
from participation.forums.codes import read_code
from participation.forums.models import Act, ForumState
from participation.forums.queries import ForumView, the_forum
from participation.proposals.models import LONGEST
from participation.proposals.queries import ProposalView, last_counter, numbers_of_seat, proposal_by_id
from participation.seats import operations, queries
from participation.seats.forms import SeatCodeForm
from participation.seats.observing import OBSERVER
from participation.seats.phone import PHONE
from participation.seats.views.blueprint import blueprint, check_budget, count_wrong, keep_token, mark_errors

KEEP = {"Hyeondap-Keep": "page"}
"""The service worker keeps this page, so that it opens again without a link."""


def _seat_now(session: Session, forum_id: int) -> queries.SeatView | None:
    """The seat that this browser speaks for, None where another took it over."""
    who = actor()
    seat = queries.seat_by_id(session, forum_id, who.seat_id or 0)
    return seat if seat is not None and seat.epoch == who.epoch else None


def show_resident(forum: ForumView) -> ResponseReturnValue | None:
    """What `/forums/<slug>` is for whoever holds a seat there, or held it until another phone opened it.

    None for everyone else, who see the forum's public page.
    """
    who = actor()
    if who.seat_id is None or who.table is None or forum.state is ForumState.DRAFT:
        return None
    with database().reading() as session:
        seat = _seat_now(session, forum.id)
        if seat is None:
            return _taken_over(forum)
        own = numbers_of_seat(session, seat.id)
        again = request.args.get("write", "")
        number = int(again[:9]) if again.isdecimal() else 0
        rewritten = proposal_by_id(session, forum.id, number) if number in own else None
        counter = last_counter(session, seat.id, seat.epoch)
    return _phone(forum, seat, own, rewritten, counter)


def _taken_over(forum: ForumView) -> ResponseReturnValue:
    who = actor()
    owner = f"{forum.id}/{who.key}/{who.epoch}"
    return render_template("participation/seats/taken_over.html", forum=forum, owner=owner)


def _phone(
    forum: ForumView, seat: queries.SeatView, own: list[int], rewritten: ProposalView | None, counter: int
) -> ResponseReturnValue:
    page = live_page(PHONE, actor(), forum.id, counter=counter)
    html = render_template(
        "participation/phone/page.html",
        forum=forum,
        seat=seat,
        page=page,
        own=own,
        rewrite=rewritten.first_text if rewritten else "",
        may_propose=forum.opens(Act.PROPOSE),
        most=LONGEST,
        receipt=operations.receipt_token(services().settings.secret_key, seat.id),
    )
    return html, KEEP


@blueprint.get("/forums/<slug>/seat")
@requires("seat.held")
def own(slug: str) -> ResponseReturnValue:
    """You have a seat: where it is, its code, its receipt."""
    forum_id = forum_at_hand() or 0
    with database().reading() as session:
        forum, seat = the_forum(session, forum_id), _seat_now(session, forum_id)
        if seat is None:
            return redirect(url_for("forums.show", slug=slug), 303)
        seats = tuple(queries.seats_of_table(session, forum_id, seat.table))
    table = queries.TableView(seat.table, forum.seats_per_table, seats)
    receipt = operations.receipt_token(services().settings.secret_key, seat.id)
    values = {"forum": forum, "seat": seat, "states": table.states(seat.id), "receipt": receipt}
    return render_template("participation/seats/seat.html", **values)


def _resume_page(form: SeatCodeForm, error: DomainError | None = None) -> ResponseReturnValue:
    with database().reading() as session:
        forum = the_forum(session, forum_at_hand() or 0)
    page = render_template("participation/seats/resume.html", forum=forum, form=form)
    return page, error.status if error else 200


@blueprint.get("/forums/<slug>/resume")
@requires("public")
def resume(slug: str) -> ResponseReturnValue:
    """Going on with a seat on this phone: the field for its code."""
    return _resume_page(SeatCodeForm())


def _taken(forum_id: int, taken: operations.Taken, slug: str) -> ResponseReturnValue:
    """This browser goes to its table."""
    response = redirect(url_for("forums.show", slug=slug), 303)
    keep_token(response, forum_id, taken.token)
    return response


@blueprint.post("/forums/<slug>/resume")
@requires("public")
def do_resume(slug: str) -> ResponseReturnValue:
    """Take the seat over by its code."""
    forum_id, form = forum_at_hand() or 0, SeatCodeForm(request.form)
    try:
        form.demand()
        check_budget(forum_id)
        code = read_code(form.text_of("code"))
        if code is None:
            raise Missing("no_code", operations.NO_CODE, {"code": [operations.NO_CODE]})
        taken = database().perform(lambda session: operations.take_over(session, forum_id, code))
    except DomainError as error:
        if error.status == 404:
            count_wrong(forum_id)
        mark_errors(form, error, "code")
        return _resume_page(form, error)
    return _taken(forum_id, taken, slug)


@blueprint.post("/forums/<slug>/take-back")
@requires("seat.held")
def take_back(slug: str) -> ResponseReturnValue:
    """Go on in the browser that spoke for the seat before."""
    forum_id, who = forum_at_hand() or 0, actor()
    taken = database().perform(lambda session: operations.take_back(session, who, forum_id))
    return _taken(forum_id, taken, slug)


@blueprint.get("/forums/<slug>/observe")
@requires("public")
def observe(slug: str) -> ResponseReturnValue:
    """Looking on without a seat: the band and what happens now, nothing to press."""
    forum_id = forum_at_hand() or 0
    with database().reading() as session:
        forum = the_forum(session, forum_id)
    if forum.state is ForumState.DRAFT:
        raise Missing("no_forum", say("그런 토론회가 없습니다."))
    page = live_page(OBSERVER, actor(), forum_id)
    return render_template("participation/seats/observe.html", forum=forum, page=page)
