"""The console at the sizes it is drawn for: what files what was heard stays in sight, whatever else there is to say."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.demo import LIVE, enter_as, look_around
from tests.browser.hall import DESKTOP, PHONE, TABLET, Hall, Person, Server

PORTRAIT = {"width": 820, "height": 1180}
LOW = {"width": 1024, "height": 768}
OVER = """node => { node.dataset.endsAt = new Date(Date.now() - 170000).toISOString(); }"""
# What of a box can be pressed: its corners and its middle, a little inside.
REACHED = """node => { const box = node.getBoundingClientRect();
  return [[.1, .1], [.9, .1], [.5, .5], [.1, .9], [.9, .9]].every(([x, y]) =>
    node.contains(document.elementFromPoint(box.left + box.width * x, box.top + box.height * y))); }"""
CLOCK = "[data-slot=turn-clock]"


@pytest.fixture(scope="module")
def staff(browser: Browser, demo_server: Server) -> Iterator[tuple[Person, Person]]:
    """The facilitator of table 1 at the console, and the host on the stage."""
    hall = Hall(browser, demo_server.address)
    visit = look_around(hall)
    facilitator, host = (enter_as(hall, who, visit, size) for who, size in (("facilitator", TABLET), ("host", DESKTOP)))
    facilitator.go(LIVE + "/tables/1")
    host.go(LIVE + "/stage")
    for person in (facilitator, host):
        person.live()
    yield facilitator, host
    faults = hall.faults()
    hall.leave()
    assert faults == []


def _box(node: Locator) -> dict[str, float]:
    box = node.bounding_box()
    assert box is not None
    return dict(box)


def _out_of_reach(page: Page, size: dict[str, int]) -> list[str]:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    acts = page.locator(".capture-acts .btn, .turn-tools button, .turn-go button")
    assert acts.count() == 5
    return [f"{size['width']}: {act.inner_text()}" for act in acts.all() if not act.evaluate(REACHED)]


def test_nothing_to_press_is_cut_by_banners_and_a_turn_that_is_over(staff: tuple[Person, Person]) -> None:
    facilitator, host = staff
    page = facilitator.page
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    page.locator(".seat-form .seat-row:not(.seat-row-speaking)").first.click()
    expect(page.locator("[data-turn=speaking]")).to_be_visible()
    field = page.locator(".capture")
    before = _box(field)["y"]
    page.locator(CLOCK).evaluate(OVER)
    expect(page.locator(CLOCK)).to_have_text(re.compile(r"\+2:5\d"))
    assert _box(field)["y"] <= before, "the card drops under the hand"

    page.locator("[data-open-dialog=help-sheet]").click()
    page.locator("#help-sheet input[value=fact]").check(force=True)
    page.locator("#help-sheet button.btn-primary").click()
    host.page.fill("#say-all", "물 한 잔 드시고 이어 가겠습니다.")
    host.page.press("#say-all", "Enter")
    expect(page.locator("[data-list=notices] .banner")).to_have_count(2)
    page.locator(CLOCK).evaluate(OVER)
    assert [cut for size in (TABLET, PORTRAIT, LOW) for cut in _out_of_reach(page, size)] == []
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    seats = page.locator(".seat-rows .seat-row")
    assert seats.count() == 8
    assert seats.last.evaluate(REACHED)
    for end in page.locator("[data-list=notices] button").all():
        end.click()
    expect(page.locator("[data-list=notices] .banner")).to_have_count(0)


def test_the_console_cannot_be_scrolled_out_of_itself(staff: tuple[Person, Person]) -> None:
    page = staff[0].page
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    for part in (".shell", ".shell-main", "body"):
        page.locator(part).evaluate("node => { node.scrollTop = 9999; }")
    assert page.locator(".shell").evaluate("node => node.scrollHeight - node.clientHeight") == 0
    assert page.locator(".band-staff").evaluate(REACHED.replace(".every", ".some"))
    assert _box(page.locator(".shell-foot"))["y"] > 700


def test_a_toast_takes_back_what_it_says_and_covers_nothing(staff: tuple[Person, Person]) -> None:
    page = staff[0].page
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    shown = page.locator(".proposal-list .voice:not(.voice-hidden)").count()
    page.locator(".proposal-list [data-focus^=more-]").first.click()
    page.locator("#sheet a[href$='/hide']").click()
    page.locator("#sheet .btn-danger").click()
    expect(page.locator("#sheet .field-error")).to_be_visible()
    page.locator("#sheet input[value=shop]").check(force=True)
    page.locator("#saved-line [data-slot=saved]").evaluate("node => { node.textContent = ''; }")
    page.locator("#sheet .btn-danger").click()
    toast = page.locator(".toast")
    expect(toast.locator("form")).to_be_visible()
    expect(page.locator("#saved-line")).to_contain_text(":")
    acts = page.locator(".shell-foot a, .shell-foot button, .capture-acts button, .seat-row")
    assert [act.inner_text() for act in acts.all() if not act.evaluate(REACHED)] == []
    toast.get_by_role("button", name="되돌리기").click()
    expect(toast).to_have_text("가린 제안을 다시 보입니다.")
    expect(page.locator(".proposal-list .voice:not(.voice-hidden)")).to_have_count(shown)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert [
        tab.inner_text() for tab in page.locator(".tab-bar a, .turn-go button").all() if not tab.evaluate(REACHED)
    ] == []


def test_the_preview_is_the_halls_screen_made_small(staff: tuple[Person, Person]) -> None:
    page = staff[1].page
    preview = page.locator("iframe.preview")
    frame = preview.element_handle().content_frame()  # type: ignore[union-attr]
    assert frame is not None
    assert frame.evaluate("[innerWidth, innerHeight]") == [1920, 1080]
    inner, outer = _box(preview), _box(page.locator(".preview-link"))
    assert abs(inner["width"] - outer["width"]) < 1
    assert abs(inner["height"] - outer["height"]) < 1


def test_a_clock_that_stands_still_is_said_with_a_space(staff: tuple[Person, Person]) -> None:
    page = staff[1].page
    page.locator("[data-focus=hold]").click()
    step = page.locator(".band-step")
    expect(step).to_contain_text("멈춤")
    assert " · 멈춤" in step.inner_text().replace("\n", "")
    page.locator("[data-focus=hold]").click()
    expect(step).not_to_contain_text("멈춤")
