"""What the tables tell the results, as the application wired it."""

from typing import cast

from flask import Flask, current_app

from policy.reports.queries import PeopleSpoken

PEOPLE_SPOKEN = "reports-people-spoken"


def connect_people_spoken(app: Flask, counted: PeopleSpoken) -> None:
    """Let the results say how many people had a turn."""
    app.extensions[PEOPLE_SPOKEN] = counted


def people_spoken() -> PeopleSpoken:
    """How many people had a turn."""
    return cast(PeopleSpoken, current_app.extensions[PEOPLE_SPOKEN])
