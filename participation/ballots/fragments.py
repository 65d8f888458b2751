"""Ballots on live pages: the resident's phone, and the host's page."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from core.live.regions import Surface, Watch, reader
from core.permissions import Actor
from core.web.templates import draw
from participation.ballots import queries
from participation.ballots.drawing import drawn_order
from participation.ballots.events import (
    STATE_EVENTS,
    TURNOUT_EVENTS,
    BallotDiscarded,
    BallotPrepared,
    PaperEntered,
    PaperRemoved,
)
from participation.ballots.models import UNDER_WAY, BallotState, Channel
from participation.ballots.permissions import may_prepare
from participation.ballots.queries import BallotView, OptionView, SeatTurnout
from participation.ballots.rules import late, rule_sentences, too_many
from participation.forums.events import ForumClosed, ForumStarted, SegmentStarted
from participation.forums.models import Forum, SegmentKind
from participation.forums.queries import ForumView, the_forum
from participation.seats.events import SEATING_EVENTS
from participation.seats.phone import PHONE

DESK = Surface("ballots", delays={"turnout": 1.0})


def options_for(ballot: BallotView, seat_id: int | None) -> list[OptionView]:
    """The options in the order drawn for a seat; in the stated order where there is none."""
    if seat_id is None or ballot.method == "yes_no":
        return list(ballot.options)
    return [ballot.option(number) for number in drawn_order(seat_id, ballot.id, [o.number for o in ballot.options])]


def first_step(ballot: BallotView, took: SeatTurnout | None) -> str:
    """What a phone shows first, as far as the server knows."""
    if ballot.is_published:
        return "result"
    if ballot.state not in UNDER_WAY:
        return "closed"
    if took is None:
        return "choose"
    return "paper" if took.channel is Channel.PAPER else "receipt"


def takes_main_place(ballot: BallotView, forum: ForumView) -> bool:
    """A ballot has the phone to itself in the step it was opened in, and in a step for voting until its result is old.

    The present step comes first: where the room has moved on, a ballot still open is a card with a way to it.
    """
    step = forum.segment
    if step is None or step.started_at is None or ballot.opened_at is None:
        return False
    if step.kind is SegmentKind.SURVEY and ballot.state not in UNDER_WAY:
        return False
    if step.started_at <= ballot.opened_at:
        return True
    fresh = ballot.published_at is None or step.started_at <= ballot.published_at
    return step.kind is SegmentKind.PLENARY_BALLOT and fresh


@PHONE.contents
def phone_contents(session: Session, forum_id: int, table: int, seat: int) -> list[str]:
    """The ballot and, apart from it, its turnout."""
    return ["ballot", "ballot-turnout"]


@PHONE.region("ballot", lasting=True)
def draw_phone_ballot(session: Session, forum_id: int) -> str:
    """The ballot under way, or what became of the last one."""
    ballot, forum = queries.shown_ballot(session, forum_id), the_forum(session, forum_id)
    main = ballot is not None and takes_main_place(ballot, forum)
    if ballot is None or (not main and ballot.practice):
        return draw("participation/ballots/phone.html", b=None)
    who = reader()
    took = queries.seat_turnout(session, ballot.id, who.seat_id) if who and who.seat_id else None
    return draw(
        "participation/ballots/phone.html",
        b=ballot,
        main=main,
        slug=forum.slug,
        took=took,
        step=first_step(ballot, took),
        under_way=ballot.state in UNDER_WAY,
        options=options_for(ballot, who.seat_id if who else None),
        results=queries.results(session, ballot.id),
        rules=rule_sentences(ballot),
        can_be_helped=forum.is_live and ballot.state in (BallotState.CLOSING, BallotState.SEALED),
        late=late(ballot),
        over=too_many(ballot),
    )


@PHONE.region("ballot-turnout", lasting=True)
def draw_phone_turnout(session: Session, forum_id: int) -> str:
    """How many took part, as long as the ballot has the phone and the result is not out."""
    ballot = queries.shown_ballot(session, forum_id)
    main = ballot is not None and takes_main_place(ballot, the_forum(session, forum_id))
    shown = ballot is not None and main and not ballot.is_published
    turnout = queries.turnout_of(session, ballot.id) if ballot is not None and shown else None
    closed = ballot is not None and ballot.state not in UNDER_WAY
    return draw("participation/ballots/phone_turnout.html", b=ballot, shown=shown, t=turnout, closed=closed)


@PHONE.on(*STATE_EVENTS)
def phone_state(event: object) -> Iterable[str]:
    return ("ballot", "ballot-turnout")


@PHONE.on(*TURNOUT_EVENTS, *SEATING_EVENTS)
def phone_turnout(event: object) -> Iterable[str]:
    return ("ballot-turnout",)


@PHONE.on(SegmentStarted, ForumStarted, ForumClosed)
def phone_moves_on(event: object) -> Iterable[str]:
    return ("ballot", "ballot-turnout")


@DESK.admits
def admit(session: Session, who: Actor, forum_id: int, asked: dict[str, str]) -> Watch | None:
    """Who prepares ballots follows them, the turnout, and who sits down."""
    if not may_prepare(who, forum_id):
        return None
    tables = session.get_one(Forum, forum_id).tables
    return Watch(("forum", "turnout", "staff", *(f"table:{number}" for number in range(1, tables + 1))))


@DESK.contents
def desk_contents(session: Session, forum_id: int) -> list[str]:
    """State and acts of the ballot at hand, its turnout and papers, and every ballot of the forum."""
    return ["current", "turnout", "paper-form", "papers", "marks", "ballots"]


def _values(session: Session, forum_id: int) -> dict[str, Any]:
    ballot = queries.shown_ballot(session, forum_id)
    under_way = ballot is not None and ballot.state in UNDER_WAY
    return {"b": ballot, "slug": session.get_one(Forum, forum_id).slug, "under_way": under_way}


@DESK.region("current")
def draw_current(session: Session, forum_id: int) -> str:
    """The ballot opened last: its state and what the host can do now."""
    values = _values(session, forum_id)
    ballot = values["b"]
    rules = rule_sentences(ballot) if ballot else []
    results = queries.results(session, ballot.id) if ballot else None
    return draw("participation/ballots/desk_current.html", rules=rules, results=results, **values)


@DESK.region("turnout")
def draw_desk_turnout(session: Session, forum_id: int) -> str:
    """Turnout, and whether papers and marks agree."""
    values = _values(session, forum_id)
    turnout = queries.turnout_of(session, values["b"].id) if values["b"] else None
    return draw("participation/ballots/desk_turnout.html", t=turnout, **values)


@DESK.region("paper-form")
def draw_paper_form(session: Session, forum_id: int) -> str:
    """Where a paper is typed in; redrawn only when the state changes, so that ticks stay."""
    return draw("participation/ballots/desk_paper_form.html", **_values(session, forum_id))


@DESK.region("papers")
def draw_papers(session: Session, forum_id: int) -> str:
    """The papers typed in and not sealed yet."""
    values = _values(session, forum_id)
    typed = queries.papers(session, values["b"].id) if values["under_way"] else []
    return draw("participation/ballots/desk_papers.html", papers=typed, **values)


@DESK.region("marks")
def draw_marks(session: Session, forum_id: int) -> str:
    """Which seats vote on paper, and which could."""
    values = _values(session, forum_id)
    lines = queries.seat_lines(session, forum_id, values["b"].id) if values["under_way"] else []
    return draw("participation/ballots/desk_marks.html", lines=lines, **values)


@DESK.region("ballots")
def draw_list(session: Session, forum_id: int) -> str:
    """Every ballot of the forum with its state."""
    values = _values(session, forum_id)
    return draw("participation/ballots/desk_list.html", ballots=queries.ballots(session, forum_id), **values)


@DESK.on(*STATE_EVENTS)
def desk_state(event: object) -> Iterable[str]:
    return ("current", "turnout", "paper-form", "papers", "marks", "ballots")


@DESK.on(BallotPrepared, BallotDiscarded)
def desk_prepared(event: object) -> Iterable[str]:
    return ("ballots",)


@DESK.on(*TURNOUT_EVENTS, *SEATING_EVENTS)
def desk_turnout(event: object) -> Iterable[str]:
    return ("turnout", "marks")


@DESK.on(PaperEntered, PaperRemoved)
def desk_papers(event: object) -> Iterable[str]:
    return ("turnout", "papers")
