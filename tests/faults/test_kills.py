"""The server is killed while a room acts: what was acknowledged is there exactly once, and the chain is whole."""

from pathlib import Path

from tests.faults.house import prepare, serving
from tests.faults.reckoning import Reckoning, reckon
from tests.faults.storm import rage

ROUNDS = {"sqlite": 5, "postgresql": 3}


def test_nothing_acknowledged_is_lost_or_twice_when_the_server_is_killed(tmp_path: Path, store: str) -> None:
    house = prepare(tmp_path, store)
    rounds = ROUNDS["postgresql" if store else "sqlite"]
    with serving(house) as server:
        storm = rage(server, rounds, seed=7)
    assert len(storm.kills) == rounds
    assert storm.sent_again >= rounds, "every kill broke something off"
    assert reckon(house, storm.given) == Reckoning((), (), None)
