"""A hall for the load: a forum with its seats taken and a ballot open, in a folder of its own."""

import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert

from app import create_app
from core import clock
from core.config import Settings
from core.db.migrations import upgrade
from core.events.log import heads
from core.permissions import Role
from core.web.context import services
from core.web.identity import token_hash
from participation.ballots.operations.preparing import BallotDraft, prepare_ballot
from participation.ballots.operations.running import open_ballot
from participation.ballots.sealing import key_store
from participation.ballots.sources import OfferedOption
from participation.forums.models import SegmentKind
from participation.seats.models import Placement, Seat
from tests.factories import LETTERS, World

OPTIONS = 6


@dataclass(frozen=True)
class LoadedHall:
    """Where it lies, its ids, the last number of its stream, and a browser's token for each seat."""

    folder: Path
    forum: int
    ballot: int
    seen: int
    cookies: tuple[str, ...]


def prepare(folder: Path, phones: int, seats_at_a_table: int = 10) -> LoadedHall:
    """Seats by the hundred go in directly; forum and ballot through the operations."""
    url = f"sqlite:///{folder / 'hyeondap.db'}"
    settings = Settings(data_dir=folder, database_url=url, secret_key="k" * 40, testing=True)
    app = create_app(settings)
    database = services(app).database
    upgrade(database.write_engine)
    world = World(app)
    tables = -(-phones // seats_at_a_table)
    forum = world.forum(slug="load", tables=tables, seats=seats_at_a_table, kind=SegmentKind.PLENARY_BALLOT)
    tokens = tuple(secrets.token_urlsafe(16) for _ in range(phones))
    seats = [_seat(number, forum, token) for number, token in enumerate(tokens, start=1)]
    places = [
        {"forum_id": forum, "seat_id": number, "round": 1}
        | {"table_number": (number - 1) // seats_at_a_table + 1, "place": (number - 1) % seats_at_a_table + 1}
        for number in range(1, phones + 1)
    ]
    world.place(lambda session: (session.execute(insert(Seat), seats), session.execute(insert(Placement), places)))
    host = world.actor(forum, person_id=world.person(Role.HOST))
    options = tuple(OfferedOption(f"할 일 {number}", "", None, None, None) for number in range(1, OPTIONS + 1))
    draft = BallotDraft("무엇부터 할까요?", choose=1, options=options)
    with app.app_context():
        keys = key_store()
        ballot = database.perform(lambda session: prepare_ballot(session, host, forum, draft))
        database.perform(lambda session: open_ballot(session, host, forum, ballot, keys))
    with database.reading() as session:
        seen = heads(session, forum, ["forum"])["forum"]
    database.close()
    return LoadedHall(folder, forum, ballot, seen, tokens)


def _seat(number: int, forum: int, token: str) -> dict[str, object]:
    now = clock.now()
    code = "".join(LETTERS[number // len(LETTERS) ** place % len(LETTERS)] for place in range(6))
    moments = dict.fromkeys(("consented_process_at", "consented_opinions_at", "taken_at"), now)
    receipt = {"receipt_hash": token_hash(token + "r"), "receipt_code": f"{number:012d}"}
    return {"id": number, "forum_id": forum, "code": code, "device_hash": token_hash(token), **receipt, **moments}


def free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, environment: dict[str, str] | None = None) -> Iterator[int]:
    """A server process that listens on `port`; its process id."""
    process = subprocess.Popen([sys.executable, *command], env=environment, stdout=subprocess.DEVNULL)
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
