"""The page after sign-in: what there is to do, forum by forum."""

from dataclasses import dataclass, replace

from flask import render_template

from core.permissions import WHOLE_CITY, Actor, Role, is_allowed, requires
from core.web.context import actor, database
from participation.forums.cards import ForumCard, cards_by_ids
from participation.forums.kinds import STATE_NAMES
from participation.forums.models import ForumState
from participation.forums.views.blueprint import Page, blueprint
from participation.forums.wiring import staffing
from participation.forums.work import Way, ways_for

_ORDER = (ForumState.LIVE, ForumState.ANNOUNCED, ForumState.DRAFT, ForumState.CLOSED)


@dataclass(frozen=True)
class Task:
    """A forum with the ways of this person in it."""

    forum: ForumCard
    ways: list[Way]


def _urgency(card: ForumCard) -> tuple[int, float]:
    """Live ones first, then the soonest, then drafts, then what is over with the latest first."""
    when = card.starts_at.timestamp()
    return _ORDER.index(card.state), -when if card.state is ForumState.CLOSED else when


def _own_forums(who: Actor, tables: dict[int, list[int]]) -> list[int] | None:
    """The forums in which this person has a part; None for all of them."""
    if any(scope == WHOLE_CITY for _, scope in who.roles):
        return None
    return sorted({scope for _, scope in who.roles} | set(tables))


@blueprint.get("/work")
@requires("signed_in")
def work() -> Page:
    """Every forum in which this person has a part, with links to the right places."""
    who = actor()
    with database().reading() as session:
        tables = staffing().tables_of_person(session, who.person_id or 0)
        cards = cards_by_ids(session, _own_forums(who, tables))
    tasks = []
    for card in sorted(cards, key=_urgency):
        here = replace(who, tables=frozenset(tables.get(card.id, ())))
        ways = ways_for(here, card.id, card.slug, card.state)
        if ways:
            tasks.append(Task(card, ways))
    values = {
        "tasks": tasks,
        "state_names": STATE_NAMES,
        "may_create": is_allowed("forum.create", who, None),
        "may_follow_up": who.holds_anywhere(Role.STAFF),
        "may_administrate": is_allowed("administrate", who, None),
    }
    return render_template("participation/forums/work.html", **values)
