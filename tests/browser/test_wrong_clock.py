"""Phones whose clocks are an hour fast or slow, or jump: they show the server's time, and every act counts as it was done."""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from core.events.models import Entry, Receipt
from facilitation.tables.models import Turn
from participation.forums.models import Forum
from participation.proposals.models import Proposal, ProposalVersion, Stance
from tests.browser.hall import PHONE, TABLET, Hall, Person
from tests.browser.proxy import Proxy
from tests.faults.house import House, Resident, prepare, serving

HOUR = timedelta(hours=1)
CLOCKS = {"slow": -HOUR, "right": timedelta(0), "fast": HOUR}
NEARLY = 2.0  # seconds by which a countdown may be off: it is read on its way from one second to the next
SAID = ("시장 앞 횡단보도 초록불이 짧아요.", "정류장에 긴 의자가 있으면 좋겠어요.", "골목 보안등을 고쳐 주세요.")


@dataclass
class Room:
    """A served house, and the link between it and everyone's windows."""

    house: House
    link: Proxy
    hall: Hall

    def enter(self, name: str, size: dict[str, int], cookies: Mapping[str, str], wrong: timedelta) -> Person:
        """Someone whose browser holds their seat or sign-in, and whose clock is wrong by so much."""
        person = self.hall.enter(name, size)
        given = {"domain": "127.0.0.1", "path": "/"}
        person.context.add_cookies([{"name": key, "value": value, **given} for key, value in cookies.items()])  # type: ignore[list-item]
        set_clock(person, wrong)
        return person

    def take_seat(self, resident: Resident, wrong: timedelta) -> Person:
        person = self.enter(f"seat {resident.seat_id}", PHONE, resident.cookies, wrong)
        person.go(f"/forums/{self.house.slug}")
        person.live()
        return person

    def all_of(self, column: Any, *of: Any) -> list[Any]:
        """What the store has in this column, in the order in which it came."""
        with self.house.database() as database, database.reading() as session:
            return list(session.scalars(select(column).where(*of)))


def set_clock(person: Person, wrong: timedelta) -> None:
    person.context.clock.set_system_time(datetime.now(UTC) + wrong)


@pytest.fixture(scope="module")
def room(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Two tables of three, in a round; nothing may go wrong in any window."""
    house = prepare(tmp_path_factory.mktemp("clocks"), tables=2, seats=3, with_ballot=False)
    with serving(house) as server, Proxy(server.port) as link:
        hall = Hall(browser, link.address)
        yield Room(house, link, hall)
        faults = hall.faults()
        hall.leave()
        assert faults == []


def off_by(page: Page, ends_at: datetime) -> float:
    """By how many seconds the countdown of the now band differs from the time that is left."""
    shown = page.locator("#now-band [data-countdown]").inner_text()
    left = (ends_at - datetime.now(UTC)).total_seconds()
    minutes, _, seconds = shown.rpartition(":")
    return abs(int(minutes or 0) * 60 + int(seconds) - left) if minutes.isdecimal() else float("inf")


def comes_true(page: Page, found: Callable[[], bool], seconds: float = 15) -> bool:
    """Whether it is so before the time is up, while the page goes on."""
    until = time.monotonic() + seconds
    while not found():
        if time.monotonic() > until:
            return False
        page.wait_for_timeout(50)
    return True


def _choose(page: Page, proposal: int, value: str) -> None:
    button = page.locator(f"#proposal-{proposal} button[name=stance][value={value}]")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def _write(page: Page, text: str) -> None:
    page.click("[data-open-dialog=write]")
    page.locator("dialog[open] textarea[name=text]").fill(text)
    page.locator("dialog[open] form[action$='/do/proposal.submit'] button[type=submit]").click()
    expect(page.locator("#pending, #proposals").filter(has_text=text).first).to_be_attached()


@pytest.mark.browser
def test_everyone_sees_the_same_time_and_every_act_has_the_servers(room: Room) -> None:
    (ends_at,), begun = room.all_of(Forum.ends_at), datetime.now(UTC)
    residents = room.house.at_table(1)
    phones = {name: room.take_seat(one, wrong) for one, (name, wrong) in zip(residents, CLOCKS.items(), strict=True)}
    for name, phone in phones.items():
        told = phone.page.evaluate("Date.now() / 1000") - time.time()
        assert abs(told - CLOCKS[name].total_seconds()) < NEARLY, "the clock is as wrong as it should be"
        assert comes_true(phone.page, lambda phone=phone: off_by(phone.page, ends_at) <= NEARLY), name  # type: ignore[misc]
    for text, phone in zip(SAID, phones.values(), strict=True):
        _choose(phone.page, room.house.proposals[1][0], "agree")
        expect(phone.page.locator("[data-stance-pending]:visible")).to_have_count(0)
        _write(phone.page, text)
        expect(phone.page.locator("#pending article")).to_have_count(0)

    for number, name in enumerate(("slow", "fast")):
        leads = room.enter(f"console {name}", TABLET, room.house.facilitators[0].cookies, CLOCKS[name])
        console = leads.go(f"/forums/{room.house.slug}/tables/1")
        leads.live()
        assert comes_true(console, lambda console=console: off_by(console, ends_at) <= NEARLY), name  # type: ignore[misc]
        seat = residents[number].seat_id
        console.locator(f".seat-form[data-seat='{seat}'] button").first.click()
        assert comes_true(console, lambda turns=number + 1: len(room.all_of(Turn.started_at)) == turns), name  # type: ignore[misc]
        leads.context.close()

    seats = [one.seat_id for one in residents]
    assert room.all_of(Stance.value, Stance.seat_id.in_(seats)) == ["agree"] * 3
    acts = [room.all_of(column) for column in (Entry.at, Receipt.at, Turn.started_at, Stance.at)]
    acts.append(room.all_of(Proposal.created_at, Proposal.seat_id.in_(seats)))
    assert all(acts)
    assert all(begun <= at <= datetime.now(UTC) for at in itertools.chain(*acts))


@pytest.mark.browser
@pytest.mark.parametrize("clock", ["slow", "fast"])
def test_a_page_that_has_not_heard_from_the_server_yet_shows_its_time_all_the_same(room: Room, clock: str) -> None:
    (ends_at,) = room.all_of(Forum.ends_at)
    resident = room.house.at_table(2)[2]
    person = room.enter(f"waiting {clock}", PHONE, resident.cookies, CLOCKS[clock])
    person.context.route("**/live/**", lambda route: None)
    person.context.route_web_socket("**/socket.io/**", lambda _link: None)
    person.go(f"/forums/{room.house.slug}")
    person.live()
    assert off_by(person.page, ends_at) <= NEARLY
    person.context.close()


@pytest.mark.browser
def test_a_clock_that_jumps_while_there_is_no_link_changes_no_order(room: Room) -> None:
    resident = room.house.at_table(2)[0]
    person = room.take_seat(resident, HOUR)
    page, proposal = person.page, room.house.proposals[2][0]
    _choose(page, proposal, "pass")
    expect(page.locator("[data-stance-pending]:visible")).to_have_count(0)
    room.link.cut()
    for text, value, wrong in zip(SAID, ("agree", "disagree", "agree"), (-HOUR, HOUR, -HOUR), strict=True):
        _write(page, text)
        _choose(page, proposal, value)
        set_clock(person, wrong)
    page.click("[data-open-dialog=write]")
    page.locator("dialog[open] textarea[name=text]").fill("아직 다 쓰지 못한")
    room.link.restore()
    expect(page.locator("#pending article")).to_have_count(0)
    page.reload()
    person.live()
    page.click("[data-open-dialog=write]")
    expect(page.locator("dialog[open] textarea[name=text]")).to_have_value("아직 다 쓰지 못한")
    own = Proposal.seat_id == resident.seat_id
    with room.house.database() as database, database.reading() as session:
        wanted = select(ProposalVersion.text).join(Proposal).where(own).order_by(Proposal.id)
        assert tuple(session.scalars(wanted)) == SAID
    assert room.all_of(Stance.value, Stance.seat_id == resident.seat_id) == ["agree"]
