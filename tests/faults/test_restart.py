"""The server falls while a ballot closes: the room is back by itself, has missed nothing, and no clock has moved."""

import random
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy import select

from core.events.log import heads
from core.web.templates import iso
from participation.ballots.models import Ballot, BallotState, SealedVote
from participation.forums.models import Forum
from tests.faults.client import Act, Browser, Lost, Page
from tests.faults.house import House, Server, prepare, serving

GRACE = 8  # seconds that the ballot goes on closing: the server is away for a part of them
LEAST, MOST, FIRST = 0.3, 5.0, 0.5  # static/js/socket.js: the wait before the next try
BACK = 5.0  # seconds in which a phone is back, besides the spread of the tries
DRAWN_WITH_THE_CLOCK = re.compile(r"<progress[^>]*>")


@dataclass(frozen=True)
class Ends:
    """The moments that are kept in the store."""

    segment: datetime | None
    ballot: datetime | None


@dataclass
class Evening:
    """What the phones did and saw. `back`: seconds from the server's return until each phone had joined."""

    house: House
    server: Server
    pages: list[Page]
    voted: list[Page]
    missed: int
    before: Ends
    after: Ends
    back: list[float]
    last_seen: list[dict[str, int]]


def ends(house: House) -> Ends:
    with house.database() as database, database.reading() as session:
        forum, ballot = session.get_one(Forum, house.forum_id), session.get_one(Ballot, house.ballot_id)
        return Ends(forum.ends_at, ballot.seal_at)


def listen_until_lost(page: Page) -> None:
    try:
        while True:
            page.wait_for_event()
    except Lost:
        page.close()


def come_back(page: Page, server: Server, draw: random.Random) -> float:
    """What a phone does: notices that the link is gone, tries by the rule until it is there; when it had joined."""
    if page.wire is not None:
        listen_until_lost(page)
    tries, never = 0, threading.Event()
    while True:
        never.wait(LEAST + draw.random() * min(MOST, FIRST * 2**tries))
        tries += 1
        try:
            page.open()
        except Lost:
            page.close()
            continue
        return time.monotonic()


def vote(house: House, page: Page, counter: int = 1) -> dict[str, object]:
    data = {"ballot": house.ballot_id, "choice": [1, 2], "counter": counter}
    return page.send(Act("ballot.cast", data), lambda: pytest.fail("the link broke"))


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    """Twelve phones; eight vote, one loses its link, something is put forward, the ballot closes, the server falls."""
    house = prepare(tmp_path_factory.mktemp("restart"), tables=2, seats=6, grace_seconds=GRACE)
    with serving(house) as server, ThreadPoolExecutor(len(house.residents)) as phones:
        pages = [Page(server.address, house.forum_id, one.cookies, "phone") for one in house.residents]
        for page in pages:
            page.open()
        for page in pages[:8]:
            assert vote(house, page)["ok"]
        pages[0].close()
        said = Act("proposal.submit", {"text": "그늘막을 더 놓아 주세요."})
        missed = pages[1].send(said, lambda: pytest.fail("the link broke"))["result"]["proposal"]
        host = Browser(server.address, house.forum_id, house.slug, house.host.cookies)
        assert host.post(Act("ballot.close", {"ballot": house.ballot_id}))["ok"]
        before, last_seen = ends(house), [dict(page.seen) for page in pages]
        coming = [phones.submit(come_back, page, server, random.Random(seed)) for seed, page in enumerate(pages)]
        server.kill()
        server.start()
        up = time.monotonic()
        back = [one.result() - up for one in coming]
        yield Evening(house, server, pages, pages[:8], missed, before, ends(house), back, last_seen)
        for page in pages:
            page.close()


def caught_up(evening: Evening, page: Page) -> None:
    """Take what still comes until the page stands where the log does."""
    with evening.house.database() as database:
        while True:
            with database.reading() as session:
                if page.seen == heads(session, evening.house.forum_id, list(page.seen)):
                    return
            page.wait_for_event()


def fresh_beside(evening: Evening, page: Page) -> Page:
    """A page that was opened when `page` stood at the same numbers: the waiting time may end in between."""
    while True:
        caught_up(evening, page)
        fresh = Page(evening.server.address, evening.house.forum_id, page.cookies, "phone")
        fresh.open()
        fresh.close()
        if fresh.seen == page.seen:
            return fresh


def test_every_phone_is_back_in_time(evening: Evening) -> None:
    """The promise itself is a time: five seconds besides the spread of the tries."""
    assert len(evening.back) == len(evening.house.residents)
    assert max(evening.back) <= BACK + LEAST + MOST


def test_phones_catch_up_by_their_last_numbers(evening: Evening) -> None:
    for page in evening.pages:
        assert [join["full"] for join in page.joins] == [True, False], "the whole page came but once"
    late = evening.pages[0]
    assert any(region["n"] == f"proposal-{evening.missed}" for region in late.joins[-1]["regions"])
    for page, seen in zip(evening.pages, evening.last_seen, strict=True):
        fresh = fresh_beside(evening, page)
        assert all(page.seen[stream] >= number for stream, number in seen.items())
        assert {name: DRAWN_WITH_THE_CLOCK.sub("", html) for name, html in page.regions.items()} == {
            name: DRAWN_WITH_THE_CLOCK.sub("", html) for name, html in fresh.regions.items()
        }


def test_no_end_has_moved(evening: Evening) -> None:
    assert evening.before.segment is not None
    assert evening.before.ballot is not None
    assert evening.after == evening.before
    for page in evening.pages:
        assert f'data-ends-at="{iso(evening.before.segment)}"' in page.regions["band"]


def test_the_ballot_is_sealed_at_the_end_that_was_kept_with_every_vote(evening: Evening) -> None:
    for page in evening.pages:
        while 'data-state="sealed"' not in page.regions["ballot"]:
            page.wait_for_event()
    with evening.house.database() as database, database.reading() as session:
        ballot = session.get_one(Ballot, evening.house.ballot_id)
        votes = session.scalars(select(SealedVote.choices)).all()
    assert ballot.state == BallotState.SEALED
    assert ballot.sealed_at is not None
    assert ballot.sealed_at >= evening.before.ballot  # type: ignore[operator]
    assert votes == [[1, 2]] * len(evening.voted)
    assert vote(evening.house, evening.pages[0], 2)["code"] == "ballot_late_kept"
    assert vote(evening.house, evening.pages[-1])["code"] == "ballot_late"
