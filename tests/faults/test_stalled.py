"""Phones that stop reading while large updates flow: let go, at no cost to the others, and whole again when they return."""

import os
import platform
import re
import select
import socket
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select as rows

from core.permissions import Actor, Role
from participation.ballots.operations.preparing import BallotDraft, prepare_ballot
from participation.ballots.sources import OfferedOption
from participation.forums.models import Segment, SegmentKind
from tests.faults.client import PATIENCE, Act, Page, Wire
from tests.faults.house import House, Server, prepare, serving

TABLES, SEATS, STALLED_SEATS = 4, 5, 2  # at each table so many of the five stop reading: 8 of 20
SMALL_WINDOW = 16_384  # bytes that a stalled phone's kernel takes
LARGE = 40_000  # bytes from which a message is one of the updates
MOST_UPDATES = 100
MORE_UPDATES = 15  # once everyone who stalls is let go
MOST_GROWTH = 16 * 1024  # KiB
SENTENCE = "어르신과 아이가 마음 놓고 걸을 수 있게 골목 어귀마다 쉬어 갈 의자를 놓고 그늘을 만들어 주세요. "
DRAWN_WITH_THE_CLOCK = re.compile(r"<progress[^>]*>")


class Phone:
    """A page of which only the messages are looked at: how many updates came. `stalls` stops the reading."""

    def __init__(self, page: Page, came: threading.Condition) -> None:
        self.page, self._came = page, came
        self.updates = 0
        self.stalls = threading.Event()
        page.open()
        assert page.wire is not None
        self._socket: socket.socket = page.wire._socket.sock  # type: ignore[assignment]
        self._socket.settimeout(None)
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        assert self.page.wire is not None
        with self._socket.makefile("rb") as stream:
            while not self.stalls.is_set():
                head = stream.read(2)
                if len(head) < 2:
                    return
                size = head[1]
                if size > 125:
                    size = int.from_bytes(stream.read(2 if size == 126 else 8))
                message = stream.read(size)
                if message == b"2":
                    self.page.wire._send("3")
                if len(message) == size > LARGE:
                    with self._came:
                        self.updates += 1
                        self._came.notify_all()

    def stall(self) -> None:
        """Read what is on its way at most, and nothing from now on."""
        self.stalls.set()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_WINDOW)

    def hang_up(self) -> None:
        """Without a goodbye: whoever stalls would not hear the answer."""
        assert self.page.wire is not None
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._reading.join()
        self.page.wire._socket.shutdown()
        self.page.wire = None

    @property
    def is_let_go(self) -> bool:
        """Whether the server hung up, told without reading."""
        asked = select.poll()
        asked.register(self._socket, 0)
        return bool(asked.poll(0))


@dataclass
class Evening:
    """What was measured. `before` and `during`: seconds from an act until everyone who reads had its update."""

    house: House
    server: Server
    reading: list[Phone]
    stalled: list[Phone]
    before: list[float]
    during: list[float]
    let_go_after: int
    grown: int | None


def memory(server: Server) -> int | None:
    """The server's own share of memory in KiB; None off Linux."""
    if platform.system() != "Linux":
        return None
    assert server._process is not None
    lines = Path(f"/proc/{server._process.pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def large_ballot(house: House) -> int:
    """As many options as may be, each as long as it may be: what every phone shows in its step."""
    host = Actor(person_id=house.host.person_id, roles=frozenset({(Role.HOST, house.forum_id)}))
    options = tuple(OfferedOption(f"{SENTENCE * 7}{number}"[:400]) for number in range(30))
    draft = BallotDraft("먼저 할 일을 골라 주세요", choose=2, winners=2, options=options)
    with house.database() as database:
        return database.perform(lambda session: prepare_ballot(session, host, house.forum_id, draft))


def two_steps(house: House) -> list[int]:
    """The steps between which the host goes to and fro; in the second the ballot has the phones."""
    kinds = (SegmentKind.TABLE_ROUND, SegmentKind.PLENARY_BALLOT)
    with house.database() as database, database.reading() as session:
        wanted = rows(Segment).where(Segment.forum_id == house.forum_id, Segment.kind.in_(kinds))
        return [segment.id for segment in sorted(session.scalars(wanted), key=lambda one: kinds.index(one.kind))]


class Room:
    """The host and twenty phones, of which everyone who reads is waited for after each act."""

    def __init__(self, house: House, server: Server) -> None:
        self.server, self._came = server, threading.Condition()
        self._host = Page(server.address, house.forum_id, house.host.cookies, "stage")
        self._host.wire = Wire(server.address, house.host.cookies)
        self._round, self._voting = two_steps(house)
        self._act(Act("ballot.open", {"ballot": large_ballot(house)}))
        pages = [Page(server.address, house.forum_id, one.cookies, "phone") for one in house.residents]
        self.phones = [Phone(page, self._came) for page in pages]

    def _act(self, act: Act) -> None:
        answer = self._host.send(act, lambda: pytest.fail("the host's link broke"))
        assert answer["ok"], answer

    def update(self, reading: Sequence[Phone]) -> float:
        """The host goes back to the round and on to the ballot; seconds until all of these phones have it."""
        self._act(Act("forum.move", {"segment": self._round, "sure": "y"}))
        awaited = [(phone, phone.updates + 1) for phone in reading]
        begun = time.monotonic()
        self._act(Act("forum.move", {"segment": self._voting, "sure": "y"}))
        with self._came:
            came = self._came.wait_for(lambda: all(phone.updates >= number for phone, number in awaited), PATIENCE)
        assert came, self.server.log()
        return time.monotonic() - begun

    def close(self) -> None:
        self._host.close()
        for phone in self.phones:
            phone.hang_up()


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    """Everyone reads; then eight stop, and updates go on until they are let go, and a while longer."""
    house = prepare(tmp_path_factory.mktemp("stalled"), tables=TABLES, seats=SEATS, with_ballot=False)
    with serving(house) as server, closing(Room(house, server)) as room:
        stalled = [phone for number, phone in enumerate(room.phones) if number % SEATS < STALLED_SEATS]
        reading = [phone for phone in room.phones if phone not in stalled]
        before = [room.update(room.phones) for _ in range(15)]
        had = memory(server)
        for phone in stalled:
            phone.stall()
        during, let_go_after = [], 0
        while len(during) < (let_go_after + MORE_UPDATES if let_go_after else MOST_UPDATES):
            during.append(room.update(reading))
            if not let_go_after and all(phone.is_let_go for phone in stalled):
                let_go_after = len(during)
        has = memory(server)
        grown = has - had if has is not None and had is not None else None
        yield Evening(house, server, reading, stalled, before, during, let_go_after, grown)


def test_whoever_stops_reading_is_let_go_and_nobody_else(evening: Evening) -> None:
    assert len(evening.stalled) == 8
    assert evening.let_go_after, "someone who takes nothing is still waited for"
    assert not any(phone.is_let_go for phone in evening.reading)
    assert {phone.updates for phone in evening.reading} == {len(evening.before) + len(evening.during)}
    assert "Traceback" not in evening.server.log()


def test_the_server_does_not_grow(evening: Evening) -> None:
    if evening.grown is None:
        pytest.skip(f"the memory of a process is told by /proc, which {os.uname().sysname} has not")
    assert evening.grown < MOST_GROWTH


def test_the_others_wait_no_longer_than_before(evening: Evening) -> None:
    """Generously, for a machine that does other things besides: half a second more would be felt."""
    assert statistics.median(evening.during) < 3 * statistics.median(evening.before) + 0.05


def test_they_come_back_and_have_what_they_missed(evening: Evening) -> None:
    for phone in evening.stalled:
        seen = phone.page
        page, fresh = (Page(seen.address, seen.forum_id, seen.cookies, "phone") for _ in range(2))
        page.seen, page.regions = dict(seen.seen), dict(seen.regions)
        assert not page.open()["full"], "what was missed, not the whole page"
        fresh.open()
        shown, right = (
            {name: DRAWN_WITH_THE_CLOCK.sub("", html) for name, html in one.regions.items()} for one in (page, fresh)
        )
        assert shown == right
        page.close()
        fresh.close()
