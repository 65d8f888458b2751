"""The host's pages: ballots of a forum, preparing one, looking at it before it opens."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.errors import DomainError, Missing
from core.i18n import say
from core.permissions import requires
from core.web.context import actor, database, forum_at_hand
from core.web.live_pages import live_page
from participation.ballots import queries
from participation.ballots.forms import FRESH, DraftForm, draft_values, option_key
from participation.ballots.fragments import DESK
from participation.ballots.offering import on_offer
from participation.ballots.operations.preparing import (
    change_ballot,
    discard_ballot,
    practice_draft,
    prepare_ballot,
)
from participation.ballots.operations.renewing import renew_ballot, renewals
from participation.ballots.permissions import may_run
from participation.ballots.queries import BallotView
from participation.ballots.rules import rule_sentences
from participation.ballots.sources import Offer
from participation.ballots.views.blueprint import blueprint
from participation.forums.queries import the_forum


def _forum_id() -> int:
    return forum_at_hand() or 0


def _ballot(session: Session, ballot_id: int) -> BallotView:
    found = queries.ballot_of(session, _forum_id(), ballot_id)
    if found is None:
        raise Missing("no_ballot", say("그런 투표가 없습니다."))
    return found


@blueprint.get("/forums/<slug>/ballots")
@requires("ballot.prepare")
def desk(slug: str) -> ResponseReturnValue:
    """The ballot at hand, live, and all of them."""
    page = live_page(DESK, actor(), _forum_id())
    with database().reading() as session:
        forum = the_forum(session, _forum_id())
    values = {"forum": forum, "page": page, "may_run": may_run(actor(), forum.id)}
    return render_template("participation/ballots/desk.html", **values)


@blueprint.post("/forums/<slug>/ballots/practice")
@requires("ballot.prepare")
def practise(slug: str) -> ResponseReturnValue:
    """A practice ballot, ready to be opened."""
    ballot_id = database().perform(lambda session: prepare_ballot(session, actor(), _forum_id(), practice_draft()))
    return redirect(url_for("ballots.show", slug=slug, ballot_id=ballot_id), 303)


def _draft_page(form: DraftForm, offer: Offer, ballot_id: int | None, status: int = 200) -> ResponseReturnValue:
    with database().reading() as session:
        forum = the_forum(session, _forum_id())
    offered = [(option_key(option), option) for option in offer.options]
    values = {"form": form, "forum": forum, "offered": offered, "ballot_id": ballot_id}
    return render_template("participation/ballots/draft.html", **values), status


def _saved(form: DraftForm, offer: Offer, ballot_id: int | None) -> ResponseReturnValue:
    """The ballot drafted or changed as the form says; the form again where it does not fit."""
    try:
        form.demand()
        draft = form.draft()

        def work(session: Session) -> int:
            if ballot_id is None:
                return prepare_ballot(session, actor(), _forum_id(), draft)
            return change_ballot(session, actor(), _forum_id(), ballot_id, draft)

        saved = database().perform(work)
    except DomainError as error:
        if not error.fields:
            raise
        for name, errors in error.fields.items():
            form[name].errors = errors  # type: ignore[assignment]
        return _draft_page(form, offer, ballot_id, error.status)
    flash(str(say("투표를 저장했습니다.")), "done")
    return redirect(url_for("ballots.show", slug=request.view_args["slug"], ballot_id=saved), 303)  # type: ignore[index]


@blueprint.route("/forums/<slug>/ballots/new", methods=["GET", "POST"])
@requires("ballot.prepare")
def new(slug: str) -> ResponseReturnValue:
    """Draft a ballot."""
    with database().reading() as session:
        offer = on_offer(session, _forum_id())
    form = DraftForm(request.form if request.method == "POST" else None, data=FRESH)
    form.offer(offer)
    return _saved(form, offer, None) if request.method == "POST" else _draft_page(form, offer, None)


@blueprint.route("/forums/<slug>/ballots/<int:ballot_id>/edit", methods=["GET", "POST"])
@requires("ballot.prepare")
def edit(slug: str, ballot_id: int) -> ResponseReturnValue:
    """Change a draft."""
    with database().reading() as session:
        offer, shown = on_offer(session, _forum_id()), _ballot(session, ballot_id)
        titles, texts = queries.written(session, ballot_id)
    if not shown.is_draft:
        return redirect(url_for("ballots.show", slug=slug, ballot_id=ballot_id), 303)
    posted = request.form if request.method == "POST" else None
    form = DraftForm(posted, data=draft_values(shown, titles, texts, offer))
    form.offer(offer)
    return _saved(form, offer, ballot_id) if request.method == "POST" else _draft_page(form, offer, ballot_id)


def _show_values(ballot_id: int) -> dict[str, Any]:
    with database().reading() as session:
        shown = _ballot(session, ballot_id)
        results = queries.results(session, ballot_id)
        forum = the_forum(session, _forum_id())
        drafted = queries.written(session, ballot_id)[1] if shown.is_draft else []
        newer = renewals(drafted, shown.theme_version, on_offer(session, forum.id)) if drafted else []
    values = {"b": shown, "forum": forum, "results": results, "rules": rule_sentences(shown), "newer": newer}
    return values | {"may_run": may_run(actor(), forum.id)}


@blueprint.get("/forums/<slug>/ballots/<int:ballot_id>")
@requires("ballot.prepare")
def show(slug: str, ballot_id: int) -> ResponseReturnValue:
    """One ballot: the preview and its rules before it opens, its result afterwards."""
    return render_template("participation/ballots/show.html", **_show_values(ballot_id))


@blueprint.get("/forums/<slug>/ballots/<int:ballot_id>/open")
@requires("ballot.run")
def confirm_opening(slug: str, ballot_id: int) -> ResponseReturnValue:
    """The confirming look before a ballot is opened, as a page."""
    values = _show_values(ballot_id)
    if not values["b"].is_draft:
        return redirect(url_for("ballots.desk", slug=slug), 303)
    return render_template("participation/ballots/open.html", **values)


@blueprint.post("/forums/<slug>/ballots/<int:ballot_id>/renew")
@requires("ballot.prepare")
def renew(slug: str, ballot_id: int) -> ResponseReturnValue:
    """Take the names and numbers of the newest frozen version into a draft."""

    def work(session: Session) -> int:
        return renew_ballot(session, actor(), _forum_id(), ballot_id, on_offer(session, _forum_id()))

    database().perform(work)
    flash(str(say("새 판의 이름과 수로 바꾸었습니다.")), "done")
    return redirect(url_for("ballots.show", slug=slug, ballot_id=ballot_id), 303)


@blueprint.post("/forums/<slug>/ballots/<int:ballot_id>/discard")
@requires("ballot.prepare")
def discard(slug: str, ballot_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    database().perform(lambda session: discard_ballot(session, actor(), _forum_id(), ballot_id))
    flash(str(say("투표를 버렸습니다.")), "done")
    return redirect(url_for("ballots.desk", slug=slug), 303)
