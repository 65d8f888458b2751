"""A hall for the load: a forum with its seats taken and a ballot open, in a folder of its own, and its real server."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert

from app import create_app
from core import clock
from core.config import Settings
from core.db.migrations import upgrade
from core.db.work import Database
from core.permissions import Role
from core.web.context import services
from core.web.identity import token_hash
from participation.ballots.operations.preparing import BallotDraft, prepare_ballot
from participation.ballots.operations.running import open_ballot
from participation.ballots.sealing import key_store
from participation.ballots.sources import OfferedOption
from participation.forums.models import Forum, SegmentKind
from participation.proposals.models import Proposal, ProposalOrigin, ProposalVersion
from participation.seats.models import Placement, Seat
from tests.factories import LETTERS, World

OPTIONS = 6
SECRET = "k" * 40
FAULT = "Traceback"
LAST_LINES = 60


@dataclass(frozen=True)
class LoadedHall:
    """Where it lies, its ids, and a browser's token for each seat.

    `link` and `code` lead in; `staff` are the sessions of a host and an analyst.
    """

    folder: Path
    forum: int
    ballot: int
    cookies: tuple[str, ...]
    seats_at_a_table: int
    link: str
    code: str
    staff: dict[Role, str]

    @property
    def url(self) -> str:
        """Where its database lies."""
        return f"sqlite:///{self.folder / 'hyeondap.db'}"


def prepare(
    folder: Path,
    phones: int,
    seats_at_a_table: int = 10,
    *,
    kind: SegmentKind = SegmentKind.PLENARY_BALLOT,
    seated: bool = True,
    lines: Sequence[str] = (),
) -> LoadedHall:
    """Seats by the hundred go in directly, proposals (`lines`) too; forum and ballot through the operations.

    Not `seated`: the door is open, nobody is in, and there is no ballot.
    """
    url = f"sqlite:///{folder / 'hyeondap.db'}"
    app = create_app(Settings(data_dir=folder, database_url=url, secret_key=SECRET, testing=True))
    database = services(app).database
    try:
        upgrade(database.write_engine)
        world = World(app)
        tables = -(-phones // seats_at_a_table)
        forum = world.forum(slug="load", tables=tables, seats=seats_at_a_table, kind=kind)
        tokens = tuple(secrets.token_urlsafe(16) for _ in range(phones)) if seated else ()
        if tokens:
            _sit(world, forum, tokens, seats_at_a_table)
        if lines:
            _propose(world, forum, lines, tables)
        host = world.person(Role.HOST)
        ballot = _open(world, forum, host) if seated else 0
        people = {Role.HOST: host, Role.ANALYST: world.person(Role.ANALYST)}
        link, code = world.read(lambda session: _way_in(session.get_one(Forum, forum)))
        staff = {role: _session(world, person) for role, person in people.items()}
    finally:
        database.close()
    return LoadedHall(folder, forum, ballot, tokens, seats_at_a_table, link, code, staff)


def _sit(world: World, forum: int, tokens: Sequence[str], seats_at_a_table: int) -> None:
    seats = [_seat(number, forum, token) for number, token in enumerate(tokens, start=1)]
    places = [
        {"forum_id": forum, "seat_id": number, "round": 1}
        | {"table_number": (number - 1) // seats_at_a_table + 1, "place": (number - 1) % seats_at_a_table + 1}
        for number in range(1, len(tokens) + 1)
    ]
    world.place(lambda session: (session.execute(insert(Seat), seats), session.execute(insert(Placement), places)))


def _seat(number: int, forum: int, token: str) -> dict[str, object]:
    now = clock.now()
    code = "".join(LETTERS[number // len(LETTERS) ** place % len(LETTERS)] for place in range(6))
    moments = dict.fromkeys(("consented_process_at", "consented_opinions_at", "taken_at"), now)
    receipt = {"receipt_hash": token_hash(token + "r"), "receipt_code": f"{number:012d}"}
    return {"id": number, "forum_id": forum, "code": code, "device_hash": token_hash(token), **receipt, **moments}


def _propose(world: World, forum: int, lines: Sequence[str], tables: int) -> None:
    now = clock.now()
    segment = world.read(lambda session: session.get_one(Forum, forum).segment_id)
    proposals = [
        {"id": number, "forum_id": forum, "segment_id": segment, "table_number": number % tables + 1}
        | {"origin": ProposalOrigin.PHONE, "created_at": now}
        for number in range(1, len(lines) + 1)
    ]
    wordings = [
        {"proposal_id": number, "number": 1, "text": line, "salt": "s", "by": "seat", "at": now}
        for number, line in enumerate(lines, start=1)
    ]
    world.place(
        lambda session: (
            session.execute(insert(Proposal), proposals),
            session.execute(insert(ProposalVersion), wordings),
        )
    )


def _open(world: World, forum: int, person: int) -> int:
    host = world.actor(forum, person_id=person)
    options = tuple(OfferedOption(f"할 일 {number}", "", None, None, None) for number in range(1, OPTIONS + 1))
    draft = BallotDraft("무엇부터 할까요?", choose=1, options=options)
    with world.app.app_context():
        keys = key_store()
        ballot = world.write(lambda session: prepare_ballot(session, host, forum, draft))
        world.write(lambda session: open_ballot(session, host, forum, ballot, keys))
    return ballot


def _way_in(forum: Forum) -> tuple[str, str]:
    return f"/j/{forum.join_token}", forum.code


def _session(world: World, person: int) -> str:
    cookie = world.browser(person).get_cookie("session")
    assert cookie is not None
    return cookie.value


def free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: list[str], port: int, environment: dict[str, str] | None = None, log: Path | None = None
) -> Iterator[int]:
    """A server process that listens on `port`; its process id. What it complains of goes to `log`."""
    complaints = log.open("w") if log else None
    process = subprocess.Popen(
        [sys.executable, *command], env=environment, stdout=subprocess.DEVNULL, stderr=complaints
    )
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                raise RuntimeError(f"{command} ended by itself")
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
        if complaints is not None:
            complaints.close()


@dataclass(frozen=True)
class Served:
    """A server of a hall: its port and its process."""

    port: int
    pid: int


@contextmanager
def serving(folder: Path, *, tolerant: bool = False) -> Iterator[Served]:
    """The real server of a prepared hall, in one process.

    Raises `SystemExit` where it had a fault of its own; where `tolerant` its last one is only printed.
    """
    port, log = free_port(), folder / "server.log"
    environment = {**os.environ, "DATA_DIR": str(folder), "PORT": str(port), "DEMO": "0", "HOST": "127.0.0.1"}
    environment |= {"SECRET_KEY": SECRET, "DATABASE_URL": f"sqlite:///{folder / 'hyeondap.db'}"}
    with running(["app.py"], port, environment, log) as pid:
        yield Served(port, pid)
    lines = log.read_text().splitlines()
    faults = sum(FAULT in line for line in lines)
    if faults:
        told = "\n".join([f"The server had {faults} faults, the last:", *lines[-LAST_LINES:]])
        if not tolerant:
            raise SystemExit(told)
        print(told)


@contextmanager
def stored(hall: LoadedHall) -> Iterator[Database]:
    """The store of a hall, opened beside or after its server."""
    database = Database(hall.url)
    try:
        yield database
    finally:
        database.close()
