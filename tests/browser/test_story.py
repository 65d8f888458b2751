"""One evening in a real browser: from set-up to the report and the receipt, with everyone in the hall at once.

Two residents at each of two tables on phones, two facilitators, the host, the projector, an analyst.
"""

import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from core import clock
from core.i18n.dates import local
from tests.browser.demo import take_seat
from tests.browser.hall import DESKTOP, PHONE, PROJECTOR, ROOT, TABLET, Hall, Person, Server

PASSWORD = "소나무 아래 벤치 7"
SLUG = "geumgok"
FORUM = f"/forums/{SLUG}"
ROLES = {
    "coordinator": "코디네이터 문희정",
    "host": "사회자 이정안",
    "facilitator": "퍼실리테이터 한지우",
    "facilitator2": "퍼실리테이터 오세라",
    "analyst": "분석팀 김다온",
    "staff": "정책 담당 최윤정",
}
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


def _make_administrator(server: Server) -> None:
    environment = {**os.environ, "DATA_DIR": str(server.data_dir), "DEMO": "0"}
    command = [sys.executable, "-m", "flask", "accounts", "create-administrator", "--login", "admin"]
    subprocess.run([*command, "--name", "운영자 서도현", "--password", PASSWORD], cwd=ROOT, env=environment, check=True)


def _press(page: Page, command: str, more: str = "") -> None:
    """Press the button of a live command's form."""
    form = page.locator(f"form[action$='/do/{command}']{more}").locator("visible=true").first
    form.locator("button[type=submit]").first.click()


def _people(hall: Hall) -> None:
    """The administrator makes everyone's account and gives the roles."""
    admin = hall.enter("administrator", DESKTOP)
    admin.sign_in("admin", PASSWORD)
    for login, name in ROLES.items():
        page = admin.go("/people")
        form = page.locator("form[action='/people']:has(input[name=login])")
        page.locator("summary").filter(has_text="사람 더하기").first.click()
        form.locator("input[name=login]").fill(login)
        form.locator("input[name=name]").fill(name)
        form.locator("input[name=password]").fill(PASSWORD)
        form.locator("button").first.click()
        expect(page.get_by_text(name).first).to_be_visible()
        _grant(page, name, login.rstrip("2"))
    admin.context.close()


def _grant(page: Page, name: str, role: str) -> None:
    card = page.locator("li.person").filter(has_text=name)
    form = card.locator("form[action$='/grants']")
    card.locator("summary").first.click()
    form.locator("select[name=role]").select_option(role)
    form.locator("button").first.click()
    page.wait_for_load_state()


def _set_up(hall: Hall) -> None:
    """The coordinator makes the forum from the ready template, staffs two tables and announces it."""
    coordinator = hall.enter("coordinator", DESKTOP)
    coordinator.sign_in("coordinator", PASSWORD)
    page = coordinator.go("/forums/new")
    starts = local(clock.now() + timedelta(minutes=1))
    facts = {
        "title_ko": "금곡동 가보고 싶은 거리, 어떻게 만들까요?",
        "question_ko": "무엇부터 바꾸면 걷고 싶어질까요?",
        "place_ko": "금곡동 주민센터 3층",
        "day": f"{starts:%Y-%m-%d}",
        "at": f"{starts:%H:%M}",
        "tables": "2",
        "seats_per_table": "4",
        "slug": SLUG,
    }
    for name, value in facts.items():
        field = page.locator(f"[name={name}]")
        if not field.is_visible():
            field.locator("xpath=ancestor::details[1]/summary").click()
        field.fill(value)
    ready = page.locator("[name=ready][value='evening-120'], select[name=ready]").first
    if ready.evaluate("node => node.tagName") == "SELECT":
        ready.select_option("evening-120")
    else:
        ready.check(force=True)
    page.get_by_role("button", name="토론회 만들기").click()
    page.wait_for_url(f"**{FORUM}/**")
    for login in ("facilitator", "facilitator2"):
        _certify(coordinator, ROLES[login])
    for table, login in ((1, "facilitator"), (2, "facilitator2")):
        page = coordinator.go(f"{FORUM}/staffing")
        form = page.locator(f"form[action$='/staffing']:has(input[name=table][value='{table}'])").first
        option = form.locator("select[name=person] option").filter(has_text=ROLES[login]).get_attribute("value")
        form.locator("select[name=person]").select_option(option)
        form.locator("button").first.click()
        expect(page.locator("main")).to_contain_text(ROLES[login])
    page = coordinator.go(f"{FORUM}/setup")
    page.locator("form[action$='/announce'] button").first.click()
    page.wait_for_load_state()
    coordinator.context.close()


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


def _next_until(stage: Page, title: str) -> None:
    """The host goes on until the band says `title`."""
    for _ in range(14):
        if title in stage.locator("header h1").inner_text():
            return
        before = stage.locator("header h1").inner_text()
        stage.locator("form[action$='/do/forum.move'] button[data-focus=next]").click()
        confirm = stage.locator("dialog[open] form[action$='/do/forum.move'] button[type=submit]")
        stage.wait_for_timeout(250)
        if confirm.count() and confirm.first.is_visible():
            confirm.first.click()
        expect(stage.locator("header h1")).not_to_have_text(before)
    raise AssertionError(f"never came to {title}")


def _propose(phone: Page, text: str) -> None:
    phone.click("[data-open-dialog=write]")
    field = phone.locator("dialog[open] textarea[name=text]")
    field.fill(text)
    phone.locator("dialog[open] form[action$='/do/proposal.submit'] button[type=submit]").click()
    expect(phone.locator("#proposals")).to_contain_text(text)


def _vote(phone: Page, number: int) -> None:
    phone.locator("[data-ballot-choose] label").nth(number).click()
    phone.locator("button[form=ballot-form]").click()
    expect(phone.locator("[data-ballot-cast]")).to_be_visible()
    phone.locator("[data-ballot-cast] button[type=submit]").click()
    expect(phone.locator("[data-step=receipt]")).to_contain_text("접수")


@pytest.mark.browser
def test_one_evening_from_set_up_to_the_receipt(hall: Hall, server: Server) -> None:
    _make_administrator(server)
    _people(hall)
    _set_up(hall)

    host = hall.enter("host", DESKTOP)
    host.sign_in("host", PASSWORD)
    stage = host.go(f"{FORUM}/stage")
    host.live()
    code = re.search(r"[A-Z]{3} [A-Z]{3}", host.go(f"{FORUM}/check-in").inner_text("main"))
    assert code is not None
    stage = host.go(f"{FORUM}/stage")
    host.live()
    projector = hall.enter("projector", PROJECTOR)
    screen = projector.go(f"{FORUM}/screen")
    projector.live()
    expect(screen.locator("body")).to_contain_text(code.group())

    # The door: four residents in three taps each.
    residents = []
    for index, name in enumerate(("순자", "영호", "미경", "하늘")):
        resident = hall.enter(name, PHONE)
        page = take_seat(resident, code.group().replace(" ", ""), name)
        expect(page.locator("h1")).to_contain_text("번 자리")
        page.locator("#action-bar a").first.click()
        resident.live()
        residents.append(resident)
        expect(stage.locator("main")).to_contain_text(f"{index + 1} / 8")
    tables: dict[str, list[Person]] = {}
    for resident in residents:
        table = re.search(r"(\d)번 테이블", resident.page.inner_text("header"))
        assert table is not None
        tables.setdefault(table.group(1), []).append(resident)
    assert sorted(len(people) for people in tables.values()) == [2, 2]

    # The stage: everyone follows at once.
    _press(stage, "forum.start")
    for resident in residents:
        expect(resident.page.locator("#now-band")).to_contain_text("환영")
    consoles = {}
    for table, login in (("1", "facilitator"), ("2", "facilitator2")):
        facilitator = hall.enter(login, TABLET)
        facilitator.sign_in(login, PASSWORD)
        facilitator.go(f"{FORUM}/tables/{table}")
        facilitator.live()
        consoles[table] = facilitator
    analyst = hall.enter("analyst", {"width": 1440, "height": 900})
    analyst.sign_in("analyst", PASSWORD)
    desk = analyst.go(f"{FORUM}/themes")
    analyst.live()
    _next_until(stage, "1라운드")
    for person in (*residents, *consoles.values()):
        expect(person.page.locator("body")).to_contain_text("1라운드")

    # The tables: turns, words from phones and typed, stances.
    console = consoles["1"].page
    console.locator("form[action$='/do/turn.start'] button").locator("visible=true").first.click()
    expect(tables["1"][0].page.locator("main")).to_contain_text("말하는 중")
    for index, text in enumerate(SENTENCES):
        table = "12"[index % 2]
        if index % 3 == 0:
            page = consoles[table].page
            page.fill("#capture-form textarea", text)
            page.locator("#capture-form [data-file]").click()
            expect(page.locator("[data-list=proposals]")).to_contain_text(text)
        else:
            _propose(tables[table][index % 2].page, text)
    for resident in tables["1"]:
        card = resident.page.locator("#proposals article:not([hidden])").first
        card.locator("button[value=agree]").click()
        expect(card.locator("button[value=agree]")).to_have_attribute("aria-pressed", "true")
    expect(console.locator("[data-list=proposals]")).to_contain_text(SENTENCES[2])

    # The theme desk saw everything arrive, grouped it, and an analyst names one theme.
    expect(desk.locator("body")).to_contain_text("제안 12", timeout=20_000)
    desk.goto(server.address + f"{FORUM}/themes")
    analyst.live()
    expect(desk.locator(".theme-card").first).to_be_visible(timeout=20_000)
    assert desk.locator(".theme-card").count() >= 1
    desk.goto(server.address + f"{FORUM}/themes/freeze")
    _press(desk, "theme.freeze")
    desk.wait_for_load_state()

    # A call for help, and who is coming.
    console.click("[data-open-dialog=help-sheet]")
    console.locator("dialog[open] input[name=reason]").first.check(force=True)
    console.locator("dialog[open] form[action$='/do/help.call'] button[type=submit]").click()
    expect(stage.locator("main")).to_contain_text("도움 요청")
    sheet = host.go(f"{FORUM}/stage/tables/1")
    form = sheet.locator("form[action$='/do/help.come']")
    form.locator("input[name=name]").fill("이지원")
    form.locator("button").first.click()
    expect(console.locator("body")).to_contain_text("이지원")
    _press(host.go(f"{FORUM}/stage/tables/1"), "help.solve")
    stage = host.go(f"{FORUM}/stage")
    host.live()

    # The ballot.
    _next_until(stage, "전체 투표")
    draft = hall.enter("ballot", DESKTOP)
    draft.sign_in("host", PASSWORD)
    page = draft.go(f"{FORUM}/ballots/new")
    page.fill("[name=title_ko]", "먼저 할 일을 골라 주세요")
    page.locator("input[name=method][value=yes_no]").check(force=True)
    page.locator("[name=choose]").fill("1")
    page.locator("[name=winners]").fill("1")
    page.locator("[name=grace_seconds]").fill("0")
    page.get_by_role("button", name="저장하고 살펴보기").click()
    page.wait_for_load_state()
    page.goto(page.url.rstrip("/") + "/open" if "/open" not in page.url else page.url)
    _press(page, "ballot.open")
    for index, resident in enumerate(residents):
        expect(resident.page.locator("[data-ballot-choose]")).to_be_visible()
        _vote(resident.page, 0 if index < 3 else 1)
    page = draft.go(f"{FORUM}/ballots")
    expect(page.locator("main")).to_contain_text("4")
    _press(page, "ballot.close")
    page.wait_for_timeout(1500)
    page = draft.go(f"{FORUM}/ballots")
    if page.locator("form[action$='/do/ballot.seal']").count():
        _press(page, "ballot.seal")
        page = draft.go(f"{FORUM}/ballots")
    _press(page, "ballot.publish")
    for resident in residents:
        expect(resident.page.locator("[data-region=ballot]")).to_contain_text("결과")
    expect(screen.locator("body")).to_contain_text("3표")

    # The way out: the report is there, linked from every phone.
    stage = host.go(f"{FORUM}/stage/close")
    stage.locator("input[name=sure]").check(force=True)
    _press(stage, "forum.close")
    for resident in residents:
        expect(resident.page.locator("a[href$='/results']").first).to_be_visible()
    first = tables["1"][0]
    results = first.go(f"{FORUM}/results")
    expect(results.locator("main")).to_contain_text("먼저 할 일을 골라 주세요")

    # Afterwards the resident reads behind the receipt where the words went.
    receipt = re.search(r"/receipt/[\w-]{20,}", first.go(FORUM).content())
    assert receipt is not None
    reader = hall.enter("reader", PHONE)
    page = reader.go(receipt.group())
    expect(page.locator("main")).to_contain_text("내 제안")
    assert any(text in page.inner_text("main") for text in SENTENCES)
