"""The resident's phone: the surface and its regions. Packages above add theirs (turns, hands, ballots, themes)."""

from collections.abc import Iterable
from functools import partial

from sqlalchemy.orm import Session

from core.db.once import once
from core.i18n import say
from core.i18n.dates import format_time
from core.kept import Kept
from core.live.regions import Surface, Watch, reader
from core.permissions import Actor
from core.web.templates import draw, drawn_once
from participation.forums.events import CLOCK_EVENTS, ForumConfigured
from participation.forums.models import Act
from participation.forums.queries import ForumView, SegmentView, the_forum
from participation.proposals.events import PROPOSAL_EVENTS, MergeUndone, ProposalsMerged, StanceTaken
from participation.proposals.queries import (
    OwnStance,
    ProposalView,
    count_at_table,
    own_stances,
    proposal_by_id,
    proposals_of_table,
)
from participation.seats import queries
from participation.seats.events import SEATING_EVENTS, SeatTakenOver

PHONE = Surface("phone", delays={"turnout": 2.0})
FOLDER = "participation/phone/"
CARDS = Kept[str](4000)


@PHONE.admits
def admit(session: Session, who: Actor, forum_id: int, asked: dict[str, str]) -> Watch | None:
    """Who speaks for a seat follows the forum, the table, the turnout and the seat itself."""
    if who.seat_id is None or who.table is None:
        return None
    seat = queries.seat_by_id(session, forum_id, who.seat_id)
    if seat is None or seat.epoch != who.epoch:
        return None
    return Watch(("forum", f"table:{who.table}", "turnout", f"seat:{who.seat_id}"), (who.table, who.seat_id))


@PHONE.contents
def contents(session: Session, forum_id: int, table: int, seat: int) -> list[str]:
    """Header, band, what to do now, the table's proposals (the oldest first, as they arrived)."""
    proposals = proposals_of_table(session, forum_id, table)[::-1]
    for proposal in proposals:
        once(session, ("proposal", proposal.id), partial(_same, proposal))
    cards = [f"proposal-{proposal.id}" for proposal in proposals]
    head = [f"where-{table}", f"place-{seat}", "band", "rounds", "now", f"proposals-head-{table}"]
    return [*head, *cards, "actions"]


def _same(proposal: ProposalView) -> ProposalView:
    return proposal


@PHONE.region("where-{table}", lasting=True)
def draw_where(session: Session, forum_id: int, table: int) -> str:
    """The ring of the table, at the left of the header."""
    taken, who = queries.places_taken(session, forum_id, table), reader()
    places = the_forum(session, forum_id).seats_per_table
    states = queries.ring_states(taken, places, who.seat_id if who else None)
    return draw(FOLDER + "where.html", table=table, states=states)


@PHONE.region("place-{seat}")
def draw_place(session: Session, forum_id: int, seat: int) -> str:
    """Where one's own seat is, for the script: a seat that was moved opens its new table."""
    return draw(FOLDER + "place.html", id=seat, seat=queries.seat_by_id(session, forum_id, seat))


@PHONE.region("band")
def draw_band(session: Session, forum_id: int) -> str:
    """The now band."""
    return draw(FOLDER + "band.html", forum=the_forum(session, forum_id))


@PHONE.region("rounds", lasting=True)
def draw_rounds(session: Session, forum_id: int) -> str:
    """Which round takes stances and proposals, and since when others are closed: the script marks cards by it."""
    forum = the_forum(session, forum_id)
    past = [(one.id, _closed(one)) for one in forum.segments if Act.PROPOSE in one.open_acts]
    now = forum.segment.id if forum.segment else 0
    stances, proposals = (now if forum.opens(act) else 0 for act in (Act.TAKE_STANCE, Act.PROPOSE))
    return draw(FOLDER + "rounds.html", stances=stances, proposals=proposals, past=past)


@PHONE.region("now", lasting=True)
def draw_now(session: Session, forum_id: int) -> str:
    """What happens now where it is not a round at the table."""
    return draw(FOLDER + "now.html", forum=the_forum(session, forum_id))


@PHONE.region("proposals-head-{table}", lasting=True)
def draw_head(session: Session, forum_id: int, table: int) -> str:
    """How many proposals the table has."""
    return draw(FOLDER + "proposals_head.html", table=table, number=count_at_table(session, forum_id, table))


@PHONE.region("proposal-{proposal}", within="proposals", first=True, lasting=True)
def draw_proposal(session: Session, forum_id: int, proposal: int) -> str:
    """One voice card with its three stances."""
    view = once(session, ("proposal", proposal), lambda: proposal_by_id(session, forum_id, proposal))
    if view is None or not view.is_listed:
        return ""
    forum, who = the_forum(session, forum_id), reader()
    mine = _own_stance(session, who, proposal)
    own = bool(who and who.seat_id and who.seat_id == view.seat_id)
    closed = "" if who is None else _closed_since(forum, view)
    if closed and mine:
        closed = f"{closed} {say('고르신 것은 그대로 남아 있습니다.')}"
    stance, before = (mine.value if mine else ""), mine is not None and mine.version < view.version
    values = {"p": view, "slug": forum.slug, "stance": stance, "before": before, "own": own, "closed": closed}
    return drawn_once(lambda: draw(FOLDER + "proposal.html", **values), CARDS, tuple(values.values()))


def _own_stance(session: Session, who: Actor | None, proposal: int) -> OwnStance | None:
    if who is None or who.seat_id is None:
        return None
    return own_stances(session, who.seat_id).get(proposal)


@PHONE.region("actions", lasting=True)
def draw_actions(session: Session, forum_id: int) -> str:
    """Whether a proposal can be written now."""
    forum = the_forum(session, forum_id)
    return draw(FOLDER + "actions.html", forum=forum, may_propose=forum.opens(Act.PROPOSE))


def _closed(segment: SegmentView) -> str:
    """Why no stance can be taken on what was put forward in a segment that is not on."""
    if segment.ended_at is None or Act.TAKE_STANCE not in segment.open_acts:
        return str(say("지금 순서에서는 뜻을 표시하지 않습니다."))
    sentence = say(
        "%(round)s이(가) %(time)s에 끝나 더 바꿀 수 없습니다.",
        round=segment.called,
        time=format_time(segment.ended_at),
    )
    return str(sentence)


def _closed_since(forum: ForumView, proposal: ProposalView) -> str:
    """Why no stance can be taken on a proposal; empty while it can."""
    if forum.segment and forum.segment.id == proposal.segment_id and forum.opens(Act.TAKE_STANCE):
        return ""
    segment = next((one for one in forum.segments if one.id == proposal.segment_id), None)
    return _closed(segment) if segment else str(say("지금 순서에서는 뜻을 표시하지 않습니다."))


@PHONE.on(*CLOCK_EVENTS, ForumConfigured)
def clock_touches(event: object) -> Iterable[str]:
    return ("band", "rounds", "now", "actions")


@PHONE.on(*SEATING_EVENTS)
def seating_touches(event: object) -> Iterable[str]:
    return (f"where-{event.table}", f"place-{event.seat}")  # type: ignore[attr-defined]


@PHONE.on(SeatTakenOver)
def taken_over_touches(event: SeatTakenOver) -> Iterable[str]:
    """The live server tells the older browser; nothing is drawn anew."""
    return ()


@PHONE.on(*PROPOSAL_EVENTS)
def proposal_touches(event: object) -> Iterable[str]:
    names = [f"proposal-{event.proposal}"]  # type: ignore[attr-defined]
    if isinstance(event, (ProposalsMerged, MergeUndone)):
        names = [*(f"proposal-{source}" for source in event.sources.split(",") if source), *names]
    return (*names, f"proposals-head-{event.table}")  # type: ignore[attr-defined]


@PHONE.on(StanceTaken)
def stance_touches(event: StanceTaken) -> Iterable[str]:
    """Counts are not shown on phones, and nobody's stance travels to others."""
    return ()
