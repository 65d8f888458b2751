"""An evening in browsers without script: every act is a form or a link, and each page says what comes next."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.evening import (
    NAMES,
    PASSWORD,
    TITLE,
    draft_ballot,
    give_accounts,
    go_on_until,
    press,
    set_up,
)
from tests.browser.hall import DESKTOP, PHONE, TABLET, Hall, Person, Server

PLAIN = {"java_script_enabled": False}
WRITTEN = "시장 앞 횡단보도 초록불이 짧아요. 5초만 늘려 주세요."
HEARD = "골목 보안등이 꺼진 곳이 네 군데예요. 고쳐 주세요."


@dataclass
class Evening:
    """Who is in the hall."""

    hall: Hall
    host: Page
    console: Page
    sunja: Page
    yeongho: Page


def _sign_in(hall: Hall, login: str, size: dict[str, int]) -> Person:
    """From the door of the house to what there is to do."""
    person = hall.enter(login, size, **PLAIN)
    person.sign_in(login, PASSWORD)
    expect(person.page.locator("h1")).to_contain_text(NAMES[login])
    return person


def _look_again(page: Page) -> None:
    """What does not change by itself is fetched anew."""
    page.get_by_role("link", name="새로 보기").click()


def _is_above(upper: Locator, lower: Locator) -> bool:
    """Whether the one ends before the other begins, so that neither covers the other."""
    above, below = upper.bounding_box(), lower.bounding_box()
    assert above is not None
    assert below is not None
    return above["y"] + above["height"] <= below["y"] + 0.5


def _take_seat(hall: Hall, name: str, code: str) -> Page:
    """From the first page by the code to the table."""
    page = hall.enter(name, PHONE, **PLAIN).go("/")
    page.get_by_label("참가 코드 여섯 글자").fill(code.lower())
    page.get_by_role("button", name="참가하기").click()
    expect(page.locator("h1")).to_have_text(TITLE)
    page.get_by_role("button", name="자리 받기").click()
    expect(page.get_by_role("alert").first).to_contain_text("동의 두 가지가 남았습니다")
    page.get_by_label("부를 이름").fill(name)
    page.locator("input[name=consent_process]").check()
    page.locator("input[name=consent_opinions]").check()
    page.get_by_role("button", name="자리 받기").click()
    expect(page.locator("h1")).to_contain_text("1번 테이블")
    expect(page.locator("main")).to_contain_text(f"{name} 님, 반갑습니다")
    page.get_by_role("link", name="테이블로 들어가기").click()
    expect(page.locator("main")).to_contain_text("곧 시작합니다")
    return page


def _come_together(hall: Hall) -> Evening:
    """The host reads the code out at the door, two residents come, the facilitator opens the console."""
    host = _sign_in(hall, "host", DESKTOP).page
    host.get_by_role("link", name="안내 데스크").click()
    code = re.search(r"[A-Z]{3} [A-Z]{3}", host.inner_text("main"))
    assert code is not None
    sunja, yeongho = (_take_seat(hall, name, code.group()) for name in ("순자", "영호"))
    host.go_back()
    host.get_by_role("link", name="무대").click()
    expect(host.locator("main")).to_contain_text("2 / 4")
    console = _sign_in(hall, "facilitator", TABLET).page
    console.get_by_role("link", name="1번 테이블 콘솔").click()
    expect(console.locator("#seats")).to_contain_text("순자 님")
    return Evening(hall, host, console, sunja, yeongho)


def _begin(evening: Evening) -> None:
    """The host starts and goes on to the round; the others see it when they look again."""
    press(evening.host, "forum.start")
    expect(evening.host.locator("main")).to_contain_text("시작했습니다")
    _look_again(evening.sunja)
    expect(evening.sunja.locator("#now-band")).to_contain_text("환영")
    go_on_until(evening.host, "1라운드")
    for page in (evening.sunja, evening.yeongho, evening.console):
        _look_again(page)
        expect(page.locator("#now-band")).to_contain_text("1라운드")


def _card(page: Page, text: str) -> Locator:
    return page.locator("article.voice").filter(has_text=text)


def _propose(evening: Evening) -> None:
    """A resident writes: an empty one comes back with words, the real one stands at the table."""
    page = evening.sunja
    page.get_by_role("link", name="제안 쓰기").click()
    assert _is_above(page.locator("#now-band"), page.get_by_role("heading", name="제안 쓰기"))
    form = page.locator("#write-page form")
    expect(form).to_be_in_viewport()
    form.get_by_role("button", name="우리 테이블에 보내기").click()
    expect(page.locator("h1")).to_have_text("아직 보내지 못했습니다")
    page.get_by_role("link", name="돌아가기").click()
    form.get_by_label("제안").fill(WRITTEN)
    form.get_by_role("button", name="우리 테이블에 보내기").click()
    expect(page.locator("main")).to_contain_text("제안을 보냈습니다")
    expect(_card(page, WRITTEN)).to_contain_text("내 제안")


def _run_the_table(evening: Evening) -> None:
    """The facilitator starts a turn, writes down what is said, reads it back; the next speaks and ends."""
    page, seats = evening.console, evening.console.locator("#seats")
    seats.get_by_role("button", name="영호").click()
    expect(seats).to_contain_text("말하는 중")
    assert _is_above(page.locator("#console"), page.locator(".shell-foot"))
    _look_again(evening.yeongho)
    expect(evening.yeongho.locator("main")).to_contain_text("말하는 중")
    capture = page.locator("#capture-form")
    expect(capture.get_by_role("radio", name="2")).to_be_checked()
    capture.get_by_label("들은 말").fill(HEARD)
    capture.get_by_role("button", name="올리기").click()
    card = _card(page, HEARD)
    expect(card).to_contain_text("영호")
    expect(card).to_contain_text("확인 전")
    card.get_by_role("link", name="더 보기").click()
    page.get_by_role("button", name="읽어 드림").click()
    expect(_card(page, HEARD)).to_contain_text("확인받음")
    page.get_by_role("button", name="마치고 순자 님").click()
    speaker = seats.locator("button[aria-pressed=true]")
    expect(speaker).to_contain_text("순자")
    speaker.click()
    expect(seats).not_to_contain_text("말하는 중")


def _take_stances(evening: Evening) -> None:
    """Each resident takes a stance on the other's words; the facilitator sees the counts."""
    for page, text, word in ((evening.sunja, HEARD, "찬성"), (evening.yeongho, WRITTEN, "반대")):
        _look_again(page)
        card = _card(page, text)
        card.get_by_role("button", name=word).click()
        expect(page.locator("main")).to_contain_text("뜻을 표시했습니다")
        expect(card.get_by_role("button", name=word)).to_have_attribute("aria-pressed", "true")
        expect(card.get_by_role("button", name=word)).to_be_in_viewport()
        assert _is_above(page.locator("#now-band"), card)
    _look_again(evening.console)
    expect(_card(evening.console, HEARD).locator(".stance-counts")).to_have_text(re.compile(r"찬성\s*1\s*반대\s*0"))
    expect(_card(evening.console, WRITTEN).locator(".stance-counts")).to_have_text(re.compile(r"찬성\s*0\s*반대\s*1"))


def _open_the_ballot(evening: Evening) -> None:
    """The host goes on to the plenary ballot, drafts a question, looks at it and opens it."""
    page = evening.host
    go_on_until(page, "전체 투표")
    page.get_by_role("link", name="투표 준비하기").click()
    page.get_by_role("link", name="투표 만들기").click()
    draft_ballot(page, grace_seconds=30)
    expect(page.locator("h1")).to_have_text("이 투표를 열까요?")
    press(page, "ballot.open")
    expect(page.locator("main")).to_contain_text("투표를 열었습니다")


def _vote(page: Page, option: str) -> str:
    """Choose, look once more, send; the receipt that is given."""
    _look_again(page)
    page.get_by_role("button", name="고른 것 확인하기").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    page.get_by_role("radio", name=option).check()
    page.get_by_role("button", name="고른 것 확인하기").click()
    expect(page.locator("#now-band")).to_contain_text("이대로 투표할까요?")
    expect(page.locator(".picked")).to_have_text(option)
    page.get_by_role("button", name="이대로 투표하기").click()
    expect(page.locator("main")).to_contain_text("투표가 접수되었습니다")
    receipt = page.locator(".code-card .code").inner_text()
    assert option not in page.inner_text("main")
    page.get_by_role("link", name="토론회로 돌아가기").click()
    return receipt


def _decide(evening: Evening) -> None:
    """Both residents vote, the host closes, seals and publishes; everyone reads the result."""
    _open_the_ballot(evening)
    receipts = {_vote(evening.sunja, "찬성"), _vote(evening.yeongho, "찬성")}
    assert len(receipts) == 2
    page = evening.host
    _look_again(page)
    expect(page.locator("main")).to_contain_text("2명 중 2명")
    for name in ("투표 닫기", "지금 봉인하기", "결과 발표하기"):
        page.get_by_role("button", name=name).click()
    expect(page.locator("main")).to_contain_text("통과되었습니다")
    for resident in (evening.sunja, evening.yeongho):
        _look_again(resident)
        expect(resident.locator("main")).to_contain_text("통과되었습니다")
        expect(resident.locator("main")).to_contain_text("2표")


def _go_home(evening: Evening) -> None:
    """The host ends the evening; a resident reads the results and, behind the receipt, their own words."""
    page = evening.host
    page.get_by_role("link", name="무대").click()
    page.get_by_role("link", name="시간 바꾸기와 마침").click()
    page.get_by_role("link", name="토론회 마치기").click()
    page.get_by_label("토론회를 끝냅니다").check()
    press(page, "forum.close")
    expect(page.locator("main")).to_contain_text("토론회를 마쳤습니다")
    resident = evening.sunja
    _look_again(resident)
    resident.get_by_role("link", name="결과 보기").click()
    expect(resident.locator("main")).to_contain_text("통과했습니다")
    resident.go_back()
    resident.get_by_role("link", name="1번 테이블").click()
    resident.get_by_role("link", name="내 제안이 간 길").click()
    expect(resident.locator("main")).to_contain_text(WRITTEN)
    assert HEARD not in resident.inner_text("main")


@pytest.mark.browser
def test_an_evening_without_script(hall: Hall, server: Server) -> None:
    give_accounts(hall, server, ["coordinator", "host", "facilitator"], **PLAIN)
    set_up(hall, {1: "facilitator"}, **PLAIN)
    evening = _come_together(hall)
    _begin(evening)
    _propose(evening)
    _run_the_table(evening)
    _take_stances(evening)
    _decide(evening)
    _go_home(evening)
