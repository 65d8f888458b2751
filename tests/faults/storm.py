"""A storm: a room full of people acts while the server is killed again and again; nobody waits, everyone resends."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count

from tests.faults.client import Act, Given, Page
from tests.faults.house import House, Resident, Server, Staff

MOST_BETWEEN = 60  # acknowledgements from one start to the next kill
BLINK = 0.03  # seconds by which a kill strays from an acknowledgement, so that it falls anywhere in an act
LONG = 120.0  # seconds until a server that does not come back, or says nothing, is given up
LETTERS = str.maketrans("0123456789", "ghijklmnop")
STANCES = ("agree", "disagree", "pass")


@dataclass
class Storm:
    """Every acknowledgement with whose it was, in the order in which each page sent, and how often the server fell."""

    house: House
    given: list[tuple[str, Given]] = field(default_factory=list)
    kills: list[float] = field(default_factory=list)

    @property
    def sent_again(self) -> int:
        """Acts that had to be sent more than once."""
        return sum(given.sent > 1 for _, given in self.given)


def letters(key: str) -> str:
    """A key as letters alone, for a text: digits might look like somebody's telephone number."""
    return key.translate(LETTERS)


def resident_acts(house: House, resident: Resident, draw: random.Random) -> Callable[[], Act]:
    """What a resident does next: votes and changes the vote, takes stances, puts something forward."""
    numbers = count(1)

    def next_act() -> Act:
        dice = draw.random()
        if dice < 0.5:
            choice = sorted(draw.sample(range(1, 5), 2))
            return Act("ballot.cast", {"ballot": house.ballot_id, "choice": choice, "counter": next(numbers)})
        if dice < 0.85:
            proposal = draw.choice(house.proposals[resident.table])
            data = {"proposal": proposal, "stance": draw.choice(STANCES), "counter": next(numbers)}
            return Act("stance.take", data)
        act = Act("proposal.submit", {})
        act.data["text"] = f"그늘막을 더 놓아 주세요. {letters(act.key)}"
        return act

    return next_act


def facilitator_acts(house: House, facilitator: Staff, draw: random.Random) -> Callable[[], Act]:
    """What a facilitator does next: gives the word to another, ends a turn, notes what was said."""
    seats = [resident.seat_id for resident in house.at_table(facilitator.table)]
    turns = count()
    table = {"table": facilitator.table}

    def next_act() -> Act:
        dice = draw.random()
        if dice < 0.6:
            return Act("turn.start", {**table, "seat": seats[next(turns) % len(seats)]})
        if dice < 0.7:
            return Act("turn.end", dict(table))
        act = Act("proposal.capture", {**table, "wording": "short", "seat": draw.choice(seats)})
        act.data["text"] = f"들은 말입니다. {letters(act.key)}"
        return act

    return next_act


class Room:
    """Everyone at work, each on a page of their own and in a thread of their own."""

    def __init__(self, server: Server, seed: int) -> None:
        self.server, self.house = server, server.house
        self.draw = random.Random(seed)
        self.over = threading.Event()
        self.answered = threading.Condition()
        self.answers = 0
        self.pages: list[tuple[str, Page, Callable[[], Act]]] = []
        house = self.house
        for resident in house.residents:
            page = Page(server.address, house.forum_id, resident.cookies, "phone")
            acts = resident_acts(house, resident, random.Random(self.draw.random()))
            self.pages.append((f"seat:{resident.seat_id}", page, acts))
        for facilitator in house.facilitators:
            page = Page(server.address, house.forum_id, facilitator.cookies, "console", table=facilitator.table)
            acts = facilitator_acts(house, facilitator, random.Random(self.draw.random()))
            self.pages.append((f"person:{facilitator.person_id}", page, acts))

    def work(self, page: Page, next_act: Callable[[], Act]) -> None:
        """One person acts until the evening is over; the act at hand is brought to its end."""
        try:
            while not self.over.is_set():
                answer = page.send(next_act(), self._lost)
                assert answer["ok"], (page.given[-1], self.server.log())
                with self.answered:
                    self.answers += 1
                    self.answered.notify_all()
        except BaseException:
            self.over.set()
            raise
        finally:
            page.close()

    def _lost(self) -> None:
        assert self.server.up.wait(LONG), "the server stays away"

    def strike(self) -> None:
        """Kill the server at a random moment while everyone acts."""
        with self.answered:
            wanted = self.answers + self.draw.randint(1, MOST_BETWEEN)
            come = self.answered.wait_for(lambda: self.answers >= wanted or self.over.is_set(), LONG)
        assert come, self.server.log()
        assert not self.over.is_set(), self.server.log()
        self.over.wait(self.draw.uniform(0, BLINK))
        self.server.kill()


def rage(server: Server, rounds: int, seed: int) -> Storm:
    """Let everyone act on a running server, kill it so often, start it again each time; all is answered at the end."""
    storm, room = Storm(server.house), Room(server, seed)
    with ThreadPoolExecutor(len(room.pages)) as people:
        working = [people.submit(room.work, page, acts) for _, page, acts in room.pages]
        try:
            for _ in range(rounds):
                room.strike()
                storm.kills.append(time.time())
                server.start()
        finally:
            room.over.set()
        for one in working:
            one.result()
    for who, page, _ in room.pages:
        storm.given += [(who, given) for given in page.given]
    return storm
