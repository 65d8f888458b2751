"""Phones without a link: what residents do waits on the phone, and arrives once, in order, when the link is back."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect
from sqlalchemy import select

from core.events.models import Entry
from participation.ballots.models import Ballot, BallotState
from participation.proposals.models import Proposal, ProposalVersion, Stance
from tests.browser.hall import CHROMIUM, FLAGS, PATIENCE, PHONE
from tests.browser.proxy import Proxy
from tests.faults import client
from tests.faults.house import House, Resident, Server, prepare, serving

NAME = "forum.gaon.test"
SAID = ("시장 앞 횡단보도 초록불이 짧아요.", "정류장에 긴 의자가 있으면 좋겠어요.", "골목 보안등을 고쳐 주세요.")
CHANGES = 9
VALUES = ("agree", "disagree", "pass")


@dataclass
class Place:
    """A served house behind a link that can be cut, and the resident whose phone it is."""

    house: House
    server: Server
    link: Proxy
    resident: Resident

    @property
    def page(self) -> str:
        return f"/forums/{self.house.slug}"

    def cookies(self, host: str) -> list[dict[str, object]]:
        """The seat's cookie, as the browser would have it after the door."""
        given = {"domain": host, "path": "/", "expires": 4_000_000_000, "httpOnly": True, "sameSite": "Lax"}
        return [{"name": name, "value": value, **given} for name, value in self.resident.cookies.items()]

    def stances(self) -> dict[int, str]:
        with self.house.database() as database, database.reading() as session:
            rows = session.execute(
                select(Stance.proposal_id, Stance.value).where(Stance.seat_id == self.resident.seat_id)
            )
            return {proposal: value for proposal, value in rows}  # noqa: C416 - rows are not plain pairs

    def proposals(self) -> list[str]:
        """What the resident put forward, in the order in which it arrived."""
        with self.house.database() as database, database.reading() as session:
            own = Proposal.seat_id == self.resident.seat_id
            wanted = select(ProposalVersion.text).join(Proposal).where(own).order_by(Proposal.id)
            return list(session.scalars(wanted))

    def acts(self) -> list[tuple[str, int]]:
        """Everything the log has of this resident's proposals and stances, in order: kind and proposal."""
        with self.house.database() as database, database.reading() as session:
            wanted = select(Entry.kind, Entry.payload).where(
                Entry.log_id == self.house.forum_id, Entry.kind.in_(("proposal.submitted", "stance.taken"))
            )
            return [
                (kind, payload["proposal"])
                for kind, payload in session.execute(wanted.order_by(Entry.number))
                if payload["seat"] == self.resident.seat_id
            ]


@contextmanager
def served(folder: Path, *, with_ballot: bool) -> Iterator[Place]:
    """One table; its ballot, if it has one, is sealed as soon as it closes."""
    house = prepare(folder / "var", tables=1, seats=2, grace_seconds=0, with_ballot=with_ballot)
    with serving(house) as server, Proxy(server.port) as link:
        yield Place(house, server, link, house.residents[0])


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with served(tmp_path, with_ballot=False) as found:
        yield found


def _live(page: Page) -> None:
    page.wait_for_selector("body[data-live=on]")
    page.wait_for_selector("body[data-phone=on]")


def _until_kept(page: Page) -> None:
    """Wait until the browser keeps this page."""
    kept = "caches.open('pages-1').then((pages) => pages.keys()).then((names) => names.length)"
    for _ in range(200):
        if page.evaluate(kept) == 1:
            return
        page.wait_for_timeout(50)
    raise AssertionError("the page was never kept")


def _choose(page: Page, proposal: int, value: str) -> None:
    button = page.locator(f"#proposal-{proposal} button[name=stance][value={value}]")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def _write(page: Page, text: str) -> None:
    page.locator("#action-bar").get_by_text("제안 쓰기").click()
    page.locator("#write textarea").fill(text)
    page.locator("#write").get_by_role("button", name="우리 테이블에 보내기").click()
    expect(page.locator("#pending")).to_contain_text(text)


def _act_much(page: Page, place: Place) -> dict[int, str]:
    """Thirty acts: nine changes of mind on each of three proposals, and three proposals; the stances that stand."""
    mine: dict[int, str] = {}
    for turn in range(CHANGES):
        for index, proposal in enumerate(place.house.proposals[1]):
            mine[proposal] = VALUES[(turn + index) % 3]
            _choose(page, proposal, mine[proposal])
        if turn % 3 == 2:
            _write(page, SAID[turn // 3])
    return mine


def _expect_waiting(page: Page, number: int) -> None:
    expect(page.locator("#connection-banner")).to_contain_text(f"저장됨 {number}건", timeout=20_000)


def _expect_arrived(page: Page, place: Place, mine: dict[int, str]) -> None:
    """Every act once and in order, and the page shows what stands."""
    expect(page.locator("#pending .voice")).to_have_count(0, timeout=60_000)
    for text in SAID:
        expect(page.locator("#proposals .voice", has_text=text)).to_have_count(1)
    for proposal, value in mine.items():
        chosen = page.locator(f"#proposal-{proposal} button[aria-pressed=true]")
        expect(chosen).to_have_attribute("value", value)
    assert place.stances() == mine
    assert place.proposals() == list(SAID)
    said = iter(sorted({number for kind, number in place.acts() if kind == "proposal.submitted"}))
    first, second, third = place.house.proposals[1]
    round_of = [("stance.taken", first), ("stance.taken", second), ("stance.taken", third)]
    expected = [act for _ in SAID for act in (*round_of * 3, ("proposal.submitted", next(said)))]
    assert place.acts() == expected


@contextmanager
def lasting_browser(playwright: Playwright, folder: Path) -> Iterator[Callable[[], BrowserContext]]:
    """A phone's browser whose profile stays when it ends; opening it again ends the one before as a crash would."""

    def open_it() -> BrowserContext:
        subprocess.run(["pkill", "-9", "-f", f"user-data-dir={folder}"], check=False)
        context = playwright.chromium.launch_persistent_context(
            str(folder), executable_path=CHROMIUM, args=FLAGS, viewport=PHONE, locale="ko-KR"
        )
        context.set_default_timeout(PATIENCE)
        return context

    try:
        yield open_it
    finally:
        subprocess.run(["pkill", "-9", "-f", f"user-data-dir={folder}"], check=False)


def test_offline_the_page_opens_again_even_after_a_crash_and_all_arrives_once(
    driver: Playwright, place: Place, tmp_path: Path
) -> None:
    with lasting_browser(driver, tmp_path / "profile") as reopen:
        context = reopen()
        context.add_cookies(place.cookies("127.0.0.1"))  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(place.link.address + place.page)
        _live(page)
        _until_kept(page)
        context.close()

        page = reopen().new_page()
        page.goto(place.link.address + place.page)
        _live(page)
        place.link.cut()
        mine = _act_much(page, place)
        _expect_waiting(page, 30)
        page.reload()
        _live(page)
        _expect_waiting(page, 30)
        expect(page.locator("#pending .voice")).to_have_count(3)

        page = reopen().new_page()
        page.goto(place.link.address + place.page)
        _live(page)
        _expect_waiting(page, 30)
        first = place.house.proposals[1][0]
        expect(page.locator(f"#proposal-{first} button[aria-pressed=true]")).to_have_attribute("value", mine[first])
        assert place.acts() == []
        place.link.restore()
        page.wait_for_selector("body:not([data-kept])[data-live=on]", timeout=60_000)
        _expect_arrived(page, place, mine)


def test_over_plain_http_acts_wait_for_the_link_and_for_the_page(driver: Playwright, place: Place) -> None:
    """In a hall without a certificate nothing opens without a link, but nothing is lost either."""
    address = place.link.address.replace("127.0.0.1", NAME)
    browser = driver.chromium.launch(
        executable_path=CHROMIUM, args=[*FLAGS, f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]
    )
    try:
        context = browser.new_context(viewport=PHONE, locale="ko-KR")
        context.set_default_timeout(PATIENCE)
        context.add_cookies(place.cookies(NAME))  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(address + place.page)
        _live(page)
        assert page.evaluate("[isSecureContext, 'serviceWorker' in navigator]") == [False, False]
        place.link.cut()
        mine = _act_much(page, place)
        _expect_waiting(page, 30)
        page.goto("about:blank")
        place.link.restore()
        page.goto(address + place.page)
        _live(page)
        _expect_arrived(page, place, mine)
    finally:
        browser.close()


def test_ten_minutes_later_the_phone_says_what_else_can_be_done(browser: Browser, place: Place) -> None:
    context = browser.new_context(viewport=PHONE, locale="ko-KR")
    context.set_default_timeout(PATIENCE)
    context.add_cookies(place.cookies("127.0.0.1"))  # type: ignore[arg-type]
    page = context.new_page()
    page.clock.install()
    page.goto(place.link.address + place.page)
    _live(page)
    place.link.cut()
    first = place.house.proposals[1][0]
    _choose(page, first, "agree")
    page.clock.fast_forward("00:05")
    _expect_waiting(page, 1)
    page.clock.fast_forward("10:05")
    expect(page.locator("#connection-banner")).to_contain_text("옆자리 퍼실리테이터에게")
    place.link.restore()
    page.clock.fast_forward("00:06")
    expect(page.locator(f"#proposal-{first} [data-stance-pending]")).to_be_hidden()
    expect(page.locator("#connection-banner[data-kind=connection]:visible")).to_have_count(0)
    assert place.stances() == {first: "agree"}
    context.close()


def test_a_vote_that_comes_after_the_seal_is_told_and_stays_on_the_phone(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path, with_ballot=True) as place:
        context = browser.new_context(viewport=PHONE, locale="ko-KR")
        context.set_default_timeout(PATIENCE)
        context.add_cookies(place.cookies("127.0.0.1"))  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(place.link.address + place.page)
        _live(page)
        choices = page.locator("[data-ballot-choose] label")
        chosen = choices.first.locator(".choice-label").inner_text()
        place.link.cut()
        choices.first.click()
        page.locator("button[form=ballot-form]").click()
        page.locator("[data-ballot-cast] button[type=submit]").click()
        expect(page.locator("[data-step=sending]")).to_be_visible()
        _expect_waiting(page, 1)
        page.evaluate("localStorage.clear()")
        host = client.Page(place.server.address, place.house.forum_id, place.house.host.cookies, "stage")
        for name in ("ballot.close", "ballot.seal"):
            act = client.Act(name, {"ballot": str(place.house.ballot_id)})
            assert host.send(act, lambda: None)["ok"], name
        with place.house.database() as database, database.reading() as session:
            assert session.get_one(Ballot, place.house.ballot_id).state == BallotState.SEALED
        host.close()
        place.link.restore()
        late = page.locator("[data-step=late]")
        expect(late).to_be_visible(timeout=60_000)
        expect(late).to_contain_text("이 표는 집계되지 않았습니다")
        expect(late.locator(".late-picks")).to_contain_text(chosen)
        page.reload()
        expect(page.locator("[data-step=late] .late-picks")).to_contain_text(chosen)
        context.close()
