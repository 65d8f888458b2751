"""Plain HTTP keeps nothing in a server: what one server of the house took, any other tells and goes on with."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.faults.client import PATIENCE, Act, Browser
from tests.faults.house import House, Server, prepare, serving

pytestmark = pytest.mark.parametrize("store", ["postgresql"], indirect=True, scope="module")
DRAWN_WITH_THE_CLOCK = re.compile(r"<progress[^>]*>")
SAID = "정류장에 등받이가 있는 긴 의자를 놓아 주세요."


class Phone(Browser):
    """A phone without websocket: acts, and fetches what it missed, wherever it is sent at the moment."""

    def __init__(self, house: House, place: int, server: Server) -> None:
        resident = house.at_table(1)[place]
        super().__init__(server.address, house.forum_id, house.slug, resident.cookies)
        self.seen: dict[str, int] = {}
        self.regions: dict[str, str] = {}

    def fetch(self) -> dict[str, Any]:
        """What `since` answers; drawn."""
        seen = ",".join(f"{stream}~{number}" for stream, number in self.seen.items())
        url = f"{self.address}/live/{self.forum_id}/since?surface=phone&seen={seen}"
        answer: dict[str, Any] = self.session.get(url, timeout=PATIENCE).json()
        self.seen.update(answer["streams"])
        if answer["full"]:
            self.regions.clear()
        for region in answer["regions"]:
            if region["h"]:
                self.regions[region["n"]] = DRAWN_WITH_THE_CLOCK.sub("", region["h"])
            else:
                self.regions.pop(region["n"], None)
        return answer


@pytest.fixture(scope="module")
def servers(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Server, Server]]:
    """Two servers of one house, which needs PostgreSQL: on SQLite a house has one."""
    house = prepare(tmp_path_factory.mktemp("servers"), store, tables=1, seats=2, with_ballot=False)
    with ExitStack() as running:
        one, other = (running.enter_context(serving(house)) for _ in range(2))
        yield house, one, other


def test_an_act_on_one_server_is_told_by_another_and_acts_once(servers: tuple[House, Server, Server]) -> None:
    house, one, other = servers
    sunja, yeongho = Phone(house, 0, one), Phone(house, 1, other)
    assert (sunja.fetch()["full"], yeongho.fetch()["full"]) == (True, True)
    act = Act("proposal.submit", {"text": SAID})
    first = sunja.post(act)
    assert first["ok"], first
    sunja.address = other.address
    assert sunja.post(act) == first, "the same key, the same token, another server"

    told = yeongho.fetch()
    proposal = f"proposal-{first['result']['proposal']}"
    assert (told["full"], SAID in yeongho.regions[proposal]) == (False, True)
    assert [region["n"] for region in told["regions"]].count(proposal) == 1
    yeongho.address = one.address
    taken = yeongho.post(Act("stance.take", {"proposal": first["result"]["proposal"], "stance": "agree", "counter": 1}))
    assert taken["ok"], taken
    assert yeongho.fetch()["full"] is False


def test_a_phone_sent_to_and_fro_has_what_a_fresh_page_has(servers: tuple[House, Server, Server]) -> None:
    house, one, other = servers
    phone, writes = Phone(house, 0, one), Phone(house, 1, other)
    for number in range(4):
        phone.address, writes.address = (one.address, other.address)[:: 1 if number % 2 else -1]
        phone.fetch()
        assert writes.post(Act("proposal.submit", {"text": f"{SAID} {'가나다라'[number]}"}))["ok"]
    phone.fetch()
    for server in (one, other):
        fresh = Phone(house, 0, server)
        fresh.fetch()
        assert (phone.seen, phone.regions) == (fresh.seen, fresh.regions)
