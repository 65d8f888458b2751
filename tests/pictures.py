"""`python -m tests.pictures [NAME ...]`: takes the pictures of every page of the demo into docs/pictures."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.demo import CLOSED, Visit, enter_as, look_around
from tests.browser.evening import press
from tests.browser.hall import Hall, Person, launch, serving
from tests.places import LIVE, PLACES, Place

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
SCREEN_VIEWS = ("join", "question", "themes", "result")


def _take(person: Person, visit: Visit, place: Place) -> None:
    for width in place.widths:
        person.page.set_viewport_size({"width": width, "height": 740 if width < 700 else place.height})
        person.page.goto(person.address + visit.path(place))
        person.page.wait_for_timeout(700)
        person.page.screenshot(path=FOLDER / f"{place.name}-{width}.png", full_page=place.whole)


def _take_screens(hall: Hall, visit: Visit) -> None:
    """What the host can show now; then the prepared ballot, opened; the thanks are those of the finished forum."""
    host = enter_as(hall, "host", visit, {"width": 1280, "height": 800})
    screen = hall.enter("screen", {"width": 1920, "height": 1080})
    for view in SCREEN_VIEWS:
        host.go(LIVE + "/stage")
        host.live()
        host.page.locator(f"form[action$='/do/screen.show']:has(input[value='{view}']) button").first.click()
        host.page.wait_for_timeout(400)
        _take_screen(screen, view, LIVE)
    host.go(LIVE + "/ballots").locator("a", has_text="살펴보고 열기").first.click()
    host.page.get_by_role("link", name="투표 열기").click()
    press(host.page, "ballot.open")
    host.page.wait_for_timeout(400)
    _take_screen(screen, "ballot", LIVE)
    _take_screen(screen, "thanks", CLOSED)
    host.context.close()
    screen.context.close()


def _take_screen(screen: Person, view: str, forum: str) -> None:
    screen.go(forum + "/screen")
    screen.page.wait_for_timeout(700)
    screen.page.screenshot(path=FOLDER / f"screen-{view}-1920.png")


def main(names: list[str]) -> None:
    """Serve a fresh demo and photograph it, its residents in the room."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        serving(Path(folder) / "var", demo=True) as server,
    ):
        hall = Hall(launch(playwright), server.address)
        visit = look_around(hall)
        people: dict[str, Person] = {}
        for place in sorted(PLACES, key=lambda one: one.who != "seat"):
            if not names or place.name in names:
                print(place.name, flush=True)
                if place.who not in people:
                    people[place.who] = enter_as(hall, place.who, visit, {"width": 1280, "height": 800})
                _take(people[place.who], visit, place)
        if not names or "screen" in names:
            _take_screens(hall, visit)


if __name__ == "__main__":
    main(sys.argv[1:])
