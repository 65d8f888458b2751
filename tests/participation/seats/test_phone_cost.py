"""What a resident's first pages weigh, and how often the phone asks the database."""

import gzip
import re
from collections.abc import Callable

import sqlalchemy
from flask.testing import FlaskClient

from participation.forums.models import Forum
from tests.factories import World


def page(world: World, forum: int, token: str) -> str:
    return world.phone(forum, token).get(f"/forums/{world.slug(forum)}").get_data(as_text=True)


def count_queries(world: World, work: Callable[[], object]) -> int:
    seen: list[str] = []

    def note(connection, cursor, statement, *rest) -> None:  # type: ignore[no-untyped-def]
        seen.append(statement)

    engine = world.database.read_engine
    sqlalchemy.event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        sqlalchemy.event.remove(engine, "before_cursor_execute", note)
    return len([one for one in seen if one.lstrip().upper().startswith("SELECT")])


def test_the_page_asks_the_database_no_more_for_sixty_proposals_than_for_two(world: World) -> None:
    forum = world.forum()
    seat, token = world.seat(forum)
    for _ in range(2):
        world.proposal(forum, seat_id=seat)
    few = count_queries(world, lambda: page(world, forum, token))
    for _ in range(58):
        world.proposal(forum, seat_id=seat)
    many = count_queries(world, lambda: page(world, forum, token))
    assert many == few
    assert few <= 45, few


def _weight(client: FlaskClient, path: str, seen: dict[str, int]) -> None:
    body = client.get(path).get_data()
    seen[path] = len(gzip.compress(body, 5))
    for found in re.findall(rb'(?:href|src)="(/static/[^"]+\.(?:css|js|svg|woff2))"', body):
        if found.decode() not in seen:
            _weight(client, found.decode(), seen)
    folder = path.rsplit("/", 1)[0]
    for found in re.findall(rb'from "\./([a-z_]+\.js)"', body):
        if f"{folder}/{found.decode()}" not in seen:
            _weight(client, f"{folder}/{found.decode()}", seen)


def test_the_first_pages_of_a_resident_are_light(world: World) -> None:
    forum = world.forum()
    seat, token = world.seat(forum)
    for _ in range(6):
        world.proposal(forum, seat_id=seat)
    for path in (f"/j/{world.read(lambda s: s.get_one(Forum, forum).code)}", f"/forums/{world.slug(forum)}"):
        client = world.phone(forum, token) if path.startswith("/forums") else world.browser()
        seen: dict[str, int] = {}
        _weight(client, path, seen)
        assert sum(seen.values()) < 100_000, seen
        assert sum(size for name, size in seen.items() if name.endswith(".js")) < 40_000, seen
        assert not [name for name in seen if name.endswith("woff2")]
