"""A seat's ballot as plain pages, and the page that says how secrecy is kept."""

import secrets
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.errors import DomainError, Missing
from core.i18n import say
from core.permissions import requires
from core.web.context import actor, database, forum_at_hand
from core.web.limits import count
from participation.ballots import queries
from participation.ballots.forms import ChoicesForm
from participation.ballots.fragments import first_step, options_for
from participation.ballots.models import UNDER_WAY
from participation.ballots.queries import BallotView
from participation.ballots.rules import checked_choices, rule_sentences
from participation.ballots.views.blueprint import blueprint
from participation.forums.queries import the_forum
from participation.seats.queries import TableView, seat_by_id, seats_of_table

CHECKS = "60/10 minutes"


def _page_values(session: Session, ballot: BallotView | None) -> dict[str, Any]:
    """What every step of the page shows."""
    forum_id, seat_id = forum_at_hand() or 0, actor().seat_id
    forum = the_forum(session, forum_id)
    seat = seat_by_id(session, forum_id, seat_id) if seat_id is not None else None
    values: dict[str, Any] = {"forum": forum, "b": ballot, "seat": seat, "picks": [], "step": ""}
    if seat is not None:
        table = TableView(seat.table, forum.seats_per_table, tuple(seats_of_table(session, forum_id, seat.table)))
        values["states"] = table.states(seat.id)
    if ballot is not None:
        took = queries.seat_turnout(session, ballot.id, seat.id) if seat else None
        values |= {
            "took": took,
            "step": first_step(ballot, took),
            "options": options_for(ballot, seat_id),
            "rules": rule_sentences(ballot),
            "results": queries.results(session, ballot.id),
            "turnout": None if ballot.is_published else queries.turnout_of(session, ballot.id),
        }
        if seat is None and ballot.state in UNDER_WAY:
            values["step"] = "watch"
    return values


def _page(values: dict[str, Any], status: int = 200) -> ResponseReturnValue:
    return render_template("participation/ballots/page.html", **values), status


@blueprint.get("/forums/<slug>/ballot")
@requires("public")
def ballot(slug: str) -> ResponseReturnValue:
    """The ballot as it stands for this seat; `again` begins anew. Shows nothing of what was chosen before."""
    with database().reading() as session:
        values = _page_values(session, queries.shown_ballot(session, forum_at_hand() or 0))
    took: queries.SeatTurnout | None = values.get("took")
    if "again" in request.args and values["step"] == "receipt" and took is not None and not took.sealed:
        values["step"] = "choose"
    return _page(values)


@blueprint.post("/forums/<slug>/ballot/confirm")
@requires("seat.held")
def confirm(slug: str) -> ResponseReturnValue:
    """A look at what was chosen before it is sent; what does not keep to the rules comes back as it was ticked."""
    form = ChoicesForm(request.form)
    with database().reading() as session:
        shown = queries.shown_ballot(session, forum_at_hand() or 0)
        values = _page_values(session, shown)
    if shown is None:
        raise Missing("no_ballot", say("그런 투표가 없습니다."))
    if values["step"] not in ("choose", "receipt"):
        return redirect(url_for("ballots.ballot", slug=slug), 303)
    try:
        form.demand()
        values |= {"step": "confirm", "picks": checked_choices(shown, form.choices()), "key": secrets.token_hex(16)}
        return _page(values)
    except DomainError as error:
        kept = form.choices() if form.choice.data else []
        return _page(values | {"step": "choose", "picks": kept, "error": error.message}, error.status)


def _looked_up(session: Session, ballot: BallotView | None, asked: str) -> bool | None:
    if ballot is None or not asked:
        return None
    count("receipt", forum_at_hand(), request.remote_addr, rate=CHECKS)
    return queries.is_receipt(session, ballot.id, asked)


@blueprint.get("/forums/<slug>/ballot/secrecy")
@requires("public")
def secrecy(slug: str) -> ResponseReturnValue:
    """How secrecy is kept and where it ends, in plain words; whether a receipt's vote was taken."""
    asked = "".join(request.args.get("receipt", "")[:12].upper().split())
    with database().reading() as session:
        forum = the_forum(session, forum_at_hand() or 0)
        shown = queries.shown_ballot(session, forum.id)
        found = _looked_up(session, shown, asked)
    return render_template("participation/ballots/secrecy.html", forum=forum, b=shown, asked=asked, found=found)
