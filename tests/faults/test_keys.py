"""One key, one act: however often it is sent, by whichever way, before and after the server fell."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import func, select

from core.events.log import first_broken
from core.events.models import Entry, Receipt
from facilitation.tables.models import Turn
from participation.ballots.models import Cast, Turnout
from participation.proposals.models import Proposal, Stance
from tests.faults.client import Act, Browser, Page
from tests.faults.house import House, Server, prepare, serving

WAYS = ("socket", "http", "form")
DONE, REFUSED = 303, 409
VOTES = ([1], [2], [3], [4], [1, 2])
STANCES = ("agree", "disagree", "pass", "agree", "disagree")


@dataclass
class Person:
    """Someone with a live page and, in the same browser, plain HTTP and forms."""

    name: str
    page: Page
    browser: Browser

    def send(self, act: Act, way: str) -> dict[str, Any]:
        """By this way; a form tells only whether it was done."""
        if way == "socket":
            return self.page.send(act, lambda: None)
        if way == "http":
            answer = self.browser.post(act)
            assert answer["status"] == (200 if answer["ok"] else REFUSED), answer
            return answer
        status = self.browser.submit(act)
        assert status in (DONE, REFUSED), (act, status)
        return {"ok": status == DONE}


@dataclass
class Evening:
    """What was sent by whom, in order, with the answers."""

    house: House
    sent: list[tuple[Person, Act, str, dict[str, Any]]] = field(default_factory=list)

    def send(self, person: Person, act: Act, way: str) -> dict[str, Any]:
        answer = person.send(act, way)
        self.sent.append((person, act, way, answer))
        return answer

    def answers(self, act: Act) -> list[dict[str, Any]]:
        return [answer for _, other, _, answer in self.sent if other == act]


Sending = tuple[Person, Act, str]


def _people(house: House, server: Server) -> tuple[list[Person], Person]:
    """The residents, and the facilitator of the one table."""
    holders = [(f"seat:{one.seat_id}", one.cookies, "phone") for one in house.residents]
    holders += [(f"person:{one.person_id}", one.cookies, "console") for one in house.facilitators]
    people = [
        Person(
            name,
            Page(server.address, house.forum_id, cookies, surface, table=1),
            Browser(server.address, house.forum_id, house.slug, cookies),
        )
        for name, cookies, surface in holders
    ]
    return people[:-1], people[-1]


def _once(house: House, residents: list[Person], facilitator: Person) -> list[tuple[Person, Act]]:
    """An act of each kind, each by someone else."""
    seat = house.residents[5].seat_id
    stance = {"proposal": house.proposals[1][0], "stance": "agree", "counter": 1, "version": 1}
    note = {"table": 1, "wording": "short", "seat": seat, "text": "들은 말입니다.", "read_back": "true"}
    return [
        (residents[0], Act("stance.take", stance)),
        (residents[1], Act("proposal.submit", {"text": "그늘막을 더 놓아 주세요.\n두 줄로 적습니다."})),
        (residents[2], Act("ballot.cast", {"ballot": house.ballot_id, "choice": [1, 3], "counter": 1})),
        (facilitator, Act("turn.start", {"table": 1, "seat": seat})),
        (facilitator, Act("proposal.capture", note)),
    ]


def _in_order(house: House, voter: Person, other: Person) -> list[tuple[Person, Act]]:
    """What two phones sent one after another: five votes, five stances."""
    votes = [{"ballot": house.ballot_id, "choice": choice, "counter": at} for at, choice in enumerate(VOTES, 1)]
    proposal = house.proposals[1][1]
    stances = [{"proposal": proposal, "stance": stance, "counter": at} for at, stance in enumerate(STANCES, 1)]
    return [(voter, Act("ballot.cast", vote)) for vote in votes] + [
        (other, Act("stance.take", stance)) for stance in stances
    ]


def _shuffled(acts: list[tuple[Person, Act]], draw: random.Random, least: int, most: int) -> list[Sending]:
    sendings = [(person, act, draw.choice(WAYS)) for person, act in acts for _ in range(draw.randint(least, most))]
    draw.shuffle(sendings)
    return sendings


@dataclass
class Played:
    """The evening, and which acts were meant for once, for the order, and for another content."""

    evening: Evening
    once: list[tuple[Person, Act]]
    ordered: list[tuple[Person, Act]]
    other: list[dict[str, Any]]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, store: str) -> Iterator[Played]:
    """Everything is sent two to five times, shuffled, by every way; in the middle the server is killed."""
    house = prepare(tmp_path_factory.mktemp("keys"), store, tables=1, seats=6)
    draw = random.Random(11)
    with serving(house) as server:
        residents, facilitator = _people(house, server)
        evening = Evening(house)
        once = _once(house, residents, facilitator)
        ordered = _in_order(house, residents[3], residents[4])
        for sending in _shuffled(once, draw, 1, 2) + _shuffled(ordered, draw, 0, 1):
            evening.send(*sending)
        server.kill()
        server.start()
        for sending in _shuffled(once, draw, 1, 3) + _shuffled(ordered, draw, 1, 2):
            evening.send(*sending)
        other = [person.send(_another(act), way) for person, act in once for way in WAYS]
        yield Played(evening, once, ordered, other)
        for person in (*residents, facilitator):
            person.page.close()


def _another(act: Act) -> Act:
    """The same key with something else in it."""
    changed = {
        "stance.take": {"stance": "pass"},
        "proposal.submit": {"text": "다른 글입니다."},
        "ballot.cast": {"choice": [2]},
        "turn.start": {"at": "2026-11-26T10:20:30.000Z"},
        "proposal.capture": {"text": "다른 말입니다."},
    }
    return replace(act, data={**act.data, **changed[act.name]})


def test_a_key_gets_the_same_answer_by_every_way_and_after_a_restart(played: Played) -> None:
    for _, act in played.once:
        answers = played.evening.answers(act)
        assert 2 <= len(answers) <= 5
        assert all(answer["ok"] for answer in answers), (act, answers)
        results = [answer["result"] for answer in answers if "result" in answer]
        assert all(result == results[0] for result in results), (act, results)
    assert {way for _, _, way, _ in played.evening.sent} == set(WAYS)


def test_another_content_under_a_known_key_is_refused(played: Played) -> None:
    assert [answer["ok"] for answer in played.other] == [False] * len(played.other)
    assert {answer["code"] for answer in played.other if "code" in answer} == {"key_reused"}


def test_an_older_vote_never_takes_the_place_of_a_newer_one(played: Played) -> None:
    voter, _ = played.ordered[0]
    newest: Act | None = None
    receipts, refused = set(), 0
    for person, act, _, answer in played.evening.sent:
        if person is not voter:
            continue
        is_older = newest is not None and act.data["counter"] < newest.data["counter"]
        assert answer["ok"] is not is_older, (act, newest, answer)
        newest, refused = newest if is_older else act, refused + is_older
        assert answer.get("code", "ballot_older") == "ballot_older"
        receipts |= {answer["result"]["receipt"]} if "result" in answer else set()
    assert refused, "an older one came after a newer one"
    assert newest is not None
    assert (newest.data["counter"], len(receipts)) == (len(VOTES), 1)
    house, seat_id = played.evening.house, int(voter.name.partition(":")[2])
    with house.database() as database, database.reading() as session:
        assert session.get_one(Cast, house.keys.slot(house.ballot_id, seat_id)).choices == newest.data["choice"]


def test_an_older_stance_never_takes_the_place_of_a_newer_one(played: Played) -> None:
    for person, act in played.ordered:
        if act.name == "stance.take":
            answers = [answer for answer in played.evening.answers(act) if "result" in answer]
            assert all(answer["ok"] and answer["result"] == answers[0]["result"] for answer in answers)
            assert all(answer["ok"] for answer in played.evening.answers(act)), person
    seat_id = int(played.ordered[-1][0].name.partition(":")[2])
    with played.evening.house.database() as database, database.reading() as session:
        (row,) = session.scalars(select(Stance).where(Stance.seat_id == seat_id))
    assert (row.counter, row.value) == (len(STANCES), STANCES[-1])


def test_there_is_one_row_for_each_key(played: Played) -> None:
    house = played.evening.house
    with_receipt = {(person.name, act.key) for person, act in played.once + played.ordered if act.name != "ballot.cast"}
    with house.database() as database, database.reading() as session:
        receipts = [(row.actor, row.key) for row in session.scalars(select(Receipt))]
        kinds = Counter(session.scalars(select(Entry.kind).where(Entry.log_id == house.forum_id)))
        turnout = session.scalars(select(Turnout.seat_id)).all()
        numbers = [session.scalars(select(func.count()).select_from(table)).one() for table in (Cast, Stance, Turn)]
        filed = session.scalars(select(Proposal.id)).all()
        assert first_broken(session, house.forum_id) is None
    assert sorted(receipts) == sorted(with_receipt)
    assert {f"seat:{seat}" for seat in turnout} == {played.once[2][0].name, played.ordered[0][0].name}
    assert (len(turnout), numbers) == (2, [2, 2, 1])
    assert len(set(filed) - set(house.proposals[1])) == 2
    assert (kinds["vote.accepted"], kinds["proposal.submitted"], kinds["turn.started"]) == (2, 2, 1)
