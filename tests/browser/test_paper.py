"""Paper as the printer gets it: one sheet for each table, a report that holds together, no line on the sheet's edge."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.demo import enter_as, look_around
from tests.browser.hall import DESKTOP, Hall, Server
from tests.places import CLOSED, COMING

A4 = {"width": 794, "height": 1123}
# On the very edge of the printable area a line is cut off.
ON_THE_EDGE = """() => [...document.querySelectorAll('main *')]
  .filter(node => node.getBoundingClientRect().width && !node.closest('svg'))
  .filter(node => node.getBoundingClientRect().right > document.documentElement.clientWidth - 0.5)
  .map(node => node.className || node.tagName)"""
SMALLEST = """() => Math.min(...[...document.querySelectorAll('main *')]
  .filter(node => node.checkVisibility() && [...node.childNodes].some(one => one.nodeType === 3 && one.data.trim()))
  .map(node => parseFloat(getComputedStyle(node).fontSize)))"""


@pytest.fixture(scope="module")
def paper(browser: Browser, demo_server: Server) -> Iterator[Page]:
    """A coordinator's window."""
    hall = Hall(browser, demo_server.address)
    yield enter_as(hall, "coordinator", look_around(hall), DESKTOP).page
    hall.leave()


def pages(page: Page) -> int:
    """How many sheets the printer gives out."""
    printed = page.pdf(prefer_css_page_size=True)
    return max(int(number) for number in re.findall(rb"/Type\s*/Pages\s*/Count\s+(\d+)", printed))


def looked_at(page: Page) -> tuple[list[str], float]:
    """What stands on the edge of the printable area, and the smallest type in points."""
    page.emulate_media(media="print")
    page.set_viewport_size(A4)
    found = page.evaluate(ON_THE_EDGE), page.evaluate(SMALLEST) * 72 / 96
    page.emulate_media(media="null")
    page.set_viewport_size(DESKTOP)
    return found


def test_each_table_has_one_sheet_of_seat_cards(paper: Page, demo_server: Server) -> None:
    paper.goto(f"{demo_server.address}{COMING}/cards")
    paper.locator("form[action$='/cards'] button").click()
    paper.wait_for_selector(".seat-card")
    assert paper.locator(".seat-card").count() == 48
    assert pages(paper) == paper.locator(".table-sheet").count() == 6
    edge, smallest = looked_at(paper)
    assert edge == []
    assert smallest >= 10.9


def test_the_report_is_three_sheets(paper: Page, demo_server: Server) -> None:
    paper.goto(f"{demo_server.address}{CLOSED}/report")
    assert pages(paper) == 3
    edge, smallest = looked_at(paper)
    assert edge == []
    assert smallest >= 9.9
