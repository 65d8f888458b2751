"""Themes on residents' phones: what was frozen, while the room looks at it, and the way to say what was left out."""

from typing import Any

from sqlalchemy.orm import Session

from core.web.templates import draw
from participation.forums.events import CLOCK_EVENTS
from participation.forums.models import LOOKS_AT_THEMES
from participation.forums.queries import the_forum
from participation.seats.phone import PHONE
from policy.themes.events import ThemesFrozen
from policy.themes.queries import latest_version


@PHONE.contents
def themes_on_phone(session: Session, forum_id: int, *args: int) -> list[str]:
    return ["themes"]


@PHONE.region("themes", lasting=True)
def draw_themes(session: Session, forum_id: int) -> str:
    forum = the_forum(session, forum_id)
    looking = forum.is_live and forum.segment is not None and forum.segment.kind in LOOKS_AT_THEMES
    version = latest_version(session, forum_id) if looking else None
    return draw("policy/themes/phone.html", forum=forum, looking=looking, version=version)


@PHONE.on(*CLOCK_EVENTS, ThemesFrozen)
def on_looked_at(event: Any) -> list[str]:
    return ["themes"]
