"""The host's stage as a live page: the band with its controls, run sheet, figures, tables, screen, messages."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from core import clock
from core.i18n import Message, say
from core.live.presence import PRESENCE
from core.live.regions import Surface, Watch
from core.permissions import Actor, is_allowed
from core.web.templates import draw
from facilitation.stage.events import MessageAcknowledged, MessageSent, ScreenChanged
from facilitation.stage.forms import AUTO, VIEWS
from facilitation.stage.presence import connected
from facilitation.stage.queries.ballots import left_behind
from facilitation.stage.queries.figures import figures
from facilitation.stage.queries.hall import TableState, TableTile, hall
from facilitation.stage.queries.messages import messages
from facilitation.stage.queries.screen import showing
from facilitation.stage.schedule import run_sheet
from facilitation.tables.events import HELP_EVENTS, TURN_EVENTS, HelpCalled, TurnStarted
from facilitation.tables.forms import REASONS
from facilitation.tables.queries import open_help_calls
from facilitation.training.events import STAFFING_EVENTS, FacilitatorAssigned
from participation.ballots.events import STATE_EVENTS, TURNOUT_EVENTS, BallotDiscarded, BallotPrepared
from participation.ballots.models import BallotState
from participation.ballots.queries import BallotView, ballots, turnout_of
from participation.forums.events import CLOCK_EVENTS, ForumAnnounced, ForumConfigured
from participation.forums.models import SegmentKind
from participation.forums.queries import ForumView, forum_by_id, the_forum
from participation.proposals.events import PROPOSAL_EVENTS, ProposalSubmitted
from participation.seats.events import SEATING_EVENTS, SeatTaken

T = TypeVar("T")
STAGE = Surface("stage", delays={"table": 0.4, "turnout": 0.5, "staff": 0.2})
FOLDER = "facilitation/stage/"
MOST_TABLES = 200
MOST_RICH = 12

STATE_WORDS: dict[TableState, tuple[Message, str]] = {
    TableState.HELP: (say("도움 요청"), "hand"),
    TableState.LOST: (say("연결 끊김"), "wifi-off"),
    TableState.QUIET: (say("기록 없음"), "clock"),
    TableState.FINISHED: (say("먼저 마침"), "check"),
    TableState.TALKING: (say("토론 중"), "speech"),
    TableState.BREAK: (say("쉬는 중"), "pause"),
    TableState.LISTENING: (say("듣는 중"), "people"),
    TableState.ARRIVING: (say("오는 중"), "seat"),
    TableState.OVER: (say("마침"), "check"),
}
HELP_WORDS: dict[str, Message] = {value: label for value, label, _, _ in REASONS}


def _once(session: Session, key: tuple[str, int], make: Callable[[], T]) -> T:
    """What was read before for the same drawing; the sessions that regions are drawn with read one moment."""
    kept: dict[tuple[str, int], T] = session.info.setdefault("stage", {})
    if key not in kept:
        kept[key] = make()
    return kept[key]


def _forum(session: Session, forum_id: int) -> ForumView:
    return _once(session, ("forum", forum_id), lambda: the_forum(session, forum_id))


def _hall(session: Session, forum_id: int) -> dict[int, TableTile]:
    """All tables, read once for each drawing."""

    def read() -> dict[int, TableTile]:
        return hall(session, _forum(session, forum_id), connected(forum_id), clock.now())

    return _once(session, ("hall", forum_id), read)


@STAGE.admits
def admit(session: Session, actor: Actor, forum_id: int, _asked: dict[str, str]) -> Watch | None:
    """The host."""
    forum = forum_by_id(session, forum_id)
    if forum is None or not is_allowed("forum.host", actor, forum_id):
        return None
    tables = (f"table:{number}" for number in range(1, forum.tables + 1))
    return Watch(("forum", "staff", "turnout", *tables))


@STAGE.contents
def contents(session: Session, forum_id: int) -> list[str]:
    """All regions; the tables keep their order."""
    tiles = [f"tile-{number}" for number in _hall(session, forum_id)]
    return ["band", "run", "facts", *tiles, "ballot", "picks", "alerts", "sent"]


@STAGE.region("band")
def band(session: Session, forum_id: int) -> str:
    forum = _forum(session, forum_id)
    before = [one for one in forum.segments if forum.segment and one.position < forum.segment.position]
    asks = bool(open_help_calls(session, forum_id) or left_behind(session, forum))
    values: dict[str, Any] = {"before": before[-1] if before else None, "asks": asks, "now": clock.now()}
    return draw(FOLDER + "band.html", forum=forum, **values)


@STAGE.region("run")
def run(session: Session, forum_id: int) -> str:
    forum = _forum(session, forum_id)
    return draw(FOLDER + "run.html", forum=forum, sheet=run_sheet(forum, clock.now()))


@STAGE.region("facts")
def facts(session: Session, forum_id: int) -> str:
    forum = _forum(session, forum_id)
    online = len(PRESENCE.seats(forum_id))
    return draw(FOLDER + "facts.html", figures_now=figures(session, forum), online=online)


@STAGE.region("tile-{table}", within="tables")
def tile(session: Session, forum_id: int, table: int) -> str:
    """One table: read alone where only it is drawn."""
    forum = _forum(session, forum_id)
    if table > forum.tables:
        return ""
    known: dict[int, TableTile] = session.info.get("stage", {}).get(("hall", forum_id), {})
    found = known.get(table) or hall(session, forum, connected(forum_id), clock.now(), table=table)[table]
    word, icon = STATE_WORDS[found.state]
    values = {"tile": found, "word": word, "icon": icon, "dense": forum.tables > MOST_RICH, "reasons": HELP_WORDS}
    return draw(FOLDER + "tile.html", forum=forum, **values)


@STAGE.region("picks")
def picks(session: Session, forum_id: int) -> str:
    """What the screen shows, and what else it could."""
    forum = _forum(session, forum_id)
    return draw(FOLDER + "picks.html", forum=forum, showing=showing(session, forum), views=VIEWS, auto=AUTO)


def _ballot_at_hand(session: Session, forum: ForumView) -> BallotView | None:
    """The ballot the host has to do with now: under way or sealed, else in a ballot's step the next draft."""
    found = ballots(session, forum.id)
    running = [one for one in found if one.state in (BallotState.OPEN, BallotState.CLOSING, BallotState.SEALED)]
    drafts = [one for one in found if one.is_draft]
    in_step = forum.segment is not None and forum.segment.kind is SegmentKind.PLENARY_BALLOT
    return running[-1] if running else drafts[0] if drafts and in_step else None


@STAGE.region("ballot")
def ballot(session: Session, forum_id: int) -> str:
    forum = _forum(session, forum_id)
    found = _ballot_at_hand(session, forum)
    turnout = turnout_of(session, found.id) if found and not found.is_draft else None
    in_step = forum.segment is not None and forum.segment.kind is SegmentKind.PLENARY_BALLOT
    return draw(FOLDER + "ballot.html", forum=forum, b=found, turnout=turnout, in_step=in_step)


@STAGE.region("alerts")
def alerts(session: Session, forum_id: int) -> str:
    """What needs the host: calls for help first, then silence."""
    tiles, forum = _hall(session, forum_id), _forum(session, forum_id)
    by_state = {state: [one for one in tiles.values() if one.state is state] for state in TableState}
    values = {"lost": by_state[TableState.LOST], "quiet": by_state[TableState.QUIET]}
    finished = by_state[TableState.FINISHED]
    calls = open_help_calls(session, forum_id)
    return draw(FOLDER + "alerts.html", forum=forum, calls=calls, reasons=HELP_WORDS, finished=finished, **values)


@STAGE.region("sent")
def sent(session: Session, forum_id: int) -> str:
    return draw(FOLDER + "sent.html", messages=messages(session, forum_id))


ALL_TILES = tuple(f"tile-{number}" for number in range(1, MOST_TABLES + 1))


@STAGE.on(*CLOCK_EVENTS, ForumConfigured, ForumAnnounced)
def whole(_event: object) -> list[str]:
    """An event of the forum cannot say how many tables there are: those that are not there draw nothing."""
    return ["band", "run", "facts", *ALL_TILES, "ballot", "picks", "alerts", "sent"]


@STAGE.on(*TURN_EVENTS)
def turn(event: TurnStarted) -> list[str]:
    return [f"tile-{event.table}", "facts", "alerts"]


@STAGE.on(*PROPOSAL_EVENTS)
def proposal(event: ProposalSubmitted) -> list[str]:
    return [f"tile-{event.table}", "facts", "alerts"]


@STAGE.on(*SEATING_EVENTS)
def seating(event: SeatTaken) -> list[str]:
    return [f"tile-{event.table}", "facts", "alerts", "ballot"]


@STAGE.on(*STAFFING_EVENTS)
def staffing(event: FacilitatorAssigned) -> list[str]:
    return [f"tile-{event.table}"]


@STAGE.on(*HELP_EVENTS)
def help_call(event: HelpCalled) -> list[str]:
    return ["band", "alerts", f"tile-{event.table}"]


@STAGE.on(MessageSent, MessageAcknowledged)
def message(_event: object) -> list[str]:
    return ["sent"]


@STAGE.on(ScreenChanged)
def screen(_event: object) -> list[str]:
    return ["picks"]


@STAGE.on(*STATE_EVENTS, BallotPrepared, BallotDiscarded)
def ballot_state(_event: object) -> list[str]:
    return ["band", "facts", "picks", "ballot"]


@STAGE.on(*TURNOUT_EVENTS)
def turnout(_event: object) -> list[str]:
    return ["facts", "ballot"]
