"""A thousand real lines in one forum: every page still answers, with a bounded number of queries."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy
from flask import Flask

from core import clock
from core.db.work import Database
from core.jobs.hub import followers
from core.permissions import Role
from core.web.context import services
from core.web.identity import token_hash
from participation.forums.clock import close_forum
from participation.forums.models import Forum
from participation.proposals.operations import Capture, capture_proposal
from participation.seats.models import Seat
from participation.seats.operations import receipt_token
from tests.factories import World
from tests.real_data import petitions

TABLES = 20
BUDGETS = {
    "/forums/{slug}": 30,
    "/forums/{slug}/tables/1": 36,
    "/forums/{slug}/stage": 34,
    "/forums/{slug}/screen": 16,
    "/forums/{slug}/themes": 40,
    "/forums/{slug}/check-in": 14,
    "/forums/{slug}/ballots": 22,
}
AFTERWARDS = {
    "/forums/{slug}": 12,
    "/forums/{slug}/results": 37,
    "/forums/{slug}/report": 37,
    "/forums/{slug}/themes": 40,
    "/commitments": 8,
    "/commitments/manage": 20,
    "/": 10,
}


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that reading takes inside the block."""
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    sqlalchemy.event.listen(database.read_engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sqlalchemy.event.remove(database.read_engine, "before_cursor_execute", note)


@pytest.mark.real_data
def test_every_page_answers_with_a_thousand_proposals(app: Flask, database: Database, world: World) -> None:
    lines = [row["text"][:200] for row in petitions()[:1000]]
    forum_id = world.forum(tables=TABLES)
    slug = world.slug(forum_id)
    facilitators = {table: world.facilitator(forum_id, table) for table in range(1, TABLES + 1)}
    seats = {table: world.seat(forum_id, table=table, place=1) for table in range(1, TABLES + 1)}
    boss = world.person(Role.HOST, Role.ANALYST, Role.STAFF, Role.COORDINATOR)
    actors = {table: world.actor(forum_id, person_id=person) for table, person in facilitators.items()}

    def load(session: sqlalchemy.orm.Session) -> None:
        for index, line in enumerate(lines):
            table = index % TABLES + 1
            clock.advance(timedelta(milliseconds=300))
            said = Capture(line.replace("@", " "), seats[table][0] if index % 3 else None)
            capture_proposal(session, actors[table], forum_id, table, said)

    database.perform(load)
    followers(app).drain()
    browser = world.browser(boss)
    phone = world.phone(forum_id, seats[1][1])
    for path, budget in BUDGETS.items():
        visitor = phone if path == "/forums/{slug}" else browser
        _visit(database, visitor, path.format(slug=slug), budget)
    host = world.actor(forum_id, person_id=boss)
    database.perform(lambda session: close_forum(session, host, forum_id).id)
    followers(app).drain()
    for path, budget in AFTERWARDS.items():
        _visit(database, browser, path.format(slug=slug), budget)
    token = receipt_token(services(app).settings.secret_key, seats[1][0])
    assert world.read(lambda session: session.get_one(Forum, forum_id).closed_at) is not None

    def hand_receipt(session: sqlalchemy.orm.Session) -> None:
        session.get_one(Seat, seats[1][0]).receipt_hash = token_hash(token)

    world.write(hand_receipt)
    _visit(database, world.browser(), f"/receipt/{token}", 26)


def _visit(database: Database, browser: object, path: str, budget: int) -> None:
    """The page answers within its budget, also for the first who asks, when nothing is known yet."""
    database.forget()
    with counted(database) as statements:
        page = browser.get(path)  # type: ignore[attr-defined]
    assert page.status_code == 200, path
    assert len(statements) <= budget, (path, len(statements))
    assert len(page.data) < 900_000, (path, len(page.data))
