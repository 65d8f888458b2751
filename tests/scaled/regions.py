"""Comparing what two pages show, but for what hangs on the moment at which it is drawn."""

import re

from tests.faults.client import Page

DRAWN_WITH_THE_CLOCK = re.compile(r'<progress[^>]*>|\b\d+:\d\d\b(?!:)|data-spoken(-at)?="[^"]*"')
OTHERS = re.compile(r"hand-(button-)?\d+$")  # told to a whole table; each phone has a place for its own alone
WITH_PRESENCE = re.compile(r"(ring|seats)-\d+$")  # who is connected just now


def shown(page: Page) -> dict[str, str]:
    """The regions of a page by name."""
    lasting = {name: html for name, html in page.regions.items() if not WITH_PRESENCE.match(name)}
    return {name: DRAWN_WITH_THE_CLOCK.sub("", html) for name, html in lasting.items()}


def same_regions(page: Page, fresh: Page) -> None:
    """The page shows what a fresh one shows."""
    mine, theirs = shown(page), shown(fresh)
    assert {name for name in mine if name in theirs or not OTHERS.match(name)} == theirs.keys()
    for name, html in theirs.items():
        assert mine[name] == html, (page.asked, name)
