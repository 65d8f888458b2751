"""Two servers as one: what is done at one is told at the other in order, and both know who is there."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count, pairwise
from typing import Any

import pytest
from sqlalchemy import select

from core.events.log import heads
from participation.seats.models import Seat
from tests.faults.client import Act, Browser, Lost, Page
from tests.faults.house import Resident, Server
from tests.scaled.parts import wait_until
from tests.scaled.regions import same_regions
from tests.scaled.stack import Stack, scaled

MANY = 25
CUT_OFF = "연결 끊김"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with scaled(tables=2, seats=4, in_background=False) as served:
        yield served


@pytest.fixture
def pages() -> Iterator[ExitStack]:
    """Whatever was opened is closed."""
    with ExitStack() as opened:
        yield opened


class Witness(Page):
    """A page that notes the numbers it was told of each stream."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.told: dict[str, list[tuple[int, int]]] = {}

    def _take(self, name: str, body: dict[str, Any]) -> None:
        if name == "regions" and body["to"]:
            self.told.setdefault(body["stream"], []).append((body["from"], body["to"]))
        super()._take(name, body)

    def come_to(self, stack: Stack) -> None:
        """Listen until this page stands where the log does."""
        with stack.house.database() as database:
            while True:
                with database.reading() as session:
                    if self.seen == heads(session, self.forum_id, list(self.seen)):
                        return
                self.wait_for_event()


def opened(pages: ExitStack, stack: Stack, server: Server, resident: Resident) -> Witness:
    page = Witness(server.address, stack.house.forum_id, resident.cookies, "phone")
    page.open()
    pages.callback(page.close)
    return page


def console(pages: ExitStack, stack: Stack, server: Server, table: int) -> Witness:
    facilitator = stack.house.facilitators[table - 1]
    page = Witness(server.address, stack.house.forum_id, facilitator.cookies, "console", table=table)
    page.open()
    pages.callback(page.close)
    return page


def cut_off(page: Page, table: int = 2) -> int:
    """How many phones a console shows as cut off."""
    return page.regions[f"seats-{table}"].count(CUT_OFF)


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Take what comes until something holds."""
    while not holds():
        page.wait_for_event()


def browser(stack: Stack, server: Server, cookies: dict[str, str]) -> Browser:
    return Browser(server.address, stack.house.forum_id, stack.house.slug, cookies)


def test_acts_on_both_servers_are_told_on_both_in_order_and_without_a_gap(stack: Stack, pages: ExitStack) -> None:
    residents, house = stack.house.at_table(1), stack.house
    listening = [opened(pages, stack, server, residents[0]) for server in stack.workers]
    acting = [opened(pages, stack, stack.workers[place % 2], residents[place]) for place in range(4)]

    def act(page: Page) -> None:
        for number in range(1, MANY + 1):
            data = {"proposal": house.proposals[1][number % 3], "stance": "agree", "counter": number}
            assert page.send(Act("stance.take", data), lambda: pytest.fail("the link broke"))["ok"]

    with ThreadPoolExecutor(len(acting)) as people:
        list(people.map(act, acting))
    for page, server in zip([*listening, *acting], [*stack.workers] * 3, strict=True):
        page.come_to(stack)
        assert len(page.joins) == 1, "nothing was missed"
        stretches = page.told["table:1"]
        first = page.joins[0]["streams"]["table:1"] + 1
        new = [stretch for stretch in stretches if stretch[1] >= first]
        assert new[0][0] <= first
        assert all(later[0] == earlier[1] + 1 for earlier, later in pairwise(new))
        fresh = Page(server.address, house.forum_id, page.cookies, "phone")
        fresh.open()
        fresh.close()
        assert fresh.seen == page.seen
        same_regions(page, fresh)


def test_a_console_knows_of_phones_at_the_other_server(stack: Stack, pages: ExitStack) -> None:
    here, there = stack.workers
    page, phones = console(pages, stack, here, 2), stack.house.at_table(2)
    assert cut_off(page) == len(phones)
    linked = [opened(pages, stack, there, resident) for resident in phones[:3]]
    until(page, lambda: cut_off(page) == 1)
    linked[0].close()
    until(page, lambda: cut_off(page) == 2)
    again = opened(pages, stack, here, phones[0])
    until(page, lambda: cut_off(page) == 1)
    again.close()
    until(page, lambda: cut_off(page) == 2)


def test_a_seat_taken_over_at_one_server_closes_its_page_at_the_other(stack: Stack, pages: ExitStack) -> None:
    here, there = stack.workers
    resident = stack.house.at_table(1)[3]
    page = opened(pages, stack, there, resident)
    with stack.house.database() as database, database.reading() as session:
        code = session.scalars(select(Seat.code).where(Seat.id == resident.seat_id)).one()
    new = browser(stack, here, {})
    asked = {"code": code, "csrf_token": new._token()}
    taken = new.session.post(f"{here.address}/forums/{stack.house.slug}/resume", data=asked, allow_redirects=False)
    assert taken.status_code == 303
    told = []
    with pytest.raises(Lost):  # noqa: PT012 - what came before the end is looked at
        while True:
            assert page.wire is not None
            told.append(page.wire.next_event()[0])
    assert told[-1] == "taken_over"
    page.close()
    page.wire = None
    old, stance = browser(stack, there, resident.cookies), {"proposal": stack.house.proposals[1][0]}
    assert new.post(Act("stance.take", {**stance, "stance": "disagree", "counter": 1}))["ok"]
    late = old.post(Act("stance.take", {**stance, "stance": "pass", "counter": 1000}))
    assert late["ok"] is False, "what the former phone sends loses to the new one"


def sign_out(stack: Stack, server: Server, page: Witness) -> None:
    """As whoever opened the page, in the same browser."""
    signed_in = browser(stack, server, page.cookies)
    asked = {"csrf_token": signed_in._token()}
    assert signed_in.session.post(f"{server.address}/sign-out", data=asked, allow_redirects=False).status_code == 303


def hears_the_end(page: Witness) -> None:
    with pytest.raises(Lost):  # noqa: PT012 - until the end
        while True:
            page.wait_for_event()


def test_signing_out_at_one_server_closes_pages_at_the_other(stack: Stack, pages: ExitStack) -> None:
    here, there = stack.workers
    page = console(pages, stack, there, 1)
    sign_out(stack, here, page)
    hears_the_end(page)


def test_pages_of_a_killed_server_are_missed_and_known_again(stack: Stack, pages: ExitStack) -> None:
    """First the phones stay away; then two come to the server that is left, and one to the new one."""
    here, there = stack.workers
    page, phones = console(pages, stack, here, 2), stack.house.at_table(2)
    before = cut_off(page)
    for resident in phones[:2]:
        opened(pages, stack, there, resident)
    until(page, lambda: cut_off(page) == before - 2)
    there.kill()
    until(page, lambda: cut_off(page) == before)
    opened(pages, stack, here, phones[0])
    until(page, lambda: cut_off(page) == before - 1)
    there.start()
    opened(pages, stack, there, phones[1])
    until(page, lambda: cut_off(page) == before - 2)


def test_without_redis_pages_hear_of_acts_and_with_it_of_each_other_again(stack: Stack, pages: ExitStack) -> None:
    here, there = stack.workers
    page, phones = console(pages, stack, here, 2), stack.house.at_table(2)
    numbers = count(1)

    def stance() -> None:
        data = {"proposal": stack.house.proposals[2][0], "stance": "agree", "counter": next(numbers)}
        assert phone.send(Act("stance.take", data), lambda: pytest.fail("the link broke"))["ok"]

    phone = opened(pages, stack, there, phones[3])
    until(page, lambda: cut_off(page) == len(phones) - 1)
    stack.redis.stop()
    for _ in range(3):
        stance()
        page.come_to(stack)
    late = opened(pages, stack, there, phones[2])
    stance()
    page.come_to(stack)
    stack.redis.start()
    wait_until(stack.hear_each_other, "all servers listen again")
    until(page, lambda: cut_off(page) == len(phones) - 2)
    late.close()
    until(page, lambda: cut_off(page) == len(phones) - 1)


def test_who_signed_out_while_redis_was_away_is_let_go_when_it_is_back(stack: Stack, pages: ExitStack) -> None:
    here, there = stack.workers
    page = console(pages, stack, there, 2)
    stack.redis.stop()
    sign_out(stack, here, page)
    stack.redis.start()
    hears_the_end(page)
