"""From a proposal's arrival until it stands in a theme and the desk shows it, with a thousand real lines there."""

import contextlib
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from app import create_app
from bench.figures import Figure
from core.db.work import Database
from core.events.models import Entry
from core.permissions import Role
from core.web.context import services
from policy.themes.models import Grouping
from tests.factories import World
from tests.faults.client import Act, Lost, Page
from tests.faults.house import House, Server, prepare, serving
from tests.real_data import petitions

THERE = 1000
ARRIVING = 60
EVERY = 0.5
LIMIT = 2.0
GROUPED_WITHIN = 180.0
TABLES, SEATS = 4, 4


@dataclass
class Desk:
    """An analyst's page: when each stream was drawn, and with which words."""

    page: Page
    drawn: list[tuple[float, str]]

    def follow(self) -> None:
        """Until the link ends."""
        with contextlib.suppress(Lost):
            while True:
                self.page.wait_for_event()
                self.drawn.append((time.time(), self.page.regions.get("stream", "")))

    def shows(self, words: str, after: float) -> float:
        """When the stream first showed these words after a moment; infinite where it never did."""
        return next((at for at, html in self.drawn if at >= after and words in html), float("inf"))


def _fill(house: House, lines: list[str]) -> dict[str, str]:
    """Put the thousand lines there, and give an analyst a browser: its cookies."""
    app = create_app(house.settings)
    try:
        world = World(app)
        for index, line in enumerate(lines):
            world.proposal(house.forum_id, table=index % TABLES + 1, text=line)
        cookie = world.browser(world.person(Role.ANALYST)).get_cookie("session")
    finally:
        services(app).database.close()
    assert cookie is not None
    return {"session": cookie.value}


def _wait_until_grouped(database: Database, forum_id: int) -> None:
    deadline = time.monotonic() + GROUPED_WITHIN
    while time.monotonic() < deadline:
        with database.reading() as session:
            grouping = session.get(Grouping, forum_id)
            if grouping is not None and grouping.texts >= THERE:
                return
        time.sleep(0.2)
    raise SystemExit("arriving: the thousand lines were never grouped")


def _send(house: House, server: Server, lines: list[str], regroup: Page | None) -> None:
    """The lines, one after another, from different seats; half-way the analyst has all grouped anew."""
    phones = [Page(server.address, house.forum_id, one.cookies, "phone") for one in house.residents]
    for index, line in enumerate(lines):
        due = time.monotonic() + EVERY
        if regroup is not None and index == len(lines) // 2:
            assert regroup.send(Act("theme.regroup", {}), lambda: None)["ok"]
        answer = phones[index % len(phones)].send(Act("proposal.submit", {"text": line}), lambda: None)
        assert answer["ok"], answer
        time.sleep(max(0.0, due - time.monotonic()))
    for phone in phones:
        phone.close()


def _moments(database: Database, forum_id: int, kind: str, first: int) -> Iterator[tuple[int, float]]:
    """Proposals and when something happened to them, from the log after its entry `first`."""
    wanted = select(Entry.payload, Entry.at).where(Entry.log_id == forum_id, Entry.kind == kind, Entry.number > first)
    with database.reading() as session:
        for payload, at in session.execute(wanted.order_by(Entry.number.desc())):
            yield payload["proposal"], at.timestamp()


def _measure_round(
    house: House, server: Server, cookies: dict[str, str], lines: list[str], regroup: bool
) -> list[float]:
    """Seconds from each arrival until the desk shows it placed."""
    desk = Desk(Page(server.address, house.forum_id, cookies, "desk"), [])
    desk.page.open()
    analyst = Page(server.address, house.forum_id, cookies, "desk")
    watching = threading.Thread(target=desk.follow, daemon=True)
    watching.start()
    with house.database() as database:
        with database.reading() as session:
            first = session.scalar(select(Entry.number).order_by(Entry.number.desc()).limit(1)) or 0
        _send(house, server, lines, analyst if regroup else None)
        time.sleep(3 * LIMIT)
        came = dict(_moments(database, house.forum_id, "proposal.submitted", first))
        placed = dict(_moments(database, house.forum_id, "theme.placed", first))
    analyst.close()
    desk.page.close()
    watching.join(5)
    words = dict(zip(sorted(came), lines, strict=True))
    return [desk.shows(words[one], placed.get(one, float("inf"))) - at for one, at in came.items()]


def _plain(text: str) -> str:
    """A line without what pages write differently, so that it can be found on one."""
    return " ".join(re.sub(r"[&<>'\"]", " ", text)[:200].split())


def measure() -> list[Figure]:
    """Median and slowest, against the two seconds that are promised."""
    lines = [_plain(row["text"]) for row in petitions()]
    known, new, during = lines[:THERE], lines[THERE : THERE + ARRIVING], lines[THERE + ARRIVING : THERE + 2 * ARRIVING]
    with tempfile.TemporaryDirectory() as folder:
        house = prepare(Path(folder), tables=TABLES, seats=SEATS)
        cookies = _fill(house, known)
        with serving(house) as server, house.database() as database:
            phone = Page(server.address, house.forum_id, house.residents[0].cookies, "phone")
            assert phone.send(Act("proposal.submit", {"text": "시장 앞 횡단보도 초록불을 늘려 주세요."}), lambda: None)[
                "ok"
            ]
            phone.close()
            _wait_until_grouped(database, house.forum_id)
            calm = _measure_round(house, server, cookies, new, regroup=False)
            busy = _measure_round(house, server, cookies, during, regroup=True)
    against = "the two seconds promised"
    figures = []
    for name, waited in (("two a second", calm), ("two a second, all grouped anew meanwhile", busy)):
        for what, value in (("median", statistics.median(waited)), ("slowest", max(waited))):
            case = f"{name}: {what} until the desk shows it"
            figures.append(Figure("arriving", case, value, "s", against, value / LIMIT, len(waited), 1.0))
    return figures
