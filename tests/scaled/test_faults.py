"""One part after another fails under load, and nothing that was acknowledged is lost or twice.

All tests share one evening: everybody goes on acting from one fault to the next, and the reckoning is over all of it.
"""

from collections.abc import Iterator

import pytest

from tests.faults.reckoning import Reckoning
from tests.scaled.crowd import Crowd
from tests.scaled.parts import wait_until
from tests.scaled.stack import Stack, scaled

WHOLE = Reckoning((), (), None)
KILLS = 2
SOME, MORE = 15, 40  # acts acknowledged from one blow to the next


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with scaled() as served:
        yield served


@pytest.fixture(scope="module")
def crowd(stack: Stack) -> Iterator[Crowd]:
    people = Crowd(stack, seed=5)
    yield people
    people.leave()


def test_a_killed_server_costs_nothing(stack: Stack, crowd: Crowd) -> None:
    with crowd.acting():
        for number in range(KILLS):
            crowd.wait_for(SOME)
            worker = stack.workers[number % 2]
            worker.kill()
            crowd.wait_for(SOME)
            worker.start()
    assert crowd.sent_again >= KILLS, "every kill broke something off"
    crowd.settle()
    assert crowd.reckon() == WHOLE


def test_without_redis_acts_are_taken_and_told_and_it_is_found_again(stack: Stack, crowd: Crowd) -> None:
    with crowd.acting():
        crowd.wait_for(SOME)
        stack.redis.stop()
        crowd.wait_for(MORE)
    crowd.settle()
    with crowd.acting():
        crowd.wait_for(SOME)
        stack.redis.start()
        crowd.wait_for(SOME)
        wait_until(stack.hear_each_other, "all servers listen again")
    crowd.settle()
    assert crowd.reckon() == WHOLE


def test_while_the_database_is_away_acts_are_put_off_and_everything_is_found_again(stack: Stack, crowd: Crowd) -> None:
    for end in (stack.postgresql.stop, stack.postgresql.kill):
        before = crowd.refused
        with crowd.acting():
            crowd.wait_for(SOME)
            end()
            wait_until(lambda: crowd.refused > before + 5, "acts are refused")  # noqa: B023
            stack.postgresql.start()
            crowd.wait_for(MORE)
    crowd.settle()
    assert crowd.reckon() == WHOLE


def test_one_server_after_the_other_is_changed_and_nobody_sees_an_error(stack: Stack, crowd: Crowd) -> None:
    before = [len(script.statuses) for script in crowd.scripts]
    with crowd.acting():
        for server in (*stack.workers, stack.background):
            crowd.wait_for(SOME)
            assert server.terminate() == 0, server.log()
            crowd.wait_for(SOME)
            server.start()
    for script, number in zip(crowd.scripts, before, strict=True):
        assert script.statuses[number:]
        assert {*script.statuses[number:]} == {200}
    crowd.settle()
    assert crowd.reckon() == WHOLE
