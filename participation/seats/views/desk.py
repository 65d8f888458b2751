"""The door's own pages: who sits where, walk-ins, printed cards."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.i18n import say
from core.permissions import requires
from core.web.context import actor, database, forum_at_hand, services
from core.web.serving import public_address
from participation.forums.queries import the_forum
from participation.seats import operations, queries
from participation.seats.forms import WalkInForm
from participation.seats.views.blueprint import blueprint


@blueprint.get("/forums/<slug>/check-in")
@requires("forum.check_in")
def check_in(slug: str) -> ResponseReturnValue:
    """Every table, who sits there, walk-ins."""
    forum_id = forum_at_hand() or 0
    with database().reading() as session:
        forum = the_forum(session, forum_id)
        tables = queries.tables_of_forum(session, forum_id, forum.tables, forum.seats_per_table)
    seated = sum(len(table.seats) for table in tables)
    values = {"forum": forum, "tables": tables, "seated": seated, "form": WalkInForm()}
    return render_template("participation/seats/check_in.html", **values)


@blueprint.get("/forums/<slug>/cards")
@requires("forum.check_in")
def cards(slug: str) -> ResponseReturnValue:
    """Seat cards and table signs to print on A4."""
    forum_id = forum_at_hand() or 0
    with database().reading() as session:
        forum, made = the_forum(session, forum_id), queries.cards_of_forum(session, forum_id)
    address = public_address(services().settings)
    return render_template("participation/seats/cards.html", forum=forum, cards=made, address=address)


@blueprint.post("/forums/<slug>/cards")
@requires("forum.check_in")
def print_cards(slug: str) -> ResponseReturnValue:
    """Make a card for every place."""
    forum_id, who = forum_at_hand() or 0, actor()
    number = database().perform(lambda session: len(operations.print_cards(session, who, forum_id)))
    flash(str(say("자리 카드 %(number)s장이 준비되었습니다.", number=number)), "done")
    return redirect(url_for("seats.cards", slug=slug), 303)
