"""The public pages: the first page, the list of forums, a forum."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import render_template, request
from sqlalchemy.orm import Session

from core import clock
from core.forms import clean_text
from core.i18n.dates import local_date
from core.permissions import is_allowed, requires
from core.web.context import actor, database
from participation.forums.cards import cards_in_state, find_forums
from participation.forums.home import Promises
from participation.forums.kinds import KINDS, STATE_NAMES
from participation.forums.models import ForumState
from participation.forums.queries import ForumView, SegmentView, the_forum
from participation.forums.views.blueprint import Page, blueprint, forum_in
from participation.forums.wiring import home_facts, speaking
from participation.proposals.queries import count_proposals
from participation.seats.queries import tables_of_forum
from participation.seats.views.own import show_resident

PER_PAGE = 20
MOST_RINGS = 16
PUBLIC_STATES = (ForumState.LIVE, ForumState.ANNOUNCED, ForumState.CLOSED)


@dataclass(frozen=True)
class LiveNow:
    """A live forum as the public sees it: how many are there, and the seats of each table for the rings."""

    forum: ForumView
    residents: int
    proposals: int
    rings: tuple[tuple[int, tuple[str, ...]], ...]


def _live_now(session: Session, forum: ForumView) -> LiveNow:
    tables = tables_of_forum(session, forum.id, forum.tables, forum.seats_per_table)
    talking = speaking()
    loud = talking.speaking(session, forum.id) if talking else frozenset()
    rings = tuple(
        (
            table.number,
            tuple(
                "speaking" if (table.number, place) in loud and state == "seated" else state
                for place, state in enumerate(table.states(), start=1)
            ),
        )
        for table in tables
    )
    proposals = sum(count_proposals(session, forum.id).values())
    residents = sum(len(table.seats) for table in tables)
    return LiveNow(forum, residents, proposals, rings if len(rings) <= MOST_RINGS else ())


@blueprint.get("/")
@requires("public")
def home() -> Page:
    """What this is, what is live now, what comes, what became of the past."""
    facts, promises = home_facts(), dict[int, Promises]()
    with database().reading() as session:
        live = cards_in_state(session, ForumState.LIVE, limit=10)
        now = _live_now(session, the_forum(session, live[0].id)) if live else None
        coming = cards_in_state(session, ForumState.ANNOUNCED, limit=5)
        past = cards_in_state(session, ForumState.CLOSED, limit=6, latest_first=True)
        if facts is not None and past:
            promises = facts.promises(session, [card.id for card in past])
    values = {"live": now, "also_live": live[1:], "coming": coming, "past": past, "promises": promises}
    return render_template("participation/forums/home.html", **values)


def _asked_page() -> int:
    page = request.args.get("page", "1")
    return int(page) if page.isdecimal() and 0 < int(page) < 10_000 else 1


@blueprint.get("/forums")
@requires("public")
def index() -> Page:
    """Every forum, found by words and state; drafts for those who work for the city."""
    words = clean_text(request.args.get("q", ""))[:80]
    shown = list(PUBLIC_STATES)
    if is_allowed("forum.create", actor(), None):
        shown.append(ForumState.DRAFT)
    asked = request.args.get("state", "")
    states = [ForumState(asked)] if asked in shown else shown
    page = _asked_page()
    with database().reading() as session:
        cards, total = find_forums(session, words, states, offset=(page - 1) * PER_PAGE, limit=PER_PAGE)
    values = {"cards": cards, "total": total, "words": words, "asked": asked, "shown": shown, "names": STATE_NAMES}
    pages = max(1, -(-total // PER_PAGE))
    may_create = is_allowed("forum.create", actor(), None)
    return render_template("participation/forums/index.html", page=page, pages=pages, may_create=may_create, **values)


def expected_times(forum: ForumView) -> dict[int, datetime]:
    """When each step begins: as it was, else as it is to be expected now; steps that were skipped have no time."""
    if not forum.is_live or forum.segment is None:
        return {one.id: one.started_at or one.planned_at for one in forum.segments if _was_held(forum, one)}
    times = {one.id: one.started_at for one in forum.segments if one.started_at is not None}
    left = timedelta(seconds=forum.seconds_left or 0)
    begins = max(forum.ends_at, clock.now()) if forum.ends_at else clock.now() + left
    for one in forum.segments:
        if one.position > forum.segment.position:
            times[one.id] = begins
            begins += timedelta(minutes=one.minutes)
    return times


def _was_held(forum: ForumView, segment: SegmentView) -> bool:
    return not forum.is_closed or segment.started_at is not None


@blueprint.get("/forums/<slug>")
@requires("public")
def show(slug: str) -> Page:
    """A forum: the phone of whoever holds a seat, else what everyone may know of it."""
    with database().reading() as session:
        forum = forum_in(session)
    page = show_resident(forum)
    if page is not None:
        return page
    with database().reading() as session:
        live = _live_now(session, forum) if forum.is_live else None
    values = {
        "forum": forum,
        "live": live,
        "kinds": KINDS,
        "state_name": STATE_NAMES[forum.state],
        "times": expected_times(forum),
        "is_today": local_date(clock.now()) == forum.held_on,
        "may_configure": is_allowed("forum.configure", actor(), forum.id),
    }
    return render_template("participation/forums/show.html", **values)
