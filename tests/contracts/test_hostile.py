"""No input gives a 5xx: every form and every live command, with missing, overlong, wrong-typed and hostile input."""

import itertools
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.live.commands import COMMANDS
from core.permissions import Role
from participation.forums.models import ForumState
from tests.factories import World

HOSTILE: tuple[Any, ...] = (
    "",
    "<script>alert(1)</script>",
    '=HYPERLINK("http://evil.example")',
    "\x00\x07\u202e\ufeff",
    "ㄱㅏ\ud800",  # half Hangul and a broken surrogate: by JSON only
    "가" * 5000,
    "-1",
    "0",
    "1",
    "99999999999999999999",
    "1e9",
    "NaN",
    "' OR 1=1 --",
    "../../etc/passwd",
    "2026-13-45",
    "🙂" * 300,
)
ODD: tuple[Any, ...] = (None, True, 3.5, [], ["1", "2"], [None], {"a": 1}, [[1]], 2**70)


def _everyone(world: World, state: ForumState) -> tuple[int, list[FlaskClient]]:
    """A forum, and a browser for whoever can do the most: all roles, the table, a seat."""
    forum_id = world.forum(state=state)
    facilitator = world.facilitator(forum_id, 1)
    boss = world.person(*(role for role in Role))
    _, token = world.seat(forum_id)
    world.proposal(forum_id, table=1)
    browsers = []
    for person in (boss, facilitator):
        browser = world.browser(person)
        browser.set_cookie(f"seat-{forum_id}", token)
        browsers.append(browser)
    return forum_id, browsers


@pytest.mark.parametrize("state", [ForumState.LIVE, ForumState.CLOSED])
def test_no_live_command_falls_over(app: Flask, world: World, state: ForumState) -> None:
    forum_id, browsers = _everyone(world, state)
    slug, fallen = world.slug(forum_id), []
    for name, found in sorted(COMMANDS.items()):
        fields = list(found.form()._fields)
        for number, value in enumerate((*HOSTILE, *ODD)):
            browser = browsers[number % len(browsers)]
            data = dict.fromkeys(fields, value)
            answer = browser.post(f"/live/{forum_id}/do/{name}", json={"key": None, "data": data})
            if answer.status_code >= 500 or not answer.json or not (answer.json.get("ok") or answer.json["message"]):
                fallen.append((name, value, answer.status_code))
            if isinstance(value, str) and "\ud800" not in value and number % 3 == 0:
                page = browser.post(f"/forums/{slug}/do/{name}", data={**data, "return_to": "//evil.example"})
                if page.status_code >= 500 or "evil.example" in page.headers.get("Location", ""):
                    fallen.append((name, value, page.status_code))
    assert fallen == []


def _values(rule: Any, forum: str) -> dict[str, Any]:
    known = {"slug": forum, "code": "ABCDEF", "version": "x", "name": "x.y"}
    return {argument: known.get(argument, 1) for argument in rule.arguments}


@pytest.mark.parametrize("state", [ForumState.ANNOUNCED, ForumState.LIVE, ForumState.CLOSED])
def test_no_form_falls_over(app: Flask, world: World, state: ForumState) -> None:
    forum_id, browsers = _everyone(world, state)
    slug, fallen = world.slug(forum_id), []
    names = _field_names()
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint in ("web.act_by_form", "accounts.sign_out"):
            continue
        path = app.url_map.bind("localhost").build(rule.endpoint, _values(rule, slug), method="POST")
        for value in ("", *HOSTILE[:4], *HOSTILE[5::3], "가" * 30_000):
            answer = browsers[0].post(path, data=dict.fromkeys(names, value))
            if answer.status_code >= 500:
                fallen.append((path, value[:20], answer.status_code))
    assert fallen == []


def _field_names() -> list[str]:
    names = {name for found in COMMANDS.values() for name in found.form()._fields}
    more = "login name password role scope current title_ko question_ko day at slug tables seats_per_table code"
    more += " table card consent_process consent_opinions person number issued_by valid_from valid_to state reason_ko"
    more += (
        " due_on text_ko department kind minutes title_en choose winners method offered options enough ready place_ko"
    )
    return sorted(names | set(more.split()))


@pytest.mark.parametrize("state", [ForumState.DRAFT, ForumState.ANNOUNCED, ForumState.LIVE, ForumState.CLOSED])
def test_no_page_falls_over(app: Flask, world: World, state: ForumState) -> None:
    """Every GET, as everyone and as nobody, plainly and with hostile queries."""
    forum_id, browsers = _everyone(world, state)
    slug, fallen = world.slug(forum_id), []
    queries = ("", "?page=-1&theme=x&q=%00", "?page=99999999999999999999&table=1e9&sort=%27&state=x&ballot=2147483648")
    for rule, query in itertools.product(app.url_map.iter_rules(), queries):
        if "GET" not in (rule.methods or ()):
            continue
        path = app.url_map.bind("localhost").build(rule.endpoint, _values(rule, slug), method="GET")
        for browser in (*browsers, world.browser()):
            answer = browser.get(path + query)
            if answer.status_code >= 500:
                fallen.append((path + query, answer.status_code))
    assert fallen == []


def test_ten_megabytes_are_refused(world: World) -> None:
    forum_id, (browser, _) = _everyone(world, ForumState.LIVE)
    large = "가" * 3_500_000
    slug = world.slug(forum_id)
    assert browser.post(f"/live/{forum_id}/do/proposal.submit", json={"data": {"text": large}}).status_code == 413
    assert browser.post(f"/forums/{slug}/do/proposal.submit", data={"text": large}).status_code == 413


def test_names_and_words_are_never_markup(world: World) -> None:
    """A hostile name and a hostile sentence stand on the pages as they were written."""
    forum_id = world.forum()
    mark = "<img src=x onerror=alert(1)>"
    seat_id, token = world.seat(forum_id, name="<b>x</b>\"'")
    world.proposal(forum_id, seat_id=seat_id, text=mark)
    boss = world.browser(world.person(*(role for role in Role)))
    slug = world.slug(forum_id)
    for browser, path in (
        (world.phone(forum_id, token), ""),
        (boss, "/tables/1"),
        (boss, "/check-in"),
        (boss, "/themes"),
    ):
        page = browser.get(f"/forums/{slug}{path}").text
        assert "<img src=x" not in page
        assert "<b>x</b>" not in page
