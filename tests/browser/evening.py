"""The steps that every evening in a browser shares: accounts and roles, the forum and its tables, the host's hand."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from playwright.sync_api import Locator, Page, expect

from core import clock
from core.i18n.dates import local
from tests.browser.hall import DESKTOP, ROOT, Hall, Person, Server

PASSWORD = "소나무 아래 벤치 7"
SLUG = "geumgok"
FORUM = f"/forums/{SLUG}"
TITLE = "금곡동 가보고 싶은 거리, 어떻게 만들까요?"
NAMES = {
    "coordinator": "코디네이터 문희정",
    "host": "사회자 이정안",
    "facilitator": "퍼실리테이터 한지우",
    "facilitator2": "퍼실리테이터 오세라",
    "analyst": "분석팀 김다온",
    "staff": "정책 담당 최윤정",
}
MOST_STEPS = 14


def command_form(page: Page, command: str) -> Locator:
    """The form of a live command that can be seen."""
    return page.locator(f"form[action$='/do/{command}']").locator("visible=true").first


def press(page: Page, command: str) -> None:
    """Press the button of a live command's form."""
    command_form(page, command).locator("button[type=submit]").first.click()


def give_accounts(hall: Hall, server: Server, logins: Sequence[str], **options: Any) -> None:
    """The operator makes the first administrator, who makes everyone's account and gives the roles."""
    environment = {**os.environ, "DATA_DIR": str(server.data_dir), "DEMO": "0"}
    command = [sys.executable, "-m", "flask", "accounts", "create-administrator", "--login", "admin"]
    subprocess.run([*command, "--name", "운영자 서도현", "--password", PASSWORD], cwd=ROOT, env=environment, check=True)
    admin = hall.enter("administrator", DESKTOP, **options)
    admin.sign_in("admin", PASSWORD)
    for login in logins:
        page = admin.go("/people")
        form = page.locator("form[action='/people']:has(input[name=login])")
        page.locator("summary").filter(has_text="사람 더하기").first.click()
        form.locator("input[name=login]").fill(login)
        form.locator("input[name=name]").fill(NAMES[login])
        form.locator("input[name=password]").fill(PASSWORD)
        form.locator("button").first.click()
        expect(page.get_by_text(NAMES[login]).first).to_be_visible()
        _give_role(page, NAMES[login], login.rstrip("2"))
    admin.context.close()


def _give_role(page: Page, name: str, role: str) -> None:
    card = page.locator("li.person").filter(has_text=name)
    form = card.locator("form[action$='/grants']")
    card.locator("summary").first.click()
    form.locator("select[name=role]").select_option(role)
    form.locator("button").first.click()
    page.wait_for_load_state()


def set_up(hall: Hall, facilitators: Mapping[int, str], **options: Any) -> None:
    """The coordinator makes the forum from the ready template, staffs its tables and announces it."""
    coordinator = hall.enter("coordinator", DESKTOP, **options)
    coordinator.sign_in("coordinator", PASSWORD)
    page = coordinator.go("/forums/new")
    _write_facts(page, tables=len(facilitators))
    page.locator("[name=ready][value='evening-120']").check(force=True)
    page.get_by_role("button", name="토론회 만들기").click()
    page.wait_for_url(f"**{FORUM}/**")
    for login in facilitators.values():
        _certify(coordinator, NAMES[login])
    for table, login in facilitators.items():
        page = coordinator.go(f"{FORUM}/staffing")
        form = page.locator(f"form[action$='/staffing']:has(input[name=table][value='{table}'])").first
        option = form.locator("select[name=person] option").filter(has_text=NAMES[login]).get_attribute("value")
        form.locator("select[name=person]").select_option(option)
        form.locator("button").first.click()
        expect(page.locator("main")).to_contain_text(NAMES[login])
    page = coordinator.go(f"{FORUM}/setup")
    page.locator("form[action$='/announce'] button").first.click()
    page.wait_for_load_state()
    coordinator.context.close()


def _write_facts(page: Page, *, tables: int) -> None:
    starts = local(clock.now() + timedelta(minutes=1))
    facts = {
        "title_ko": TITLE,
        "question_ko": "무엇부터 바꾸면 걷고 싶어질까요?",
        "place_ko": "금곡동 주민센터 3층",
        "day": f"{starts:%Y-%m-%d}",
        "at": f"{starts:%H:%M}",
        "tables": str(tables),
        "seats_per_table": "4",
        "slug": SLUG,
    }
    for name, value in facts.items():
        field = page.locator(f"[name={name}]")
        if not field.is_visible():
            field.locator("xpath=ancestor::details[1]/summary").click()
        field.fill(value)


def _certify(coordinator: Person, name: str) -> None:
    page = coordinator.go(f"{FORUM}/staffing")
    person = page.locator("a[href*='/certificates']").filter(has_text=name).first.get_attribute("href")
    page = coordinator.go(person or "")
    year = local(clock.now()).year
    page.fill("[name=number]", f"가온-{year}-{name[-3:]}")
    page.fill("[name=issued_by]", "가온시 시민토론지원단")
    page.fill("[name=valid_from]", f"{year - 1}-01-01")
    page.fill("[name=valid_to]", f"{year + 1}-12-31")
    page.locator("form:has([name=issued_by]) button").first.click()
    page.wait_for_load_state()


def go_on_until(stage: Page, title: str) -> None:
    """The host goes on, one step of the agenda at a time, until the band says `title`."""
    heading = stage.locator("header h1")
    for _ in range(MOST_STEPS):
        before = heading.inner_text()
        if title in before:
            return
        stage.locator("form[action$='/do/forum.move'] button[data-focus=next]").click()
        expect(heading).not_to_have_text(before)
    raise AssertionError(f"never came to {title}")


def draft_ballot(page: Page, *, grace_seconds: int) -> None:
    """On the page of a new ballot: a question with yes and no, saved; then the confirming look before it opens."""
    page.fill("[name=title_ko]", "먼저 할 일을 골라 주세요")
    page.locator("input[name=method][value=yes_no]").check(force=True)
    page.locator("[name=choose]").fill("1")
    page.locator("[name=winners]").fill("1")
    page.locator("[name=grace_seconds]").fill(str(grace_seconds))
    page.get_by_role("button", name="저장하고 살펴보기").click()
    page.get_by_role("link", name="투표 열기").click()
