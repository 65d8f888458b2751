"""Who is there: over a connection until it leaves, without one for a while; whoever listens is told when it changes."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from core.live.hub import live_server
from core.live.presence import PRESENCE, Presence, Present
from core.live.server import FETCHED, OPENED
from core.permissions import Role
from participation.seats.operations import move_seat
from tests.factories import World


def phone(seat: int = 1, table: int = 1) -> Present:
    return Present(7, "phone", f"seat:{seat}", None, seat, 1, table)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that runs out, to be put forward."""
    now = [time.monotonic()]  # the writer waits for its own moments on the same clock
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_a_page_that_is_open_twice_comes_once_and_goes_with_the_last() -> None:
    there = Presence()
    assert there.arrive("a", phone()) == [phone()]
    assert there.arrive("b", phone()) == []
    assert there.leave("a") == []
    assert there.seats(7) == {1}
    assert there.leave("b") == [phone()]
    assert there.leave("b") == []
    assert there.seats(7) == set()


def test_a_page_that_joins_again_elsewhere_goes_and_comes() -> None:
    there = Presence()
    there.arrive("a", phone(table=1))
    assert there.arrive("a", phone(table=1)) == []
    assert there.arrive("a", phone(table=2)) == [phone(table=1), phone(table=2)]
    assert there.of_forum(7) == [phone(table=2)]


def test_what_was_seen_stays_until_it_is_not_seen_for_too_long(clock: list[float]) -> None:
    there = Presence()
    there.arrive("linked", phone(2))
    assert there.stay("a", phone(), 20) == [phone()]
    clock[0] += 15
    assert there.stay("a", phone(), 20) == []
    clock[0] += 15
    assert there.lapse() == []
    clock[0] += 6
    assert there.may_lapse()
    assert there.lapse() == [phone()]
    assert (there.seats(7), there.may_lapse()) == ({2}, False)


class Listening:
    """What the house is told, and the tick by which it looks who is gone."""

    def __init__(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app, self.server = app, live_server(app)
        self.told: list[tuple[str, int | None, bool]] = []
        self.ticks: list[Callable[[], None]] = []
        monkeypatch.setattr(self.server, "_later", lambda _seconds, act: self.ticks.append(act))
        monkeypatch.setattr(self.server, "_lapsing", False)
        monkeypatch.setattr(self.server, "_listeners", [self._note])

    def _note(self, present: Present) -> None:
        there = present in PRESENCE.of_forum(present.forum_id)
        self.told.append((present.surface, present.seat_id or present.table, there))

    def tick(self) -> None:
        """Look once who is gone."""
        (act,), self.ticks = self.ticks, []
        act()

    def socket(self, browser: Any, forum: int, surface: str = "phone", **args: int) -> Any:
        wire = self.server.socketio.test_client(self.app, namespace="/live", flask_test_client=browser)
        answer = wire.emit("join", {"forum": forum, "surface": surface, **args}, namespace="/live", callback=True)
        assert answer["ok"], answer
        return wire


@pytest.fixture
def listening(app: Flask, monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> Listening:
    return Listening(app, monkeypatch)


def test_a_phone_that_fetches_is_there_and_is_missed_when_it_stops(
    listening: Listening, world: World, clock: list[float]
) -> None:
    forum = world.forum()
    seat, token = world.seat(forum)
    browser = world.phone(forum, token)
    for _ in range(4):
        assert browser.get(f"/live/{forum}/since?surface=phone").status_code == 200
        clock[0] += FETCHED - 1
        listening.tick()
    assert listening.told == [("phone", seat, True)]
    clock[0] += 2
    listening.tick()
    assert listening.told == [("phone", seat, True), ("phone", seat, False)]
    assert (listening.ticks, PRESENCE.seats(forum)) == ([], set())


def test_an_act_over_http_tells_that_a_phone_is_there(listening: Listening, world: World) -> None:
    forum = world.forum()
    seat, token = world.seat(forum)
    path = f"/live/{forum}/do/proposal.submit"
    answer = world.phone(forum, token).post(path, json={"key": "k" * 16, "data": {"text": "의자를 놓아 주세요."}})
    assert answer.get_json()["ok"]
    assert listening.told == [("phone", seat, True)]


def test_a_page_without_script_is_there_for_minutes_after_it_was_opened(
    listening: Listening, world: World, clock: list[float]
) -> None:
    forum = world.forum()
    seat, token = world.seat(forum, table=2)
    assert world.phone(forum, token).get(f"/forums/{world.slug(forum)}").status_code == 200
    leads = world.browser(world.facilitator(forum, table=2))
    assert leads.get(f"/forums/{world.slug(forum)}/tables/2").status_code == 200
    assert listening.told == [("phone", seat, True), ("console", 2, True)]
    assert PRESENCE.consoles(forum) == {2}
    clock[0] += OPENED - 1
    listening.tick()
    assert PRESENCE.seats(forum) == {seat}
    clock[0] += 2
    listening.tick()
    assert (PRESENCE.seats(forum), PRESENCE.consoles(forum)) == (set(), set())


def test_once_a_page_is_linked_its_link_decides(listening: Listening, world: World) -> None:
    forum = world.forum()
    seat, token = world.seat(forum)
    browser = world.phone(forum, token)
    browser.get(f"/forums/{world.slug(forum)}")
    wire = listening.socket(browser, forum)
    assert listening.told == [("phone", seat, True)]
    wire.disconnect("/live")
    assert listening.told[1:] == [("phone", seat, False)]


def test_a_page_opened_while_the_former_is_still_linked_bridges_the_gap_and_no_more(
    listening: Listening, world: World, clock: list[float]
) -> None:
    forum = world.forum()
    seat, token = world.seat(forum)
    browser = world.phone(forum, token)
    wire = listening.socket(browser, forum)
    browser.get(f"/forums/{world.slug(forum)}")
    wire.disconnect("/live")
    assert PRESENCE.seats(forum) == {seat}
    assert listening.told == [("phone", seat, True)]
    clock[0] += FETCHED + 1
    listening.tick()
    assert PRESENCE.seats(forum) == set()


def test_a_phone_without_websocket_follows_its_seat_to_another_table(listening: Listening, world: World) -> None:
    forum = world.forum()
    seat, token = world.seat(forum)
    browser, host = world.phone(forum, token), world.actor(forum, person_id=world.person(Role.HOST))
    browser.get(f"/live/{forum}/since?surface=phone")
    world.write(lambda session: move_seat(session, host, forum, seat, 2))
    browser.get(f"/live/{forum}/since?surface=phone&table=3")
    assert [(one.seat_id, one.table) for one in PRESENCE.of_forum(forum)] == [(seat, 2)]


def test_who_signs_out_is_gone_with_the_pages_that_have_no_link(listening: Listening, world: World) -> None:
    forum = world.forum()
    browser = world.browser(world.facilitator(forum))
    browser.get(f"/forums/{world.slug(forum)}/tables/1")
    assert PRESENCE.consoles(forum) == {1}
    browser.post("/sign-out")
    assert PRESENCE.consoles(forum) == set()
    assert listening.told[-1] == ("console", 1, False)


def test_who_may_not_look_is_not_there(listening: Listening, world: World) -> None:
    forum = world.forum()
    assert world.browser().get(f"/live/{forum}/since?surface=phone").status_code == 403
    assert PRESENCE.of_forum(forum) == []
