"""A venue whose proxy lets no websocket through: phones act and follow over plain HTTP, and are known to be there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from participation.forums.models import Segment, SegmentKind
from participation.proposals.models import Stance
from tests.browser.hall import PHONE, TABLET, Hall, Person
from tests.browser.proxy import Proxy
from tests.faults import client
from tests.faults.client import Act
from tests.faults.house import House, Server, prepare, serving

SAID = "시장 앞 횡단보도 초록불이 짧아요. 5초만 늘려 주세요."
ANSWERED = "정류장에 등받이가 있는 긴 의자를 놓아 주세요."


@dataclass
class Venue:
    """A served house; phones are behind the venue's proxy, the console is on the house's own network."""

    house: House
    server: Server
    proxy: Proxy
    behind: Hall
    inside: Hall

    def enter(self, hall: Hall, name: str, size: dict[str, int], cookies: Mapping[str, str]) -> Person:
        """Someone whose browser already holds their seat or sign-in."""
        person = hall.enter(name, size)
        given = {"domain": "127.0.0.1", "path": "/"}
        person.context.add_cookies([{"name": key, "value": value, **given} for key, value in cookies.items()])  # type: ignore[list-item]
        return person

    def take_seat(self, number: int) -> Page:
        """A resident's phone at the first table."""
        person = self.enter(self.behind, f"seat {number}", PHONE, self.house.at_table(1)[number].cookies)
        page = person.go(f"/forums/{self.house.slug}")
        person.live()
        return page

    def stances(self) -> list[str]:
        with self.house.database() as database, database.reading() as session:
            return list(session.scalars(select(Stance.value)))

    def move_to(self, kind: SegmentKind) -> None:
        """The host goes on."""
        with self.house.database() as database, database.reading() as session:
            wanted = select(Segment.id).where(Segment.forum_id == self.house.forum_id, Segment.kind == kind)
            segment = session.scalars(wanted).one()
        host = client.Browser(self.server.address, self.house.forum_id, self.house.slug, self.house.host.cookies)
        assert host.post(Act("forum.move", {"segment": segment}))["ok"]


@pytest.fixture
def venue(browser: Browser, tmp_path: Path) -> Iterator[Venue]:
    """One table of three, in a round; nothing may go wrong in any window."""
    house = prepare(tmp_path / "var", tables=1, seats=3, with_ballot=False)
    with serving(house) as server, Proxy(server.port) as proxy:
        proxy.refuse_upgrades = True
        found = Venue(house, server, proxy, Hall(browser, proxy.address), Hall(browser, server.address))
        yield found
        faults = found.behind.faults() + found.inside.faults()
        for hall in (found.behind, found.inside):
            hall.leave()
        assert faults == []


def _propose(page: Page, text: str) -> None:
    page.click("[data-open-dialog=write]")
    page.locator("dialog[open] textarea[name=text]").fill(text)
    page.locator("dialog[open] form[action$='/do/proposal.submit'] button[type=submit]").click()


@pytest.mark.browser
def test_an_evening_goes_on_without_any_websocket(venue: Venue) -> None:
    leads = venue.enter(venue.inside, "facilitator", TABLET, venue.house.facilitators[0].cookies)
    console = leads.go(f"/forums/{venue.house.slug}/tables/1")
    leads.live()
    seats = console.locator("#seats")
    expect(seats.get_by_text("연결 끊김")).to_have_count(3)

    sunja, yeongho = venue.take_seat(0), venue.take_seat(1)
    expect(seats.get_by_text("연결 끊김")).to_have_count(1)
    _propose(sunja, SAID)
    expect(sunja.locator("#proposals article").filter(has_text=SAID)).to_contain_text("내 제안")
    expect(sunja.locator("#pending article")).to_have_count(0)
    _propose(yeongho, ANSWERED)

    theirs = sunja.locator("#proposals article").filter(has_text=ANSWERED)
    expect(theirs).to_be_attached()
    theirs.locator("button[value=agree]").click()
    expect(theirs.locator("button[value=agree]")).to_have_attribute("aria-pressed", "true")
    expect(theirs.locator("[data-stance-pending]")).to_be_hidden()
    assert venue.stances() == ["agree"]
    expect(yeongho.locator("#proposals article").filter(has_text=SAID)).to_be_attached()
    expect(console.locator("[data-list=proposals]")).to_contain_text(SAID)

    venue.move_to(SegmentKind.SHARE_BACK)
    for page in (sunja, yeongho):
        expect(page.locator("#now-band")).to_contain_text("순서 5")
    expect(seats.get_by_text("연결 끊김")).to_have_count(1)
    assert venue.proxy.refused > 1
