"""The server is killed while a room acts: what was acknowledged is there exactly once, and the chain is whole."""

import pytest
from sqlalchemy import delete, select, update

from core.events.models import Entry, Receipt
from participation.ballots.models import Turnout
from participation.proposals.models import Proposal, ProposalVersion
from tests.faults.house import prepare, serving
from tests.faults.reckoning import Reckoning, reckon
from tests.faults.storm import Storm, rage

ROUNDS = {"sqlite": 5, "postgresql": 3}


@pytest.fixture(scope="module")
def rounds(store: str) -> int:
    return ROUNDS["postgresql" if store else "sqlite"]


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory, store: str, rounds: int) -> Storm:
    """A room at work; the server is down again when it is over."""
    house = prepare(tmp_path_factory.mktemp("kills"), store)
    with serving(house) as server:
        return rage(server, rounds, seed=7)


def test_nothing_acknowledged_is_lost_or_twice_when_the_server_is_killed(storm: Storm, rounds: int) -> None:
    assert len(storm.kills) == rounds
    assert storm.sent_again >= rounds, "every kill broke something off"
    assert {given.act.name for _, given in storm.given} == {
        "ballot.cast",
        "stance.take",
        "proposal.submit",
        "proposal.capture",
        "turn.start",
        "turn.end",
    }
    assert reckon(storm.house, storm.given) == Reckoning((), (), None)


def test_the_reckoning_would_notice(storm: Storm) -> None:
    """A lost receipt, a lost vote, a proposal that is there twice, an altered entry of the log."""
    with storm.house.database() as database, database.write_engine.begin() as connection:
        first = connection.execute(select(Receipt.actor, Receipt.key)).first()
        assert first is not None
        connection.execute(delete(Receipt).where(Receipt.actor == first[0], Receipt.key == first[1]))
        voter = connection.scalar(select(Turnout.seat_id))
        connection.execute(delete(Turnout).where(Turnout.seat_id == voter))
        row = connection.execute(select(Proposal.__table__)).mappings().first()
        wording = connection.execute(select(ProposalVersion.__table__)).mappings().first()
        assert row is not None
        assert wording is not None
        connection.execute(Proposal.__table__.insert(), {**row, "id": 99_999})
        connection.execute(ProposalVersion.__table__.insert(), {**wording, "id": 99_999, "proposal_id": 99_999})
        connection.execute(update(Entry).where(Entry.number == 3).values(actor="someone else"))
    found = reckon(storm.house, storm.given)
    kinds = {finding.partition(":")[0] for finding in found.lost}
    assert {"receipt", "receipts", "turnout", "the last vote"} <= kinds
    assert {finding.partition(":")[0] for finding in found.twice} == {"proposals", "wordings"}
    assert found.broken == 3
