"""Every page of the demo in a real browser: axe finds nothing, nothing scrolls sideways, no other host is asked."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from core.i18n.catalog import read_catalogue
from tests.browser.demo import Visit, enter_as, look_around
from tests.browser.hall import Hall, Person, Server, axe_findings, sideways
from tests.places import PLACES, Place

NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 800}
ROLES = sorted({place.who for place in PLACES})
People = Callable[[str], Person]

OURS = {message.id for message in read_catalogue("en") if isinstance(message.id, str) and message.id}
KOREAN_TEXTS = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) found.push(walk.currentNode.data.trim());
  const said = ['aria-label', 'placeholder', 'title', 'alt', 'data-confirm'];
  for (const node of document.querySelectorAll(said.map(name => `[${name}]`).join()))
    for (const name of said) found.push((node.getAttribute(name) || '').trim());
  return found.filter(text => /[가-힣]/.test(text)); }"""
# Residents' words stay as written; titles, buttons and headings are English.
KOREAN_HEADINGS = """() => [...document.querySelectorAll('h1, h2, button, label, legend, th, summary')]
  .filter(node => !node.closest('.voice, [lang=ko], .language, #mine'))
  .map(node => node.innerText.trim()).filter(text => /[가-힣]/.test(text))"""
# A word in two lines: its letters have boxes at different heights.
CUT_WORDS = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
  const clipped = node => node && (getComputedStyle(node).clipPath !== 'none' || clipped(node.parentElement));
  while (walk.nextNode()) {
    const text = walk.currentNode;
    if (!text.parentElement.checkVisibility() || text.parentElement.closest('script, textarea, noscript')) continue;
    for (const word of text.data.matchAll(/[A-Za-z0-9’]{2,}/g)) {
      range.setStart(text, word.index); range.setEnd(text, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1
          && !clipped(text.parentElement)) found.push(word[0]);
    } }
  return found; }"""


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


@pytest.fixture(scope="module")
def people(demo_hall: Hall, visit: Visit) -> People:
    """Who opens the pages: one window for each role, kept from one walk to the next."""
    known: dict[str, Person] = {}

    def person_of(role: str) -> Person:
        if role not in known:
            known[role] = enter_as(demo_hall, role, visit, NARROW)
        return known[role]

    return person_of


def _open(person: Person, visit: Visit, place: Place) -> Page:
    answer = person.page.goto(person.address + visit.path(place))
    assert answer is not None
    assert answer.status == place.status, place
    return person.page


def _places(role: str) -> list[Place]:
    return [place for place in PLACES if place.who == role]


def _speak(person: Person, language: str) -> None:
    """From now on the pages come in `language`."""
    person.context.add_cookies([{"name": "locale", "value": language, "url": person.address}])


@pytest.mark.parametrize("role", ROLES)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(people: People, visit: Visit, role: str) -> None:
    """One browser for each role, narrow then wide, in Korean; findings of all its pages together."""
    person = people(role)
    _speak(person, "ko")
    findings: list[str] = []
    for place in _places(role):
        for size in (NARROW, WIDE):
            person.page.set_viewport_size(size)  # type: ignore[arg-type]
            page = _open(person, visit, place)
            findings += [f"{place.name} {size['width']}: {found}" for found in axe_findings(page)]
            if sideways(page) > 0 and place.name not in ("report", "cards"):
                findings.append(f"{place.name} {size['width']}: {sideways(page)} px sideways")
    assert findings + person.faults == []


@pytest.mark.parametrize("role", ROLES)
def test_english_fits_a_narrow_phone_and_is_english(people: People, visit: Visit, role: str) -> None:
    """The same windows at 320 px: no sideways scroll, no word cut in two, no sentence of ours left in Korean."""
    person = people(role)
    _speak(person, "en")
    person.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    findings: list[str] = []
    for place in _places(role):
        page = _open(person, visit, place)
        assert page.get_attribute("html", "lang") == "en", place
        if sideways(page) > 0:
            findings.append(f"{place.name}: {sideways(page)} px sideways")
        findings += [f"{place.name}: cut in two: {word}" for word in page.evaluate(CUT_WORDS)]
        findings += [f"{place.name}: in Korean: {text}" for text in page.evaluate(KOREAN_TEXTS) if text in OURS]
        if role in ("", "seat") and place.name != "design":
            findings += [f"{place.name}: in Korean: {text}" for text in page.evaluate(KOREAN_HEADINGS)]
    assert findings + person.faults == []


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
