"""The hall's screen as a live page. Public: it shows numbers, themes and results, never a name."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.events.event import Event
from core.live.regions import Surface, Watch
from core.permissions import Actor, is_allowed
from core.web.templates import draw
from facilitation.stage.address import full_address, short_address
from facilitation.stage.boards import MOST_ROWS, themes_now
from facilitation.stage.events import ScreenChanged
from facilitation.stage.models import ScreenView
from facilitation.stage.queries.screen import Showing, showing
from participation.ballots.events import STATE_EVENTS, TURNOUT_EVENTS
from participation.ballots.queries import results, turnout_of
from participation.ballots.rules import how_to_vote, rule_sentences
from participation.forums.events import CLOCK_EVENTS, ForumAnnounced, ForumConfigured
from participation.forums.models import LOOKS_AT_THEMES, Act, ForumState, SegmentKind
from participation.forums.queries import ForumView, forum_by_id, the_forum
from participation.proposals.events import PROPOSAL_EVENTS
from participation.seats.events import SEATING_EVENTS
from participation.seats.queries import tables_of_forum

SCREEN = Surface("screen", delays={"table": 0.5, "turnout": 0.5, "desk": 1.0})
FOLDER = "facilitation/stage/"
REGIONS = ("view", "seats", "themes", "turnout")
MOST_RINGS = 50
MOST_LARGE_RINGS = 12
MOST_OPTIONS = 8
MOST_NAMED = 16


@SCREEN.admits
def admit(session: Session, actor: Actor, forum_id: int, _asked: dict[str, str]) -> Watch | None:
    """Everyone, once the forum is announced; before that those who work on it."""
    forum = forum_by_id(session, forum_id)
    if forum is None or (forum.state is ForumState.DRAFT and not is_allowed("forum.staffed", actor, forum_id)):
        return None
    tables = (f"table:{number}" for number in range(1, forum.tables + 1))
    return Watch(("forum", "turnout", "desk", *tables))


@SCREEN.contents
def contents(session: Session, forum_id: int) -> list[str]:
    return list(REGIONS)


def width_class(text: str, *steps: int) -> str:
    """How large a headline may be drawn: a syllable of Hangul is as wide as two letters."""
    width = sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)
    return f"fit-{sum(width > step for step in steps)}"


def _state(session: Session, forum_id: int) -> tuple[ForumView, Showing]:
    kept: dict[int, tuple[ForumView, Showing]] = session.info.setdefault("screen", {})
    if forum_id not in kept:
        forum = the_forum(session, forum_id)
        kept[forum_id] = (forum, showing(session, forum))
    return kept[forum_id]


def _nothing(name: str) -> str:
    return f'<div data-region="{name}" hidden></div>'


@SCREEN.region("view")
def view(session: Session, forum_id: int) -> str:
    """The view that is on."""
    forum, now = _state(session, forum_id)
    values: dict[str, Any] = {"forum": forum, "ballot": now.ballot, "short_address": short_address()}
    if now.view is ScreenView.JOIN:
        many = forum.tables > MOST_LARGE_RINGS
        values |= {"join_url": full_address(f"/j/{forum.join_token}"), "many": many and forum.tables <= MOST_RINGS}
        values |= {"fit": width_class(forum.title, 48, 84, 130)}
    elif now.view is ScreenView.QUESTION:
        asked = _question(forum)
        values |= {"question": asked, "fit": width_class(asked, 80, 150, 240)}
    elif now.view is ScreenView.BALLOT and now.ballot is not None:
        values |= {"how": how_to_vote(now.ballot), "most": MOST_OPTIONS, "most_named": 2 * MOST_OPTIONS}
    elif now.view is ScreenView.RESULT and now.ballot is not None:
        found = results(session, now.ballot.id)
        values |= {"results": found, "most": MOST_OPTIONS, "rules": rule_sentences(now.ballot)[:2]}
    elif now.view is ScreenView.THEMES:
        past = forum.segment is not None and forum.segment.kind is SegmentKind.SHARE_BACK
        values["gathered"] = past or forum.is_closed
    elif now.view is ScreenView.THANKS:
        values |= {"results_url": full_address(f"/forums/{forum.slug}/results")}
    return draw(f"{FOLDER}screen_{now.view}.html", **values)


def _question(forum: ForumView) -> str:
    """What the room is asked; a step without a question shows its title."""
    if forum.segment is None:
        return forum.question
    if forum.segment.question or forum.segment.kind is not SegmentKind.TABLE_ROUND:
        return forum.segment.question or forum.segment.title
    return forum.question


def _looks_at_themes(forum: ForumView) -> bool:
    """Whether the room looks at the themes together: residents can then say on their phones what was left out."""
    return forum.is_live and forum.segment is not None and forum.segment.kind in LOOKS_AT_THEMES


@SCREEN.region("seats")
def seats(session: Session, forum_id: int) -> str:
    """How the seats fill, under the join code; numbers where there are more than fifty tables."""
    forum, now = _state(session, forum_id)
    if now.view is not ScreenView.JOIN:
        return _nothing("seats")
    tables = tables_of_forum(session, forum_id, forum.tables, forum.seats_per_table)
    free = [table.number for table in tables if table.free > 0]
    values = {"seated": sum(len(table.seats) for table in tables), "free": free[:MOST_NAMED], "full": len(tables)}
    values["full"] = len(tables) - len(free)
    sizes = {
        "rings": forum.tables <= MOST_RINGS,
        "many": forum.tables > MOST_LARGE_RINGS,
        "more": len(free) - MOST_NAMED,
    }
    return draw(FOLDER + "screen_seats.html", forum=forum, tables=tables, **values, **sizes)


@SCREEN.region("themes")
def themes(session: Session, forum_id: int) -> str:
    """The largest themes; while the room looks at them together, as the desk has fixed them and as phones show them."""
    forum, now = _state(session, forum_id)
    if now.view is not ScreenView.THEMES:
        return _nothing("themes")
    looking = _looks_at_themes(forum)
    found = themes_now(session, forum_id, frozen=looking or forum.is_closed)
    rows = list(found.rows[:MOST_ROWS]) if found else []
    values = {"rows": rows, "total": len(found.rows) if found else 0, "unplaced": found.unplaced if found else 0}
    tables = found.tables_total if found else forum.tables
    values |= {"looking": looking, "may_propose": forum.opens(Act.PROPOSE)}
    return draw(FOLDER + "screen_rows.html", forum=forum, tables_total=tables, **values)


@SCREEN.region("turnout")
def turnout(session: Session, forum_id: int) -> str:
    """How many have voted, while votes are taken; never for what."""
    _forum, now = _state(session, forum_id)
    if now.view is not ScreenView.BALLOT or now.ballot is None:
        return _nothing("turnout")
    return draw(FOLDER + "screen_turnout.html", ballot=now.ballot, turnout=turnout_of(session, now.ballot.id))


@SCREEN.on(*CLOCK_EVENTS, *STATE_EVENTS, ScreenChanged, ForumConfigured, ForumAnnounced)
def whole(_event: object) -> list[str]:
    return list(REGIONS)


@SCREEN.on(*SEATING_EVENTS)
def seating(_event: object) -> list[str]:
    return ["seats", "turnout"]


@SCREEN.on(*TURNOUT_EVENTS)
def votes(_event: object) -> list[str]:
    return ["turnout"]


@SCREEN.on(*PROPOSAL_EVENTS)
def proposals(_event: object) -> list[str]:
    return ["themes"]


_themes_follow: set[type[Event]] = set()


def touch_themes(changes: Sequence[type[Event]]) -> None:
    """Redraw the themes after these events; each is noted once."""
    fresh = [one for one in dict.fromkeys(changes) if one not in _themes_follow]
    _themes_follow.update(fresh)
    SCREEN.on(*fresh)(lambda _event: ["themes"])
