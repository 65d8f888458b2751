"""A short evening in a real browser before nginx; in its middle one server after the other falls, and nobody acts on it.

Two phones at two tables, the console of the first, the host's stage and ballot desk, the screen.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo import take_seat
from tests.browser.evening import draft_ballot, press
from tests.browser.hall import DESKTOP, PHONE, PROJECTOR, TABLET, Hall, Person
from tests.faults.house import Staff
from tests.scaled.stack import Stack, scaled

SENTENCES = {
    1: "시장 앞 횡단보도 초록불이 짧아요. 5초만 늘려 주세요.",
    2: "골목 보안등이 꺼진 곳이 네 군데예요. 고쳐 주세요.",
}
NOTED = "보도 턱을 낮추면 유모차도 휠체어도 편합니다."
AFTERWARDS = "버스 정류장에 그늘막이 필요합니다."


@dataclass
class Evening:
    """Who is there; phones by table."""

    stack: Stack
    hall: Hall
    forum: str
    stage: Page
    screen: Page
    console: Page
    phones: dict[int, Page]

    @property
    def everyone(self) -> list[Page]:
        return [self.stage, self.screen, self.console, *self.phones.values()]

    def fall(self) -> None:
        """Each server falls in its turn; every page notices by itself, and is joined again elsewhere."""
        for worker in self.stack.workers:
            worker.kill()
            for page in self.everyone:
                expect(page.locator("body[data-live=on]")).to_be_visible()
            worker.start()


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with scaled(tables=2, seats=3, free=1, with_ballot=False) as served:
        yield served


@pytest.fixture
def evening(browser: Browser, stack: Stack) -> Iterator[Evening]:
    """Everyone comes in; nothing may go wrong in any window."""
    hall, forum = Hall(browser, stack.address), f"/forums/{stack.house.slug}"
    host = _signed_in(hall, "host", DESKTOP, stack.house.host)
    code = re.search(r"[A-Z]{3} [A-Z]{3}", host.go(f"{forum}/check-in").inner_text("main"))
    assert code is not None
    screen = _signed_in(hall, "screen", PROJECTOR, stack.house.host)
    console = _signed_in(hall, "facilitator", TABLET, stack.house.facilitators[0])
    for person, path in ((host, "stage"), (screen, "screen"), (console, "tables/1")):
        person.go(f"{forum}/{path}")
        person.live()
    phones = dict(_sit_down(hall, name, code.group().replace(" ", "")) for name in ("순자", "영호"))
    assert phones.keys() == {1, 2}
    yield Evening(stack, hall, forum, host.page, screen.page, console.page, phones)
    faults = hall.faults()
    hall.leave()
    assert faults == []


def _signed_in(hall: Hall, name: str, size: dict[str, int], staff: Staff) -> Person:
    person = hall.enter(name, size)
    person.context.add_cookies(
        [{"name": cookie, "value": value, "url": hall.address} for cookie, value in staff.cookies.items()]
    )
    return person


def _sit_down(hall: Hall, name: str, code: str) -> tuple[int, Page]:
    resident = hall.enter(name, PHONE)
    page = take_seat(resident, code, name)
    page.locator("#action-bar a").first.click()
    resident.live()
    table = re.search(r"(\d)번 테이블", page.inner_text("header"))
    assert table is not None
    return int(table.group(1)), page


def _propose(phone: Page, text: str) -> None:
    phone.click("[data-open-dialog=write]")
    phone.locator("dialog[open] textarea[name=text]").fill(text)
    phone.locator("dialog[open] form[action$='/do/proposal.submit'] button[type=submit]").click()
    expect(phone.locator("#proposals")).to_contain_text(text)


def _agree(phone: Page, text: str) -> None:
    card = phone.locator("#proposals article:not([hidden])").filter(has_text=text).first
    card.locator("button[value=agree]").click()
    expect(card.locator("button[value=agree]")).to_have_attribute("aria-pressed", "true")


def _vote(phone: Page, number: int) -> None:
    phone.locator("[data-ballot-choose] label").nth(number).click()
    phone.locator("button[form=ballot-form]").click()
    phone.locator("[data-ballot-cast] button[type=submit]").click()
    expect(phone.locator("[data-step=receipt]")).to_contain_text("접수")


def _talk(evening: Evening) -> None:
    """A turn shows on the phone, words from phones on the console, words noted there on the phone."""
    console, phone = evening.console, evening.phones[1]
    press(console, "turn.start")
    expect(phone.locator("main")).to_contain_text("말하는 중")
    for table, text in SENTENCES.items():
        _propose(evening.phones[table], text)
    expect(console.locator("[data-list=proposals]")).to_contain_text(SENTENCES[1])
    console.fill("#capture-form textarea", NOTED)
    console.locator("#capture-form [data-file]").click()
    expect(phone.locator("#proposals")).to_contain_text(NOTED)
    _agree(phone, NOTED)


def _decide(evening: Evening) -> None:
    """Opened, voted on by both, closed; the result is on every phone."""
    desk = _signed_in(evening.hall, "ballot", DESKTOP, evening.stack.house.host)
    page = desk.go(f"{evening.forum}/ballots/new")
    draft_ballot(page, grace_seconds=0)
    press(page, "ballot.open")
    for phone in evening.phones.values():
        _vote(phone, 0)
    desk.live()
    press(page, "ballot.close")
    expect(page.locator("form[action$='/do/ballot.publish']")).to_be_visible()
    press(page, "ballot.publish")
    for phone in evening.phones.values():
        expect(phone.locator("[data-region=ballot]")).to_contain_text("결과")
        expect(phone.locator("[data-region=ballot]")).to_contain_text("2표")


def _go_on(evening: Evening) -> None:
    """The host goes on, and the screen follows."""
    heading = evening.screen.locator("h1")
    before = heading.inner_text()
    evening.stage.locator("form[action$='/do/forum.move'] button[data-focus=next]").click()
    expect(heading).not_to_have_text(before)


@pytest.mark.browser
def test_an_evening_before_several_servers(evening: Evening) -> None:
    _talk(evening)
    _go_on(evening)
    evening.fall()
    _propose(evening.phones[1], AFTERWARDS)
    expect(evening.console.locator("[data-list=proposals]")).to_contain_text(AFTERWARDS)
    _decide(evening)
    _go_on(evening)
