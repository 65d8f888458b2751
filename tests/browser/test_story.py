"""One evening in a real browser: from set-up to the report and the receipt, with everyone in the hall at once.

Two residents at each of two tables on phones, two facilitators, the host, the projector, an analyst; afterwards
policy staff, a resident at home, and anyone who looks the promise up.
"""

import re
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect

from tests.browser import afterwards
from tests.browser.demo import take_seat
from tests.browser.evening import (
    FORUM,
    NAMES,
    PASSWORD,
    draft_ballot,
    give_accounts,
    go_on_until,
    press,
    set_up,
)
from tests.browser.hall import DESKTOP, PHONE, PROJECTOR, TABLET, Hall, Person, Server

FACILITATORS = {1: "facilitator", 2: "facilitator2"}
THEME = "걷기 편한 금곡동"
SENTENCES = [
    "시장 앞 횡단보도 초록불이 짧아요. 5초만 늘려 주세요.",
    "횡단보도 신호가 짧아서 어르신들이 뛰게 됩니다.",
    "횡단보도 초록불을 어르신 걸음에 맞춰 주세요.",
    "학교 앞 횡단보도 신호도 너무 짧습니다.",
    "골목 보안등이 꺼진 곳이 네 군데예요. 고쳐 주세요.",
    "밤에 골목이 어두워서 보안등을 더 달아 주세요.",
    "보안등 불빛이 나무에 가려요. 가지를 쳐 주세요.",
    "버스 정류장 골목에도 보안등이 필요합니다.",
    "보도 턱을 낮추면 유모차도 휠체어도 편합니다.",
    "보도 턱 때문에 휠체어가 차도로 내려가요.",
    "가게 앞 보도 턱을 먼저 낮춰 주세요.",
    "보도가 좁고 턱이 높아 유모차가 못 지나가요.",
]
CHILD_STARTS = 60_000  # milliseconds: the process that groups loads its words at the first proposal


@dataclass
class Evening:
    """Who is in the hall, each with a window of their own."""

    hall: Hall
    host: Person
    projector: Person
    code: str
    residents: list[Person] = field(default_factory=list)
    tables: dict[int, list[Person]] = field(default_factory=dict)
    consoles: dict[int, Person] = field(default_factory=dict)

    def come(self, name: str, size: dict[str, int], path: str) -> Person:
        """Someone with an account signs in and opens their page, which joins its streams."""
        person = self.hall.enter(name, size)
        person.sign_in(name, PASSWORD)
        person.go(path)
        person.live()
        return person

    def stage(self) -> Page:
        """The host's stage, opened anew."""
        page = self.host.go(f"{FORUM}/stage")
        self.host.live()
        return page


def _open_the_hall(hall: Hall) -> Evening:
    """The host opens the stage and the projector shows the code."""
    host = hall.enter("host", DESKTOP)
    host.sign_in("host", PASSWORD)
    code = re.search(r"[A-Z]{3} [A-Z]{3}", host.go(f"{FORUM}/check-in").inner_text("main"))
    assert code is not None
    projector = hall.enter("projector", PROJECTOR)
    screen = projector.go(f"{FORUM}/screen")
    projector.live()
    expect(screen.locator("body")).to_contain_text(code.group())
    evening = Evening(hall, host, projector, code.group())
    evening.stage()
    return evening


def _come_in(evening: Evening) -> None:
    """The door: four residents in three taps each, two at each table; the stage counts them."""
    for index, name in enumerate(("순자", "영호", "미경", "하늘")):
        resident = evening.hall.enter(name, PHONE)
        page = take_seat(resident, evening.code.replace(" ", ""), name)
        expect(page.locator("h1")).to_contain_text("번 자리")
        page.locator("#action-bar a").first.click()
        resident.live()
        evening.residents.append(resident)
        expect(evening.host.page.locator("main")).to_contain_text(f"{index + 1} / 8")
        table = re.search(r"(\d)번 테이블", page.inner_text("header"))
        assert table is not None
        evening.tables.setdefault(int(table.group(1)), []).append(resident)
    assert sorted(len(people) for people in evening.tables.values()) == [2, 2]


def _begin(evening: Evening) -> None:
    """The stage: everyone follows at once, phones and consoles."""
    stage = evening.host.page
    press(stage, "forum.start")
    for resident in evening.residents:
        expect(resident.page.locator("#now-band")).to_contain_text("환영")
    for table, login in FACILITATORS.items():
        evening.consoles[table] = evening.come(login, TABLET, f"{FORUM}/tables/{table}")
    go_on_until(stage, "1라운드")
    for person in (*evening.residents, *evening.consoles.values()):
        expect(person.page.locator("body")).to_contain_text("1라운드")


def _propose(phone: Page, text: str) -> None:
    phone.click("[data-open-dialog=write]")
    phone.locator("dialog[open] textarea[name=text]").fill(text)
    phone.locator("dialog[open] form[action$='/do/proposal.submit'] button[type=submit]").click()
    expect(phone.locator("#proposals")).to_contain_text(text)


def _capture(console: Page, text: str) -> None:
    console.fill("#capture-form textarea", text)
    console.locator("#capture-form [data-file]").click()
    expect(console.locator("[data-list=proposals]")).to_contain_text(text)


def _talk(evening: Evening) -> None:
    """The tables: a turn, words from phones and typed, stances."""
    console = evening.consoles[1].page
    press(console, "turn.start")
    expect(evening.tables[1][0].page.locator("main")).to_contain_text("말하는 중")
    for index, text in enumerate(SENTENCES):
        table = 1 + index % 2
        if index % 3 == 0:
            _capture(evening.consoles[table].page, text)
        else:
            _propose(evening.tables[table][index // 2 % 2].page, text)
    for resident in evening.tables[1]:
        card = resident.page.locator("#proposals article:not([hidden])").first
        card.locator("button[value=agree]").click()
        expect(card.locator("button[value=agree]")).to_have_attribute("aria-pressed", "true")
    expect(console.locator("[data-list=proposals]")).to_contain_text(SENTENCES[2])


def _group(evening: Evening, desk: Page) -> None:
    """The theme desk saw everything arrive and grouped it; an analyst names the largest theme and freezes them all."""
    expect(desk.locator("body")).to_contain_text("제안 12")
    largest = desk.locator(".theme-card:not(.theme-card-nowhere)").first
    expect(largest).to_be_visible(timeout=CHILD_STARTS)
    largest.click()
    desk.locator("details.rename summary").click()
    desk.get_by_label("묶음 이름", exact=True).fill(THEME)
    press(desk, "theme.rename")
    expect(desk.locator(".desk-themes")).to_contain_text(THEME)
    desk.goto(evening.hall.address + f"{FORUM}/themes/freeze")
    press(desk, "theme.freeze")
    expect(desk.locator(".desk-themes")).to_contain_text(THEME)


def _call_for_help(evening: Evening) -> None:
    """A table calls, the stage sees it, the table sees who is coming."""
    console, stage = evening.consoles[1].page, evening.host.page
    console.click("[data-open-dialog=help-sheet]")
    console.locator("dialog[open] input[name=reason]").first.check(force=True)
    press(console, "help.call")
    expect(stage.locator("main")).to_contain_text("도움 요청")
    sheet = evening.host.go(f"{FORUM}/stage/tables/1")
    sheet.locator("form[action$='/do/help.come'] input[name=name]").fill("이지원")
    press(sheet, "help.come")
    expect(console.locator("body")).to_contain_text("이지원")
    press(evening.host.go(f"{FORUM}/stage/tables/1"), "help.solve")
    evening.stage()


def _vote(phone: Page, number: int) -> None:
    phone.locator("[data-ballot-choose] label").nth(number).click()
    phone.locator("button[form=ballot-form]").click()
    expect(phone.locator("[data-ballot-cast]")).to_be_visible()
    phone.locator("[data-ballot-cast] button[type=submit]").click()
    expect(phone.locator("[data-step=receipt]")).to_contain_text("접수")


def _decide(evening: Evening) -> None:
    """The ballot: opened, four votes, closed, published on every phone and on the screen."""
    go_on_until(evening.host.page, "전체 투표")
    desk = evening.hall.enter("ballot", DESKTOP)
    desk.sign_in("host", PASSWORD)
    page = desk.go(f"{FORUM}/ballots/new")
    draft_ballot(page, grace_seconds=0)
    press(page, "ballot.open")
    for index, resident in enumerate(evening.residents):
        expect(resident.page.locator("[data-ballot-choose]")).to_be_visible()
        _vote(resident.page, 0 if index < 3 else 1)
    desk.live()
    expect(page.locator("main")).to_contain_text("4명 중 4명")
    press(page, "ballot.close")
    expect(page.locator("form[action$='/do/ballot.publish']")).to_be_visible()
    press(page, "ballot.publish")
    for resident in evening.residents:
        expect(resident.page.locator("[data-region=ballot]")).to_contain_text("결과")
    expect(evening.projector.page.locator("body")).to_contain_text("3표")


def _go_home(evening: Evening) -> None:
    """The way out: the results are there, linked from every phone."""
    stage = evening.host.go(f"{FORUM}/stage/close")
    stage.locator("input[name=sure]").check(force=True)
    press(stage, "forum.close")
    for resident in evening.residents:
        expect(resident.page.locator("a[href$='/results']").first).to_be_visible()
    results = evening.residents[0].page
    results.locator("a[href$='/results']").first.click()
    expect(results.locator("main")).to_contain_text("먼저 할 일을 골라 주세요")
    expect(results.locator("main")).to_contain_text(THEME)


@pytest.mark.browser
def test_one_evening_from_set_up_to_the_receipt(hall: Hall, server: Server) -> None:
    give_accounts(hall, server, list(NAMES))
    set_up(hall, FACILITATORS)
    evening = _open_the_hall(hall)
    _come_in(evening)
    desk = evening.come("analyst", {"width": 1440, "height": 900}, f"{FORUM}/themes").page
    _begin(evening)
    _talk(evening)
    _group(evening, desk)
    _call_for_help(evening)
    _decide(evening)
    _go_home(evening)

    kept = afterwards.find_keepsake(evening.residents)
    assert kept.sentence in SENTENCES
    at_work = afterwards.undertake(hall, kept.theme)
    at_home = afterwards.open_receipt(hall, kept)
    afterwards.tell_review(at_work)
    afterwards.read_review(at_home, kept)
    afterwards.answer(at_work)
    afterwards.read_answer(at_home, kept)
    afterwards.hear_back(at_work)
    afterwards.look_at_tracker(hall, kept)
