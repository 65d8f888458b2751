"""What is done beside the requests: one of two takes up what the other left when it was killed, and does it once."""

from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from core.events.log import first_broken
from core.events.models import Entry
from core.jobs.models import FollowerPosition
from participation.ballots.models import Ballot, BallotState, SealedVote
from participation.proposals.models import Proposal
from policy.themes.models import ThemePlacement
from tests.faults.client import Act, Browser
from tests.scaled.parts import wait_until
from tests.scaled.stack import Stack, scaled

GRACE = 6  # seconds that the ballot goes on closing: long enough for a kill and a new start
ONCE = {"ballot.closing", "ballot.sealed"}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with scaled(tables=2, seats=4, grace_seconds=GRACE) as served:
        yield served


def propose(stack: Stack, phones: list[Browser], many: int, words: str) -> None:
    for number in range(many):
        act = Act("proposal.submit", {"text": f"{words} {'가나다라마바사아자차카타'[number]}"})
        assert phones[number % len(phones)].post(act)["ok"]


def placed(stack: Stack) -> bool:
    """Whether every proposal was read by the machine."""
    with stack.house.database() as database, database.reading() as session:
        return session.scalar(select(func.count(Proposal.id))) == session.scalar(
            select(func.count(ThemePlacement.proposal_id))
        )


def test_another_takes_up_what_a_killed_one_was_at(stack: Stack) -> None:
    house, address = stack.house, stack.address
    phones = [Browser(address, house.forum_id, house.slug, one.cookies) for one in house.residents]
    host = Browser(address, house.forum_id, house.slug, house.host.cookies)
    for phone in phones:
        vote = Act("ballot.cast", {"ballot": house.ballot_id, "choice": [1, 2], "counter": 1})
        assert phone.post(vote)["ok"]
    propose(stack, phones, 8, "횡단보도 초록불이 짧아서 어르신들이 뜁니다.")
    other = stack.another_background()
    try:
        other.start()
        propose(stack, phones, 8, "골목 보안등이 꺼진 곳을 고쳐 주세요.")
        assert host.post(Act("ballot.close", {"ballot": house.ballot_id}))["ok"]
        stack.background.kill()
        propose(stack, phones, 8, "보도 턱을 낮추면 유모차도 휠체어도 편합니다.")
        wait_until(lambda: placed(stack), "every proposal is placed")
        wait_until(lambda: sealed(stack), "the ballot is sealed")
        wait_until(lambda: not house.keys.holds(house.ballot_id), "what led to the votes is erased")
    finally:
        other.kill()
    with house.database() as database, database.reading() as session:
        kinds = Counter(session.scalars(select(Entry.kind).where(Entry.log_id == house.forum_id)))
        assert {kind: kinds[kind] for kind in ONCE} == dict.fromkeys(ONCE, 1)
        assert session.scalars(select(SealedVote.choices)).all() == [[1, 2]] * len(phones)
        assert first_broken(session, house.forum_id) is None
        assert session.scalars(select(FollowerPosition.number).where(FollowerPosition.name == "themes.placing")).all()


def sealed(stack: Stack) -> bool:
    with stack.house.database() as database, database.reading() as session:
        return session.get_one(Ballot, stack.house.ballot_id).state == BallotState.SEALED


def test_what_nobody_was_there_for_is_done_when_one_comes(stack: Stack) -> None:
    """Also while the database was away for a moment."""
    house = stack.house
    phones = [Browser(stack.address, house.forum_id, house.slug, one.cookies) for one in house.residents]
    propose(stack, phones, 4, "놀이터에 나무를 더 심어 주세요.")
    assert not placed(stack)
    stack.background.start()
    wait_until(lambda: placed(stack), "what was left is placed")
    stack.postgresql.stop()
    stack.postgresql.start()
    wait_until(lambda: all(phone.session.get(stack.address + "/healthz").ok for phone in phones), "it answers")
    propose(stack, phones, 4, "벤치를 더 놓아 주세요.")
    wait_until(lambda: placed(stack), "the followers found the database again")
