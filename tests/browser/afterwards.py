"""After the evening: policy staff follow a theme up in public, and a resident reads what became of their own words."""

import re
from dataclasses import dataclass
from datetime import timedelta

from playwright.sync_api import Locator, Page, expect

from core import clock
from core.i18n.dates import local_date
from tests.browser.evening import FORUM, PASSWORD, TITLE
from tests.browser.hall import DESKTOP, PHONE, Hall, Person

OFFICE, TEAM, TELEPHONE = "교통정책과", "보행안전팀", "031-000-0142"
COMMITMENT = "시장 앞 보행 신호 연장"
DESCRIPTION = "시장 앞 두 곳의 보행 신호를 5초 늘립니다."
REVIEW = "현장에서 보행 시간을 재고 있습니다."
ANSWER = "시장 앞 두 곳의 보행 신호를 5초씩 늘리기로 했습니다."
PLAN = "신호 제어기를 바꾸는 공사와 함께 합니다."


@dataclass(frozen=True)
class Keepsake:
    """What a resident takes home: the code of the receipt, one sentence of their own, the theme it stands in."""

    code: str
    sentence: str
    theme: str


def find_keepsake(residents: list[Person]) -> Keepsake:
    """The first resident whose words stand in a theme, as the receipt on their own phone says."""
    for resident in residents:
        page = resident.go(FORUM)
        page.get_by_role("link", name="도움").first.click()
        page.locator("dialog[open]").get_by_role("link", name="내 제안이 간 길").click()
        code = page.locator(".receipt-code .sr").inner_text().replace(" ", "")
        for journey in page.locator("section.journey").all():
            theme = journey.get_attribute("aria-label") or ""
            if theme != "아직 묶이지 않은 제안":
                return Keepsake(code, journey.locator(".voice-text").first.inner_text(), theme)
    raise AssertionError("nobody's words stand in a theme")


def undertake(hall: Hall, theme: str) -> Page:
    """From sign-in to a commitment: the themes are settled, a department is made, the theme handed to its team."""
    staff = hall.enter("staff", DESKTOP)
    staff.sign_in("staff", PASSWORD)
    page = staff.page
    page.get_by_role("link", name="이행 과제").click()
    expect(page.locator("main")).to_contain_text(TITLE)
    page.get_by_role("button", name="주제 묶음 확정하기").click()
    expect(page.locator("main")).to_contain_text("이제 이행 과제로 옮길 수 있습니다")
    page.get_by_role("link", name="부서", exact=True).click()
    page.get_by_label("부서 이름", exact=True).fill(OFFICE)
    page.get_by_label("대표 전화").fill(TELEPHONE)
    page.get_by_label("팀", exact=True).fill(TEAM)
    page.get_by_role("button", name="부서 더하기").click()
    expect(page.get_by_role("row", name=OFFICE)).to_contain_text(TEAM)
    page.get_by_role("link", name="후속 관리").click()
    page.get_by_role("link", name=re.compile(f"‘{re.escape(theme)}’.* 과제로 옮기기")).click()
    expect(page.locator("main")).to_contain_text(theme)
    page.get_by_label("약속한 일", exact=True).fill(COMMITMENT)
    page.get_by_label("주민에게 보일 설명", exact=True).fill(DESCRIPTION)
    page.get_by_label("담당 부서와 팀").select_option(label=f"{OFFICE} {TEAM}")
    page.get_by_role("button", name="과제 만들기").click()
    expect(page.locator("main")).to_contain_text("이행 과제 1번을 만들었습니다")
    expect(page.locator(".commitment-line")).to_contain_text("부서 배정")
    return page


def tell_review(page: Page) -> None:
    """Staff change the state, with a reason that residents read."""
    page.get_by_role("link", name="상태 바꾸기").click()
    page.get_by_label("바꿀 상태").select_option(label="검토 중")
    page.get_by_label("알리는 말", exact=True).fill(REVIEW)
    page.get_by_role("button", name="알리기").click()
    expect(page.locator(".commitment-line")).to_contain_text("검토 중")
    expect(page.locator("main")).to_contain_text(REVIEW)


def answer(page: Page) -> None:
    """Staff answer officially and adopt it, with the day by which it is done."""
    page.get_by_role("link", name="공식 답변 쓰기").click()
    page.get_by_label("공식 답변", exact=True).fill(ANSWER)
    page.get_by_label("바꿀 상태").select_option(label="채택")
    page.get_by_label("알리는 말", exact=True).fill(PLAN)
    page.get_by_label("새 날짜").fill(f"{local_date(clock.now() + timedelta(days=60)):%Y-%m-%d}")
    page.get_by_role("button", name="답변 내기").click()
    expect(page.locator("main")).to_contain_text("공식 답변을 냈습니다")
    expect(page.locator(".commitment-line")).to_contain_text("채택")


def open_receipt(hall: Hall, kept: Keepsake) -> Page:
    """A resident at home, with a phone that never saw the evening, finds their own words by the code."""
    page = hall.enter("reader", PHONE).go("/")
    page.get_by_role("link", name="내 제안이 간 길 보기").click()
    page.get_by_label("접수증 코드").fill(kept.code.lower())
    page.get_by_role("button", name="내 제안 보기").click()
    expect(page.locator("h1")).to_have_text("내 제안이 간 길")
    expect(_journey(page, kept)).to_contain_text(kept.sentence)
    return page


def _journey(page: Page, kept: Keepsake) -> Locator:
    return page.locator("section.journey").filter(has=page.get_by_text(kept.sentence, exact=True))


def read_review(page: Page, kept: Keepsake) -> None:
    """The receipt names the theme, the commitment, its state and the reason; no answer yet."""
    page.reload()
    journey = _journey(page, kept)
    for words in (kept.theme, COMMITMENT, f"{OFFICE} {TEAM}", "검토 중", REVIEW):
        expect(journey).to_contain_text(words)
    expect(page.get_by_role("link", name="답변 읽기")).to_have_count(0)


def read_answer(page: Page, kept: Keepsake) -> None:
    """The receipt names the decision and leads to the answer, which the resident finds enough."""
    page.reload()
    journey = _journey(page, kept)
    for words in (kept.theme, COMMITMENT, "채택", "완료 예정"):
        expect(journey).to_contain_text(words)
    expect(journey).not_to_contain_text("검토 중")
    page.locator("#action-bar").get_by_role("link", name="답변 읽기").click()
    expect(page.locator("h1")).to_contain_text(f"{OFFICE} {TEAM}의 공식 답변")
    expect(page.locator("main")).to_contain_text(ANSWER)
    expect(page.locator("main")).to_contain_text(TELEPHONE)
    page.get_by_role("button", name="네", exact=True).click()
    expect(page.locator("main")).to_contain_text("답변이 충분했다고 하셨습니다")


def hear_back(page: Page) -> None:
    """Staff see that the answer was enough for someone."""
    page.reload()
    expect(page.locator("main")).to_contain_text("충분했다 1")


def look_at_tracker(hall: Hall, kept: Keepsake) -> None:
    """Anyone finds the commitment from the first page, with its state, its answer and the words behind it."""
    page = hall.enter("citizen", DESKTOP).go("/")
    page.get_by_role("navigation", name="주요 메뉴").get_by_role("link", name="이행 현황").click()
    row = page.get_by_role("row", name=COMMITMENT)
    for words in (TITLE, OFFICE, "채택"):
        expect(row).to_contain_text(words)
    row.get_by_role("link", name=COMMITMENT).click()
    main = page.locator("main")
    for words in (ANSWER, DESCRIPTION, REVIEW, PLAN, kept.theme):
        expect(main).to_contain_text(words)
    expect(main.locator(".commitment-line")).to_contain_text("채택")
