"""A hall with a host, seats and a ballot at any moment of its life."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from core import clock
from core.permissions import Actor, Role
from core.web.context import services
from participation.ballots import queries
from participation.ballots.keys import KeyStore
from participation.ballots.models import BallotState
from participation.ballots.operations.casting import Accepted, Vote, cast_ballot
from participation.ballots.operations.preparing import BallotDraft, prepare_ballot
from participation.ballots.operations.running import (
    close_ballot,
    open_ballot,
    publish_ballot,
    reopen_ballot,
    seal_ballot,
)
from participation.ballots.sealing import Sealer, key_store
from participation.ballots.sources import OfferedOption
from tests.factories import World

OPTIONS = tuple(
    OfferedOption(f"{name} 거리", f"Street {number}", proposals=10 - number, tables=number)
    for number, name in enumerate(("천천히 건너는", "턱 없는", "밤에 환한", "차 없는", "의자 있는"), start=1)
)
DRAFT = BallotDraft("먼저 할 일을 3개까지 골라 주세요", "Choose up to three", choose=3, winners=3, options=OPTIONS)


class Hall:
    """A live forum with a host and some seats; what happens in it goes through the real operations."""

    def __init__(self, app: Flask, world: World) -> None:
        self.app, self.world, self.keys = app, world, key_store(app)
        self.forum_id = world.forum()
        self.host_id = world.person(Role.HOST, scope=self.forum_id)
        self.host = world.actor(self.forum_id, person_id=self.host_id)
        self.tokens: list[str] = []
        self.seats: list[int] = []
        self.waiting: list[tuple[float, Callable[[], None]]] = []
        self.sealer = Sealer(services(app).database, self.keys, lambda wait, act: self.waiting.append((wait, act)))

    @property
    def slug(self) -> str:
        return self.world.slug(self.forum_id)

    def sit(self, number: int) -> list[Actor]:
        """So many people sit down; the actors of their phones."""
        actors = []
        for _ in range(number):
            place = len(self.seats)
            seat, token = self.world.seat(self.forum_id, table=1 + place // 8, place=1 + place % 8)
            self.seats.append(seat)
            self.tokens.append(token)
            actors.append(self.world.actor(self.forum_id, token=token))
        return actors

    def prepare(self, draft: BallotDraft = DRAFT) -> int:
        return self.world.write(lambda session: prepare_ballot(session, self.host, self.forum_id, draft))

    def open(self, draft: BallotDraft = DRAFT) -> int:
        ballot_id = self.prepare(draft)
        self.do(open_ballot, ballot_id, self.keys)
        return ballot_id

    def do(self, operation: Callable[..., Any], ballot_id: int, *more: Any, actor: Actor | None = None) -> Any:
        """Run an operation of the host (or another) on a ballot."""
        who = actor or self.host
        return self.world.write(lambda session: operation(session, who, self.forum_id, ballot_id, *more))

    def cast(
        self, actor: Actor, ballot_id: int, *choices: int, key: str | None = None, counter: int | None = None
    ) -> Accepted:
        vote = Vote(ballot_id, choices, key, counter)
        return self.world.write(lambda session: cast_ballot(session, actor, self.forum_id, vote, self.keys))

    def reach(self, ballot_id: int, state: BallotState) -> None:
        """Take an open ballot on to a state."""
        if state in (BallotState.CLOSING, BallotState.SEALED, BallotState.PUBLISHED):
            self.do(close_ballot, ballot_id)
        if state in (BallotState.SEALED, BallotState.PUBLISHED):
            clock.advance(timedelta(seconds=31))
            self.do(seal_ballot, ballot_id)
        if state is BallotState.PUBLISHED:
            self.do(publish_ballot, ballot_id)

    def reopen(self, ballot_id: int) -> None:
        self.do(reopen_ballot, ballot_id, self.keys)

    def turnout(self, ballot_id: int) -> queries.TurnoutView:
        return self.world.read(lambda session: queries.turnout_of(session, ballot_id))

    def view(self, ballot_id: int) -> queries.BallotView:
        found = self.world.read(lambda session: queries.ballot_of(session, self.forum_id, ballot_id))
        assert found is not None
        return found

    def results(self, ballot_id: int) -> queries.Results | None:
        return self.world.read(lambda session: queries.results(session, ballot_id))

    def run_waiting(self) -> None:
        """Let pass what was put off."""
        while self.waiting:
            self.waiting.pop(0)[1]()


@pytest.fixture
def hall(app: Flask, world: World) -> Iterator[Hall]:
    hall = Hall(app, world)
    database = services(app).database
    database.listen(hall.sealer.hear)
    yield hall
    database.unlisten(hall.sealer.hear)
    for path in hall.keys._folder.glob("*"):
        path.unlink()


@pytest.fixture
def keys(app: Flask) -> KeyStore:
    return key_store(app)
