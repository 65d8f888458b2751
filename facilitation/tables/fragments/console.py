"""The console as a live page: who may watch it, and how its regions are drawn.

What the whole room shares is in regions of its own (`now`, `question`, `agenda`): an event of the forum reaches
every console alike, and cannot name a table.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from core import clock
from core.i18n import say
from core.live.presence import PRESENCE
from core.live.regions import Surface, Watch
from core.permissions import Actor
from core.web.templates import draw
from facilitation.moderation.permissions import may_watch_table
from facilitation.moderation.queries import TableProposal, table_of_proposal, table_proposals
from facilitation.tables.forms import MODES, REASONS
from facilitation.tables.models import TURN_SECONDS
from facilitation.tables.queries import TableView, table_view
from participation.forums.models import Act
from participation.forums.queries import SegmentView, forum_by_id, the_forum
from participation.proposals.models import ProposalState

T = TypeVar("T")
CONSOLE = Surface("console")
FOLDER = "facilitation/tables/"
FULLEST_BAR = 60


def once(session: Session, key: tuple[str, int, int], make: Callable[[], T]) -> T:
    """What was read before for the same drawing; the sessions that regions are drawn with read one moment."""
    kept: dict[tuple[str, int, int], T] = session.info.setdefault("drawn", {})
    if key not in kept:
        kept[key] = make()
    return kept[key]


def table_at(session: Session, forum_id: int, table: int) -> TableView:
    """The table as it stands, read once for each drawing."""
    return once(session, ("table", forum_id, table), lambda: table_view(session, forum_id, table))


def proposals_at(session: Session, forum_id: int, table: int) -> tuple[TableProposal, ...]:
    """The table's proposals, read once for each drawing; it is known of each of them then at which table it is."""

    def read() -> tuple[TableProposal, ...]:
        found = table_proposals(session, forum_id, table)
        for one in found:
            once(session, ("table of", forum_id, one.id), lambda: table)
        return found

    return once(session, ("proposals", forum_id, table), read)


@CONSOLE.admits
def admit(session: Session, actor: Actor, forum_id: int, asked: dict[str, str]) -> Watch | None:
    """Who runs the table, and coordinators."""
    table, forum = asked.get("table", ""), forum_by_id(session, forum_id)
    if forum is None or not table.isdecimal() or not 1 <= int(table) <= forum.tables:
        return None
    if not may_watch_table(actor, forum_id, int(table)):
        return None
    return Watch(("forum", f"table:{int(table)}", "staff"), (int(table),))


def quoted(text: str) -> str:
    """A line as it is read aloud, in quotation marks."""
    return f"“{text.strip().strip('“”')}”"


def line_moments(segment: SegmentView | None) -> list[datetime | None]:
    """When each line of a segment is due by its planned seconds; None where the segment has not begun."""
    moments: list[datetime | None] = []
    if segment is None:
        return moments
    at = segment.started_at
    for line in segment.lines:
        moments.append(at)
        at = at + timedelta(seconds=line.seconds) if at else None
    return moments


def due_line(moments: list[datetime | None]) -> int:
    """The number of the last line that is due."""
    due = [number for number, at in enumerate(moments) if at is not None and at <= clock.now()]
    return due[-1] if due else 0


def ring_states(view: TableView) -> list[str]:
    """The state of each place of the table, for its ring."""
    connected, by_place = PRESENCE.seats(view.forum.id), {seat.place: seat for seat in view.here}
    states = []
    for place in range(1, max([view.forum.seats_per_table, *by_place]) + 1):
        seat = by_place.get(place)
        if seat is None:
            states.append("empty")
        elif seat.is_speaking:
            states.append("speaking")
        elif seat.has_phone and seat.id not in connected:
            states.append("offline")
        else:
            states.append("least" if seat in view.least else "seated")
    return states


@CONSOLE.region("now")
def now(session: Session, forum_id: int) -> str:
    """The step of the whole room, with its lines and clock: alike on every console."""
    forum = once(session, ("forum", forum_id, 0), lambda: the_forum(session, forum_id))
    moments = line_moments(forum.segment)
    values = {"forum": forum, "moments": moments, "line": due_line(moments), "quoted": quoted}
    return draw(FOLDER + "now.html", speaks=forum.opens(Act.SPEAK), **values)


@CONSOLE.region("question")
def question(session: Session, forum_id: int) -> str:
    """The question of the step, as part of what a facilitator may ask."""
    forum = once(session, ("forum", forum_id, 0), lambda: the_forum(session, forum_id))
    asked = (forum.segment.question if forum.segment else "") or forum.question
    return draw(FOLDER + "question.html", question=asked)


@CONSOLE.region("agenda")
def agenda(session: Session, forum_id: int) -> str:
    forum = once(session, ("forum", forum_id, 0), lambda: the_forum(session, forum_id))
    return draw(FOLDER + "agenda.html", forum=forum, quoted=quoted)


@CONSOLE.region("step-{table}")
def step(session: Session, forum_id: int, table: int) -> str:
    """Which line was chosen by hand, for the script to show."""
    view = table_at(session, forum_id, table)
    return draw(FOLDER + "step.html", table=table, step=view.step or (0, 0))


@CONSOLE.region("ring-{table}")
def ring(session: Session, forum_id: int, table: int) -> str:
    view = table_at(session, forum_id, table)
    return draw(FOLDER + "ring.html", view=view, states=ring_states(view))


@CONSOLE.region("names-{table}")
def names(session: Session, forum_id: int, table: int) -> str:
    """How each seat is called, for the script to write under what it said."""
    return draw(FOLDER + "names.html", view=table_at(session, forum_id, table))


@CONSOLE.region("help-{table}", within="notices", first=True)
def help_call(session: Session, forum_id: int, table: int) -> str:
    view = table_at(session, forum_id, table)
    if view.help is None:
        return ""
    reason = next(label for value, label, _, _ in REASONS if value == view.help.reason)
    return draw(FOLDER + "help_call.html", view=view, reason=reason)


@CONSOLE.region("seats-{table}")
def seats(session: Session, forum_id: int, table: int) -> str:
    view = table_at(session, forum_id, table)
    connected = PRESENCE.seats(forum_id)
    lost = {seat.id for seat in view.here if seat.has_phone and seat.id not in connected}
    longest = max([FULLEST_BAR, *(seat.spoken for seat in view.seats)])
    return draw(FOLDER + "seats.html", view=view, lost=lost, longest=longest)


@CONSOLE.region("hint-{table}")
def hint(session: Session, forum_id: int, table: int) -> str:
    return draw(FOLDER + "hint.html", view=table_at(session, forum_id, table))


@CONSOLE.region("turn-{table}")
def turn(session: Session, forum_id: int, table: int) -> str:
    view = table_at(session, forum_id, table)
    return draw(FOLDER + "turn.html", view=view, modes=MODES, turn_seconds=TURN_SECONDS)


@CONSOLE.region("now-{table}")
def now_line(session: Session, forum_id: int, table: int) -> str:
    return draw(FOLDER + "now_line.html", view=table_at(session, forum_id, table))


@CONSOLE.region("picks-{table}")
def picks(session: Session, forum_id: int, table: int) -> str:
    return draw(FOLDER + "picks.html", view=table_at(session, forum_id, table))


def _card(session: Session, forum_id: int, proposal_id: int, *, name: str, parked: bool) -> str:
    table = once(
        session, ("table of", forum_id, proposal_id), lambda: table_of_proposal(session, forum_id, proposal_id)
    )
    if table is None:
        return ""
    found = next(one for one in proposals_at(session, forum_id, table) if one.id == proposal_id)
    if not (found.state is ProposalState.PARKED if parked else found.is_listed):
        return ""
    return draw(FOLDER + "proposal.html", view=table_at(session, forum_id, table), p=found, name=name)


@CONSOLE.region("proposal-{proposal}", within="proposals", first=True)
def proposal(session: Session, forum_id: int, proposal_id: int) -> str:
    return _card(session, forum_id, proposal_id, name=f"proposal-{proposal_id}", parked=False)


@CONSOLE.region("parked-{proposal}", within="parked", first=True)
def parked(session: Session, forum_id: int, proposal_id: int) -> str:
    return _card(session, forum_id, proposal_id, name=f"parked-{proposal_id}", parked=True)


def _counted(session: Session, forum_id: int, table: int, state: ProposalState) -> int:
    return sum(one.state is state for one in proposals_at(session, forum_id, table))


def _number(name: str, count: int) -> str:
    return f'<span data-region="{name}">{count}</span>'


@CONSOLE.region("count-{table}")
def count(session: Session, forum_id: int, table: int) -> str:
    return _number(f"count-{table}", _counted(session, forum_id, table, ProposalState.SHOWN))


@CONSOLE.region("tab-count-{table}")
def tab_count(session: Session, forum_id: int, table: int) -> str:
    return _number(f"tab-count-{table}", _counted(session, forum_id, table, ProposalState.SHOWN))


@CONSOLE.region("parked-count-{table}")
def parked_count(session: Session, forum_id: int, table: int) -> str:
    return _number(f"parked-count-{table}", _counted(session, forum_id, table, ProposalState.PARKED))


@CONSOLE.region("nothing-{table}")
def nothing(session: Session, forum_id: int, table: int) -> str:
    empty = not any(one.is_listed for one in proposals_at(session, forum_id, table))
    words = say("아직 제안이 없습니다. 들은 말을 적어 올리면 여기에 쌓입니다.")
    return draw(FOLDER + "nothing.html", table=table, words=words if empty else "")


ROOM_REGIONS = ("now", "question", "agenda")
TABLE_REGIONS = ("step", "ring", "names", "help", "seats", "hint", "turn", "now", "picks")
COUNT_REGIONS = ("count", "tab-count", "parked-count", "nothing")


@CONSOLE.contents
def contents(session: Session, forum_id: int, table: int) -> list[str]:
    """All regions of a console; the newest proposal first."""
    found = [*ROOM_REGIONS, *(f"{name}-{table}" for name in (*TABLE_REGIONS, *COUNT_REGIONS))]
    for one in reversed(proposals_at(session, forum_id, table)):
        found += [f"proposal-{one.id}"] if one.is_listed else []
        found += [f"parked-{one.id}"] if one.state is ProposalState.PARKED else []
    return found
