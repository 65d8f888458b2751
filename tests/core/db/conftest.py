"""Installations of their own, to back up, damage and restore."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text

from app import create_app
from core.config import Settings
from core.db.migrations import upgrade
from core.events.log import record, since
from core.web.context import services
from participation.forums.events import ClockExtended
from participation.proposals.operations import submit_proposal
from tests.conftest import postgresql
from tests.factories import World


class Place:
    """An installation of its own, and its operator at the keyboard."""

    def __init__(self, folder: Path, url: str) -> None:
        folder.mkdir()
        self.settings = Settings(data_dir=folder, database_url=url, secret_key="k" * 40)
        self.app: Flask = create_app(self.settings)
        self.database = services(self.app).database

    def say(self, *words: object, lang: str = "en") -> Result:
        command, *others = [str(word) for word in words]
        return self.app.test_cli_runner().invoke(args=[command, "--lang", lang, *others])

    def act(self, seconds: int) -> None:
        work = ClockExtended(segment=1, seconds=seconds)
        self.database.perform(lambda session: record(session, 1, "system", work))

    def seconds(self) -> list[int]:
        with self.database.reading() as session:
            events = [item.event for item in since(session, 1, "forum", 0, 100_000)]
        return [event.seconds for event in events if isinstance(event, ClockExtended)]

    def change(self, statement: str) -> None:
        with self.database.write_engine.begin() as connection:
            connection.execute(text(statement))


Found = Callable[[str], Place]


@pytest.fixture(params=["sqlite", "postgresql"])
def found(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[Found]:
    """Makes empty places by name, of one kind."""
    places: list[Place] = []
    with ExitStack() as stack:

        def make(name: str) -> Place:
            url = f"sqlite:///{tmp_path / name / 'house.db'}"
            if request.param == "postgresql":
                url = stack.enter_context(postgresql(f"keeping_{name}_{worker_id}"))
            places.append(Place(tmp_path / name, url))
            return places[-1]

        yield make
        for place in places:
            place.database.close()


@pytest.fixture
def city(found: Found) -> Place:
    """A house in which something happened: a forum, a proposal, a few acts."""
    place = found("city")
    upgrade(place.database.write_engine)
    world = World(place.app)
    forum_id = world.forum()
    _, token = world.seat(forum_id)
    actor = world.actor(forum_id, token=token)
    place.database.perform(lambda session: submit_proposal(session, actor, forum_id, "횡단보도를 더 밝게 해 주세요"))
    for seconds in range(5):
        place.act(seconds)
    return place
