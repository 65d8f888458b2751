"""Every page of the demo in a real browser: axe finds nothing, nothing scrolls sideways, no other host is asked."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.demo import Visit, enter_as, look_around
from tests.browser.hall import Hall, Person, Server, axe_findings, sideways
from tests.places import PLACES, Place

NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 800}
ROLES = sorted({place.who for place in PLACES})


@pytest.fixture(scope="module")
def demo_hall(browser: Browser, demo_server: Server) -> Iterator[Hall]:
    """The served demo."""
    here = Hall(browser, demo_server.address)
    yield here
    here.leave()


@pytest.fixture(scope="module")
def visit(demo_hall: Hall) -> Visit:
    """What is known of this demo."""
    return look_around(demo_hall)


def _open(person: Person, visit: Visit, place: Place) -> Page:
    answer = person.page.goto(person.address + visit.path(place))
    assert answer is not None
    assert answer.status == place.status, place
    return person.page


@pytest.mark.parametrize("role", ROLES)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(demo_hall: Hall, visit: Visit, role: str) -> None:
    """One browser for each role, narrow then wide, in Korean; findings of all its pages together."""
    person = enter_as(demo_hall, role, visit, NARROW)
    findings: list[str] = []
    for place in PLACES:
        if place.who != role:
            continue
        for size in (NARROW, WIDE):
            person.page.set_viewport_size(size)  # type: ignore[arg-type]
            page = _open(person, visit, place)
            findings += [f"{place.name} {size['width']}: {found}" for found in axe_findings(page)]
            if sideways(page) > 0 and place.name not in ("report", "cards"):
                findings.append(f"{place.name} {size['width']}: {sideways(page)} px sideways")
    assert findings + person.faults == []


@pytest.mark.parametrize("role", ["", "seat"])
def test_english_pages_hold_no_korean_sentence_of_ours(demo_hall: Hall, visit: Visit, role: str) -> None:
    """Residents' words stay as written; titles, buttons and headings are English."""
    person = enter_as(demo_hall, role, visit, WIDE)
    person.context.add_cookies([{"name": "locale", "value": "en", "url": person.address}])
    script = """() => [...document.querySelectorAll('h1, h2, button, label, legend, th, summary')]
      .filter(node => !node.closest('.voice, [lang=ko], .language, #mine'))
      .map(node => node.innerText.trim()).filter(text => /[가-힣]/.test(text))"""
    findings = []
    for place in PLACES:
        if place.who == role and place.name not in ("design",):
            page = _open(person, visit, place)
            assert page.get_attribute("html", "lang") == "en"
            findings += [f"{place.name}: {text}" for text in page.evaluate(script)]
    assert findings == []


def test_the_first_page_of_a_resident_is_light(demo_hall: Hall, visit: Visit) -> None:
    person = demo_hall.enter("weak link", {"width": 360, "height": 760})
    sizes: dict[str, int] = {}
    person.page.on("response", lambda answer: sizes.__setitem__(answer.url, len(answer.body())))
    session = person.context.new_cdp_session(person.page)
    session.send("Network.enable")
    wire: dict[str, float] = {}
    kinds: dict[str, str] = {}
    session.on("Network.responseReceived", lambda event: kinds.__setitem__(event["requestId"], event["type"]))
    session.on(
        "Network.loadingFinished", lambda event: wire.__setitem__(event["requestId"], event["encodedDataLength"])
    )
    person.go(f"/j/{visit.code}")
    person.page.wait_for_load_state("networkidle")
    script = sum(size for request, size in wire.items() if kinds.get(request) == "Script")
    assert 0 < sum(wire.values()) <= 100_000, wire
    assert 0 < script <= 40_000
    assert person.faults == []


def test_a_phone_at_the_table_is_light(demo_hall: Hall, visit: Visit) -> None:
    person = enter_as(demo_hall, "seat", visit, {"width": 360, "height": 760})
    session = person.context.new_cdp_session(person.page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire: list[float] = []
    session.on("Network.loadingFinished", lambda event: wire.append(event["encodedDataLength"]))
    person.go("/forums/geumgok-street")
    person.live()
    assert sum(wire) <= 100_000
