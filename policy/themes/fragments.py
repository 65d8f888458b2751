"""The theme desk as a live page: its regions, and which of them an event touches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from sqlalchemy.orm import Session

from core.i18n import current_locale
from core.live.presence import PRESENCE
from core.live.regions import Surface, Watch, reader
from core.permissions import Actor, is_allowed
from core.web.templates import draw
from participation.forums.events import CLOCK_EVENTS, ForumAnnounced, ForumConfigured
from participation.forums.models import LOOKS_AT_THEMES
from participation.forums.queries import ForumView, SegmentView, the_forum
from participation.proposals.events import (
    MergeUndone,
    ProposalHidden,
    ProposalMarked,
    ProposalRestored,
    ProposalReworded,
    ProposalsMerged,
    ProposalSubmitted,
    ProposalWithdrawn,
)
from policy.themes import events as happened
from policy.themes.events import ids_in
from policy.themes.queries import ThemeView, desk, themes_of
from policy.themes.queries.desk import DeskProposal
from policy.themes.queries.finding import Filters, Found, find
from policy.themes.queries.queue import queue

T = TypeVar("T")
DESK = Surface("desk", delays={"desk": 0.3, "table": 0.3})
OVERVIEW = ("counts", "themes")
NOWHERE = 0
_opened: ContextVar[int | None] = ContextVar("opened", default=None)


def _once(session: Session, what: str, forum_id: int, read: Callable[[Session, int], T]) -> T:
    """What several regions of one page need, read once for all that are drawn from the same session."""
    kept: dict[Any, Any] = session.info.setdefault("desk", {})
    key = (what, forum_id, current_locale())
    if key not in kept:
        kept[key] = read(session, forum_id)
    return cast(T, kept[key])


def _forum(session: Session, forum_id: int) -> ForumView:
    return _once(session, "forum", forum_id, the_forum)


def _themes(session: Session, forum_id: int) -> list[ThemeView]:
    return _once(session, "themes", forum_id, themes_of)


def _counts(session: Session, forum_id: int) -> desk.DeskCounts:
    return _once(session, "counts", forum_id, desk.counts)


@contextmanager
def opened(theme_id: int) -> Iterator[None]:
    """Inside, the list of themes marks the one that is open."""
    token = _opened.set(theme_id)
    try:
        yield
    finally:
        _opened.reset(token)


@DESK.admits
def admit(session: Session, actor: Actor, forum_id: int, asked: dict[str, str]) -> Watch | None:
    """Analysts and staff, along the forum's, the desk's and every table's stream; `theme` is the one opened."""
    if not is_allowed("forum.analyse", actor, forum_id):
        return None
    theme = asked.get("theme", "")
    tables = _forum(session, forum_id).tables
    streams = ("forum", "desk", *(f"table:{number}" for number in range(1, tables + 1)))
    return Watch(streams, (int(theme) if theme.isascii() and theme.isdecimal() and len(theme) < 10 else NOWHERE,))


@DESK.contents
def contents(session: Session, forum_id: int, theme_id: int = NOWHERE) -> list[str]:
    return ["band", "counts", "stream", "themes", "tools", f"open-{theme_id}", "queue"]


@DESK.region("band")
def draw_band(session: Session, forum_id: int) -> str:
    forum = _forum(session, forum_id)
    shown, ends_at, left = until_shown(forum)
    values = {
        "forum": forum,
        "shown": shown,
        "ends_at": ends_at,
        "left": left,
        "names": _people_here(session, forum_id),
    }
    return draw("policy/themes/band.html", **values)


def _people_here(session: Session, forum_id: int) -> list[str]:
    here, me = set(PRESENCE.people(forum_id, "desk")), reader()
    if me is not None and me.person_id is not None:
        here.add(me.person_id)
    return desk.names_of(session, here)


@DESK.region("counts")
def draw_counts(session: Session, forum_id: int) -> str:
    return draw("policy/themes/counts.html", counts=_counts(session, forum_id))


@DESK.region("stream")
def draw_stream(session: Session, forum_id: int) -> str:
    return stream_page(session, forum_id, 1)


def stream_page(session: Session, forum_id: int, page: int) -> str:
    """Thirty proposals of the stream, newest first."""
    shown = desk.stream(session, forum_id, page)
    total = _counts(session, forum_id).proposals
    values = {"slug": _forum(session, forum_id).slug, "page": page}
    return draw("policy/themes/stream.html", proposals=shown, has_more=page * desk.STREAM_SHOWN < total, **values)


@DESK.region("themes")
def draw_themes(session: Session, forum_id: int) -> str:
    forum = _forum(session, forum_id)
    values = {
        "forum": forum,
        "themes": _themes(session, forum_id),
        "unread": desk.unread_by_theme(session, forum_id),
        "undecided": _counts(session, forum_id).undecided,
        "open_id": _opened.get(),
    }
    return draw("policy/themes/themes.html", **values)


@DESK.region("tools")
def draw_tools(session: Session, forum_id: int) -> str:
    values = {"forum": _forum(session, forum_id), "labels": desk.theme_labels(session, forum_id)}
    return draw("policy/themes/tools.html", open_id=_opened.get(), **values)


@DESK.region("open-{theme}")
def draw_open(session: Session, forum_id: int, theme_id: int) -> str:
    return open_page(session, forum_id, theme_id, Filters())


def open_page(session: Session, forum_id: int, theme_id: int, filters: Filters) -> str:
    """One theme with the proposals asked for; `NOWHERE` opens those that stand in none. Words are looked for
    among all proposals."""
    forum = _forum(session, forum_id)
    themes = _themes(session, forum_id)
    theme = next((one for one in themes if one.id == theme_id), None)
    if filters.words:
        rows = desk.everything(session, forum_id)
    else:
        rows = desk.members(session, forum_id, theme_id or None) if theme or not theme_id else []
    found = find(rows, filters)
    values = {
        "forum": forum,
        "theme": theme,
        "theme_id": theme_id,
        "found": found,
        "filters": filters,
        "near": desk.near_texts(session, found.proposals),
        "marked": _extremes(rows),
        "sureness": _sureness(rows),
        "support": _support(rows),
    }
    return draw("policy/themes/open.html", **values)


def _extremes(rows: list[DeskProposal]) -> dict[int, str]:
    """Which proposal is the most central of a theme, and which the farthest, where there are enough to say."""
    if len(rows) < 4:
        return {}
    by_distance = sorted((one for one in rows if one.words), key=lambda one: (-one.confidence, one.id))
    if len(by_distance) < 2:
        return {}
    return {by_distance[0].id: "central", by_distance[-1].id: "farthest"}


def _sureness(rows: list[DeskProposal]) -> float | None:
    sure = [one.confidence for one in rows if not one.by_person and one.theme_id is not None]
    return sum(sure) / len(sure) if sure else None


def _support(rows: list[DeskProposal]) -> tuple[int, int] | None:
    """Agreed and disagreed, summed over the proposals on which enough people answered."""
    answered = [(one.agree, one.disagree or 0) for one in rows if one.agree is not None]
    if not answered:
        return None
    return sum(agree for agree, _ in answered if agree), sum(disagree for _, disagree in answered)


@DESK.region("queue")
def draw_queue(session: Session, forum_id: int) -> str:
    me = reader()
    values = {
        "forum": _forum(session, forum_id),
        "queue": queue(session, forum_id),
        "labels": desk.theme_labels(session, forum_id),
        "me": me.person_id if me is not None else None,
    }
    return draw("policy/themes/queue.html", **values)


def until_shown(forum: ForumView) -> tuple[SegmentView | None, datetime | None, int | None]:
    """The next step in which the room looks at the themes, and when it comes: the moment by the running clock, or the
    seconds while it stands. In such a step, or where none is left, no step: it is the time of the present one."""
    now, ends_at, left = forum.segment, forum.ends_at, forum.seconds_left
    if now is None or now.kind in LOOKS_AT_THEMES:
        return None, ends_at, left
    coming = [one for one in forum.segments if one.position > now.position]
    shown = next((one for one in coming if one.kind in LOOKS_AT_THEMES), None)
    if shown is None:
        return None, ends_at, left
    between = sum(one.minutes for one in coming if one.position < shown.position)
    ends_at = ends_at + timedelta(minutes=between) if ends_at else None
    return shown, ends_at, left + between * 60 if left is not None else None


@DESK.on(*CLOCK_EVENTS, ForumAnnounced)
def on_clock(event: Any) -> list[str]:
    return ["band"]


@DESK.on(ForumConfigured)
def on_configured(event: ForumConfigured) -> list[str]:
    return ["band", *OVERVIEW, "tools", "stream", "queue"]


@DESK.on(
    ProposalSubmitted,
    ProposalReworded,
    ProposalMarked,
    ProposalHidden,
    ProposalRestored,
    ProposalWithdrawn,
    ProposalsMerged,
    MergeUndone,
)
def on_proposal(event: Any) -> list[str]:
    return [*OVERVIEW, "stream", "queue", f"open-{NOWHERE}"]


@DESK.on(happened.ProposalPlaced)
def on_placed(event: happened.ProposalPlaced) -> list[str]:
    return [*OVERVIEW, "stream", "queue", f"open-{event.theme}", f"open-{event.before}"]


@DESK.on(happened.ProposalsMoved, happened.ThemeTextsChanged, happened.SupportChanged)
def on_proposals(event: Any) -> list[str]:
    return [*OVERVIEW, "stream", "queue", f"open-{NOWHERE}", *(f"open-{one}" for one in ids_in(event.themes))]


@DESK.on(
    happened.ThemesRegrouped,
    happened.ThemeRenamed,
    happened.ThemesMerged,
    happened.ThemeMade,
    happened.ThemeSplit,
    happened.DeskUndone,
)
def on_arranged(event: Any) -> list[str]:
    own = [getattr(event, name) for name in ("theme", "source") if hasattr(event, name)]
    return [*on_proposals(event), "tools", *(f"open-{one}" for one in own)]


@DESK.on(happened.ThemeDropped, happened.ThemeMarked, happened.ThemeReviewed)
def on_theme(event: Any) -> list[str]:
    return [*OVERVIEW, "tools", "stream", "queue", f"open-{event.theme}"]


@DESK.on(happened.ClaimsChanged, happened.MissingReported, happened.MissingResolved, happened.ThemesSuggested)
def on_queue(event: Any) -> list[str]:
    return ["queue"]


__all__ = ["DESK", "Filters", "Found", "open_page", "opened", "stream_page"]
