"""A crowd at work before nginx: most over sockets, some over plain HTTP. Whoever is told to try later does so."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import requests

from core.events.log import heads
from tests.faults.client import Act, Browser, Given, Lost, Page
from tests.faults.reckoning import Reckoning, reckon
from tests.faults.storm import LONG, Room
from tests.scaled.regions import same_regions
from tests.scaled.stack import Stack

LATER = {"fault", "unavailable"}  # static/js/live.js keeps an act that is refused so, and sends it again
PAUSE = (0.3, 0.8)  # seconds between two acts of one person, who is held to four a second
AGAIN_AFTER = 0.1
BY_HTTP = 3  # every third resident has no websocket


class Script(Browser):
    """A page's script where there is no websocket: sends an act until it is taken. `statuses`: all it ever got."""

    def __init__(self, stack: Stack, cookies: dict[str, str]) -> None:
        super().__init__(stack.address, stack.house.forum_id, stack.house.slug, cookies)
        self.given: list[Given] = []
        self.statuses: list[int] = []
        self.session.hooks["response"].append(lambda answer, *_, **__: self.statuses.append(answer.status_code))

    def send(self, act: Act, lost: Callable[[], None]) -> dict[str, object]:
        """Send until there is an answer of the house; `lost` waits where there was none."""
        sent = 0
        while True:
            sent += 1
            try:
                answer = self.post(act)
            except requests.RequestException:
                lost()
                continue
            self.given.append(Given(act, answer, sent, time.time()))
            return answer


Sender = Page | Script


class Crowd(Room):
    """Everyone of the house; what each was answered is held against the store, however often they act anew."""

    def __init__(self, stack: Stack, seed: int) -> None:
        super().__init__(stack, seed)  # type: ignore[arg-type]
        self.stack = stack
        self.refused = 0
        self.failed: list[BaseException] = []
        self.scripts: list[Script] = []
        self.people: list[tuple[str, Sender, Callable[[], Act]]] = []
        for number, (who, page, acts) in enumerate(self.pages):
            sender: Sender = page
            if number % BY_HTTP == 2 and page.asked["surface"] == "phone":
                self.scripts.append(Script(stack, page.cookies))
                sender = self.scripts[-1]
            self.people.append((who, sender, acts))

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Everyone acts while the test is inside; afterwards every act at hand is brought to its end."""
        self.over.clear()
        with ThreadPoolExecutor(len(self.people)) as pool:
            working = [pool.submit(self._go_on, who, acts) for _, who, acts in self.people]
            try:
                yield
            finally:
                self.over.set()
            for one in working:
                one.result()

    def _go_on(self, sender: Sender, next_act: Callable[[], Act]) -> None:
        draw = random.Random(id(sender))
        try:
            while not self.over.wait(draw.uniform(*PAUSE)):
                self._bring_through(sender, next_act())
                with self.answered:
                    self.answers += 1
                    self.answered.notify_all()
        except BaseException as error:
            self.failed.append(error)
            self.over.set()
            raise

    def _bring_through(self, sender: Sender, act: Act) -> None:
        sent = 0
        while True:
            answer = sender.send(act, self._lost)
            last = sender.given.pop()
            sent += last.sent
            if answer["ok"]:
                sender.given.append(Given(act, answer, sent, last.at))
                return
            assert answer["code"] in LATER, (last, self.stack.log())
            self.refused += 1
            self._lost()

    def _lost(self) -> None:
        self.over.wait(AGAIN_AFTER) if not self.over.is_set() else time.sleep(AGAIN_AFTER)

    def wait_for(self, more: int) -> None:
        """Until so many more acts were acknowledged."""
        with self.answered:
            wanted = self.answers + more
            come = self.answered.wait_for(lambda: self.answers >= wanted or self.over.is_set(), LONG)
        assert come, self.stack.log()
        assert not self.failed, (self.failed, self.stack.log())

    @property
    def sent_again(self) -> int:
        """Acts that had to be sent more than once."""
        return sum(given.sent > 1 for _, sender, _ in self.people for given in sender.given)

    def reckon(self) -> Reckoning:
        """What is lost or twice of all that was ever acknowledged."""
        given = [(who, one) for who, sender, _ in self.people for one in sender.given]
        assert {one.act.name for _, one in given} >= {"ballot.cast", "stance.take", "proposal.submit", "turn.start"}
        return reckon(self.stack.house, given)

    def settle(self) -> None:
        """Every live page comes to the head by itself, and shows what a fresh page shows at either server."""
        live = [sender for _, sender, _ in self.people if isinstance(sender, Page)]
        for number, page in enumerate(live):
            same_regions(page, self.beside(page, self.stack.workers[number % 2].address))

    def beside(self, page: Page, address: str) -> Page:
        """A page that was opened while `page` stood at the same numbers."""
        while True:
            self.at_head(page)
            fresh = Page(address, page.forum_id, page.cookies, page.asked["surface"])
            fresh.asked = page.asked
            fresh.open()
            fresh.close()
            if fresh.seen == page.seen:
                return fresh

    def at_head(self, page: Page) -> None:
        """Take what still comes until the page stands where the log does."""
        with self.stack.house.database() as database:
            while True:
                if page.wire is None:
                    page.open()
                with database.reading() as session:
                    if page.seen == heads(session, page.forum_id, list(page.seen)):
                        return
                try:
                    page.wait_for_event()
                except Lost:
                    page.close()

    def leave(self) -> None:
        """Everyone hangs up."""
        for _, page, _ in self.pages:
            with suppress(Lost):
                page.close()
