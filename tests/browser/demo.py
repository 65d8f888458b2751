"""Finding one's way in the served demo: sign-ins, a seat of one's own, the parts of paths that differ each time."""

import re
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.hall import Hall, Person
from tests.places import CLOSED, LIVE, Place

LOGINS = {
    "coordinator": "coordinator",
    "host": "host",
    "facilitator": "facilitator",
    "analyst": "analyst",
    "staff": "staff",
    "administrator": "admin",
}


@dataclass
class Visit:
    """What is known of a demo: the password of its sign-ins, the live forum's code, a commitment, a receipt."""

    password: str
    code: str
    commitment: str
    receipt: str = ""

    def path(self, place: Place) -> str:
        return place.path.format(code=self.code, commitment=self.commitment, receipt=self.receipt)


def look_around(hall: Hall) -> Visit:
    """Read what differs from the demo's own pages."""
    visitor = hall.enter("visitor", {"width": 1280, "height": 800})
    password = re.search(r"gaon-\d{4}", visitor.go("/sign-in").content())
    assert password is not None
    visitor.sign_in("coordinator", password.group())
    code = re.search(r"\b([A-Z]{3}) ([A-Z]{3})\b", visitor.go(LIVE + "/check-in").inner_text("main"))
    assert code is not None
    links = visitor.go("/commitments").eval_on_selector_all(
        "a[href^='/commitments/']", "all => all.map(a => a.pathname)"
    )
    numbers = [link.rsplit("/", 1)[1] for link in links if re.fullmatch(r"/commitments/[\w-]*\d[\w-]*", link)]
    assert numbers, "the demo has no commitment"
    visitor.context.close()
    hall.people.remove(visitor)
    return Visit(password.group(), code.group(1) + code.group(2), numbers[0])


def take_seat(person: Person, code: str, name: str = "지우") -> Page:
    """From the join page to the table, in three taps."""
    page = person.go(f"/j/{code}")
    page.fill("input[name=name]", name)
    page.check("input[name=consent_process]")
    page.check("input[name=consent_opinions]")
    page.click("#action-bar button")
    page.wait_for_url("**/seat")
    return page


def enter_as(hall: Hall, who: str, visit: Visit, size: dict[str, int]) -> Person:
    """Someone of the demo: signed in by role, with a seat, or anyone."""
    person = hall.enter(who or "anyone", size)
    if who == "seat":
        take_seat(person, visit.code)
        if not visit.receipt:
            found = re.search(r"/receipt/([0-9a-f]{32})", person.go(LIVE).content())
            visit.receipt = found.group(1) if found else ""
    elif who:
        person.sign_in(LOGINS[who], visit.password)
    return person


__all__ = ["CLOSED", "LIVE", "Visit", "enter_as", "look_around", "take_seat"]
