"""What other packages tell the pages of forums, as the application wired it."""

from typing import cast

from flask import Flask, current_app

from participation.forums.home import HomeFacts, Speaking
from participation.forums.staffing import Staffing

STAFFING, HOME_FACTS, SPEAKING = "forums-staffing", "forums-home-facts", "forums-speaking"


def connect_staffing(app: Flask, staffing: Staffing) -> None:
    """Let forums ask who is at their tables."""
    app.extensions[STAFFING] = staffing


def connect_home_facts(app: Flask, facts: HomeFacts) -> None:
    """Let the first page show what became of past forums."""
    app.extensions[HOME_FACTS] = facts


def connect_speaking(app: Flask, speaking: Speaking) -> None:
    """Let the first page show who speaks now."""
    app.extensions[SPEAKING] = speaking


def staffing() -> Staffing:
    """Who runs which table."""
    return cast(Staffing, current_app.extensions[STAFFING])


def home_facts() -> HomeFacts | None:
    """What the follow-up knows; None where it is not there."""
    return cast(HomeFacts | None, current_app.extensions.get(HOME_FACTS))


def speaking() -> Speaking | None:
    """Who speaks at the tables; None where nobody says."""
    return cast(Speaking | None, current_app.extensions.get(SPEAKING))
