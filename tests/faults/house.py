"""A house to break: prepared on the disk, served by a process of its own, killed and started again on the same data."""

import os
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from app import create_app
from core.config import Settings, settings_from_env
from core.db.migrations import upgrade
from core.db.work import Database
from core.permissions import Role
from core.web.context import services
from core.web.identity import seat_cookie
from participation.ballots.keys import KeyStore
from participation.ballots.operations.preparing import BallotDraft, prepare_ballot
from participation.ballots.operations.running import open_ballot
from participation.ballots.sources import OfferedOption
from tests.factories import World

NOT_GIVEN_OUT = range(12_000, 32_000)  # ports: outgoing links have higher ones
ROOT = Path(__file__).resolve().parents[2]
OPTIONS = tuple(OfferedOption(f"{name} 거리") for name in ("천천히 건너는", "턱 없는", "밤에 환한", "차 없는"))


@dataclass(frozen=True)
class Resident:
    """Someone at a table: the seat, and the cookie of the phone that speaks for it."""

    seat_id: int
    table: int
    cookies: dict[str, str]


@dataclass(frozen=True)
class Staff:
    """Who is signed in: runs a table, or (table 0) hosts the evening."""

    person_id: int
    table: int
    cookies: dict[str, str]


@dataclass(frozen=True)
class House:
    """A prepared installation: a live forum in its first round, with people at tables; `ballot_id` is 0 without one."""

    settings: Settings
    forum_id: int
    slug: str
    ballot_id: int
    host: Staff
    residents: tuple[Resident, ...]
    facilitators: tuple[Staff, ...]
    proposals: dict[int, tuple[int, ...]]

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The store, opened beside or after the server."""
        database = Database(self.settings.database_url)
        try:
            yield database
        finally:
            database.close()

    @property
    def keys(self) -> KeyStore:
        return KeyStore(self.settings.ballot_keys)

    def at_table(self, table: int) -> list[Resident]:
        return [resident for resident in self.residents if resident.table == table]


def prepare(
    data_dir: Path,
    database_url: str = "",
    *,
    tables: int = 3,
    seats: int = 3,
    free: int = 0,
    grace_seconds: int = 30,
    with_ballot: bool = True,
) -> House:
    """Make the installation, `free` seats at each table; nothing of this process holds on to its files afterwards."""
    settings = settings_from_env({"DATA_DIR": str(data_dir), "DATABASE_URL": database_url, "DEMO": "0"})
    app = create_app(settings)
    database = services(app).database
    try:
        upgrade(database.write_engine)
        return _furnish(app, settings, tables, seats, free, grace_seconds if with_ballot else None)
    finally:
        database.close()


def _furnish(app: Flask, settings: Settings, tables: int, seats: int, free: int, grace_seconds: int | None) -> House:
    world = World(app)
    forum_id = world.forum(tables=tables, seats=seats)
    host = _signed_in(world, world.person(Role.HOST, scope=forum_id), 0)
    residents, facilitators = [], []
    for table in range(1, tables + 1):
        for place in range(1, seats - free + 1):
            seat_id, token = world.seat(forum_id, table=table, place=place)
            residents.append(Resident(seat_id, table, {seat_cookie(forum_id): token}))
        facilitators.append(_signed_in(world, world.facilitator(forum_id, table), table))
    proposals = {
        table: tuple(world.proposal(forum_id, table=table) for _ in range(3)) for table in range(1, tables + 1)
    }
    ballot_id = 0 if grace_seconds is None else _open_ballot(world, settings, forum_id, host, grace_seconds)
    slug = world.slug(forum_id)
    return House(settings, forum_id, slug, ballot_id, host, tuple(residents), tuple(facilitators), proposals)


def _open_ballot(world: World, settings: Settings, forum_id: int, host: Staff, grace_seconds: int) -> int:
    draft = BallotDraft("먼저 할 일을 골라 주세요", choose=2, winners=2, options=OPTIONS, grace_seconds=grace_seconds)
    actor, keys = world.actor(forum_id, person_id=host.person_id), KeyStore(settings.ballot_keys)
    ballot_id = world.write(lambda session: prepare_ballot(session, actor, forum_id, draft))
    world.write(lambda session: open_ballot(session, actor, forum_id, ballot_id, keys))
    return ballot_id


def _signed_in(world: World, person_id: int, table: int) -> Staff:
    cookie = world.browser(person_id).get_cookie("session")
    assert cookie is not None
    return Staff(person_id, table, {"session": cookie.value})


def free_port() -> int:
    """A port that nobody listens on, nor is given to an outgoing link while what listens there is started anew."""
    while True:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", secrets.choice(NOT_GIVEN_OUT)))
            return int(probe.getsockname()[1])


class Server:
    """The real application in a process of its own, always on the same port. `before` runs it inside a command.

    `more` is set beside what every server of the house has in its environment.
    """

    def __init__(self, house: House, before: Sequence[str] = (), more: Mapping[str, str] | None = None) -> None:
        self.house, self.before, self.more = house, list(before), dict(more or {})
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.up = threading.Event()
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start, and wait until it says where it is: it listens since before that."""
        settings = self.house.settings
        environment = {**os.environ, "DATA_DIR": str(settings.data_dir), "PORT": str(self.port), "DEMO": "0"}
        environment |= {"DATABASE_URL": settings.database_url, **self.more}
        with (settings.data_dir / "server.log").open("a") as log:
            command = [*self.before, sys.executable, "app.py"]
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, encoding="utf-8"
            )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert said.startswith("현답"), (said, self.log())
        self.up.set()

    def kill(self) -> None:
        """As a power switch or the kernel would do it: no goodbye."""
        self.up.clear()
        if self._process is not None:
            self._process.kill()
            self._end(self._process)

    def terminate(self) -> int:
        """As an operator stops it; what it ended with."""
        self.up.clear()
        assert self._process is not None
        self._process.terminate()
        return self._end(self._process)

    def _end(self, process: subprocess.Popen[str]) -> int:
        with process:
            self._process = None
            return process.wait()

    def log(self) -> str:
        """What the server complained of."""
        return (self.house.settings.data_dir / "server.log").read_text()


@contextmanager
def serving(house: House, before: Sequence[str] = ()) -> Iterator[Server]:
    """The house, served; killed at the end."""
    server = Server(house, before)
    try:
        server.start()
        yield server
    finally:
        server.kill()
