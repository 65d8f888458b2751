"""The resident's phone: the surface, its regions, and the page while a forum is live."""

from collections.abc import Iterable

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.i18n import say
from core.i18n.dates import format_time
from core.live.regions import Surface, Watch, reader
from core.permissions import Actor
from core.web.context import actor, services
from core.web.live_pages import live_page
from core.web.templates import draw
from participation.forums.events import CLOCK_EVENTS
from participation.forums.models import Act, SegmentKind
from participation.forums.queries import ForumView, SegmentView, the_forum
from participation.proposals.events import PROPOSAL_EVENTS, MergeUndone, ProposalsMerged, StanceTaken
from participation.proposals.operations import last_counter
from participation.proposals.queries import (
    ProposalView,
    proposal_by_id,
    proposals_of_seat,
    proposals_of_table,
    stances_of_seat,
)
from participation.seats import queries
from participation.seats.events import SEATING_EVENTS
from participation.seats.operations import receipt_token

PHONE = Surface("phone", delays={"turnout": 2.0})


@PHONE.admits
def admit(session: Session, who: Actor, forum_id: int, asked: dict[str, str]) -> Watch | None:
    """Who holds a seat follows the forum, the table, the turnout and the seat itself."""
    if who.seat_id is None or who.table is None:
        return None
    return Watch(("forum", f"table:{who.table}", "turnout", f"seat:{who.seat_id}"), (who.table, who.seat_id))


@PHONE.contents
def contents(session: Session, forum_id: int, table: int, seat: int) -> list[str]:
    """Header, band, what to do now, the table's proposals, one's own marks."""
    newest_last = reversed(proposals_of_table(session, forum_id, table))
    cards = [f"proposal-{proposal.id}" for proposal in newest_last]
    return [f"where-{table}", "band", "rounds", "now", f"proposals-head-{table}", *cards, "actions"]


@PHONE.region("where-{table}")
def draw_where(session: Session, forum_id: int, table: int) -> str:
    """The ring of the table, at the left of the header."""
    forum = the_forum(session, forum_id)
    seats = tuple(queries.seats_of_table(session, forum_id, table))
    who = reader()
    view = queries.TableView(table, forum.seats_per_table, seats)
    return draw("participation/phone/where.html", table=table, states=view.states(who.seat_id if who else None))


@PHONE.region("band")
def draw_band(session: Session, forum_id: int) -> str:
    """The now band."""
    return draw("participation/phone/band.html", forum=the_forum(session, forum_id))


@PHONE.region("rounds")
def draw_rounds(session: Session, forum_id: int) -> str:
    """Which round takes stances, and since when the others are closed: the script marks the cards by it."""
    forum = the_forum(session, forum_id)
    past = [(one.id, _sentence(one)) for one in forum.segments if Act.PROPOSE in one.open_acts]
    open_one = forum.segment.id if forum.segment and forum.opens(Act.TAKE_STANCE) else 0
    return draw("participation/phone/rounds.html", open_one=open_one, past=past)


@PHONE.region("now")
def draw_now(session: Session, forum_id: int) -> str:
    """What happens now where it is not a round at the table."""
    forum = the_forum(session, forum_id)
    return draw("participation/phone/now.html", forum=forum, kinds=SegmentKind)


@PHONE.region("proposals-head-{table}")
def draw_head(session: Session, forum_id: int, table: int) -> str:
    """How many proposals the table has."""
    number = len(proposals_of_table(session, forum_id, table))
    return draw("participation/phone/proposals_head.html", table=table, number=number)


@PHONE.region("proposal-{proposal}", within="proposals", first=True)
def draw_proposal(session: Session, forum_id: int, proposal: int) -> str:
    """One voice card with its three stances."""
    view = proposal_by_id(session, forum_id, proposal)
    if view is None or view.state not in ("shown", "hidden"):
        return ""
    forum, who = the_forum(session, forum_id), reader()
    mine = stances_of_seat(session, who.seat_id).get(proposal, "") if who and who.seat_id else ""
    own = bool(who and who.seat_id and who.seat_id == view.seat_id)
    values = {"p": view, "forum": forum, "chosen": mine, "own": own, "closed": _closed_since(forum, view)}
    return draw("participation/phone/proposal.html", **values)


@PHONE.region("actions")
def draw_actions(session: Session, forum_id: int) -> str:
    """Whether a proposal can be written now."""
    forum = the_forum(session, forum_id)
    return draw("participation/phone/actions.html", forum=forum, may_propose=forum.opens(Act.PROPOSE))


def _sentence(segment: SegmentView) -> str:
    """Why no stance can be taken on what was put forward in a segment that is not on."""
    if segment.ended_at is None:
        return str(say("지금 순서에서는 뜻을 표시하지 않습니다."))
    sentence = say(
        "%(round)s이(가) %(time)s에 끝나 더 바꿀 수 없습니다. 고르신 것은 그대로 남아 있습니다.",
        round=segment.title,
        time=format_time(segment.ended_at),
    )
    return str(sentence)


def _closed_since(forum: ForumView, proposal: ProposalView) -> str:
    """Since when stances on this proposal are closed; empty while they can be taken, and where drawn for all."""
    if reader() is None or (forum.segment and forum.segment.id == proposal.segment_id):
        return ""
    segment = next((one for one in forum.segments if one.id == proposal.segment_id), None)
    return _sentence(segment) if segment else str(say("지금 순서에서는 뜻을 표시하지 않습니다."))


@PHONE.on(*CLOCK_EVENTS)
def clock_touches(event: object) -> Iterable[str]:
    return ("band", "rounds", "now", "actions")


@PHONE.on(*SEATING_EVENTS)
def seating_touches(event: object) -> Iterable[str]:
    return (f"where-{event.table}",)  # type: ignore[attr-defined]


@PHONE.on(*PROPOSAL_EVENTS)
def proposal_touches(event: object) -> Iterable[str]:
    names = [f"proposal-{event.proposal}"]  # type: ignore[attr-defined]
    if isinstance(event, (ProposalsMerged, MergeUndone)):
        names = [*(f"proposal-{source}" for source in event.sources.split(",") if source), *names]
    return (*names, f"proposals-head-{event.table}")  # type: ignore[attr-defined]


@PHONE.on(StanceTaken)
def stance_touches(event: StanceTaken) -> Iterable[str]:
    """Counts are not shown on phones."""
    return ()


def show_phone(forum: ForumView) -> ResponseReturnValue:
    """The page of whoever holds a seat while the forum is live, and after its close."""
    who = actor()
    database = services().database
    with database.reading() as session:
        seat = queries.seat_by_id(session, forum.id, who.seat_id or 0)
        counter = last_counter(session, who.seat_id or 0)
        own = [proposal.id for proposal in proposals_of_seat(session, who.seat_id or 0)]
    page = live_page(PHONE, who, forum.id, counter=counter)
    token = receipt_token(services().settings.secret_key, who.seat_id or 0)
    values = {"forum": forum, "seat": seat, "page": page, "own": own, "receipt": token}
    return render_template("participation/phone/page.html", home=url_for("forums.show", slug=forum.slug), **values)
