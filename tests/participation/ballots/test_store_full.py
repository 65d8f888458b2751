"""A ballot whose store cannot be written for a while is sealed once it can be, by itself."""

from datetime import timedelta

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from core import clock
from core.errors import Unavailable
from core.web.context import services
from participation.ballots.models import BallotState
from participation.ballots.operations.running import close_ballot
from participation.ballots.sealing import AGAIN_AFTER
from tests.participation.ballots.conftest import Hall
from tests.stores import read_only


def test_sealing_is_tried_again_until_the_store_takes_it(hall: Hall) -> None:
    (actor,) = hall.sit(1)
    ballot_id = hall.open()
    hall.cast(actor, ballot_id, 1)
    hall.do(close_ballot, ballot_id)
    clock.advance(timedelta(seconds=31))
    with read_only(services(hall.app).database):
        ((_, due),) = hall.waiting
        hall.waiting.clear()
        due()
        assert [wait for wait, _ in hall.waiting] == [AGAIN_AFTER]
        with pytest.raises(Unavailable):
            hall.sealer.seal(hall.forum_id, ballot_id)
        assert hall.view(ballot_id).state == BallotState.CLOSING
    hall.run_waiting()
    assert hall.view(ballot_id).state == BallotState.SEALED
    assert hall.turnout(ballot_id).voted == 1


def test_a_store_that_cannot_even_be_read_is_asked_again_later(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    (actor,) = hall.sit(1)
    ballot_id = hall.open()
    hall.cast(actor, ballot_id, 1)
    hall.do(close_ballot, ballot_id)
    clock.advance(timedelta(seconds=31))

    def away() -> None:
        raise OperationalError("", {}, psycopg.errors.AdminShutdown())

    with monkeypatch.context() as while_it_is_away:
        while_it_is_away.setattr(hall.sealer.database, "reading", away)
        ((_, due),) = hall.waiting
        hall.waiting.clear()
        due()
    assert [wait for wait, _ in hall.waiting] == [AGAIN_AFTER]
    hall.run_waiting()
    assert hall.view(ballot_id).state == BallotState.SEALED
