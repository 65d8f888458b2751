"""Names are kept for some days and no longer; what was said stays."""

from datetime import timedelta

from core import clock
from participation.forums.models import ForumState
from participation.proposals.models import Proposal
from participation.seats.forgetting import forget_names
from participation.seats.models import Seat
from tests.factories import World


def test_names_go_when_their_time_is_over(world: World) -> None:
    over, live = world.forum(state=ForumState.CLOSED), world.forum()
    gone, _ = world.seat(over, name="순자")
    kept, _ = world.seat(live, name="영호")
    said = world.proposal(over, seat_id=gone)
    later = clock.now() + timedelta(days=4)
    assert world.write(lambda session: forget_names(session, later, days=5)) == 0
    later = clock.now() + timedelta(days=6)
    assert world.write(lambda session: forget_names(session, later, days=5)) == 1
    with world.database.reading() as session:
        assert session.get_one(Seat, gone).call_name is None
        assert session.get_one(Seat, kept).call_name == "영호"
        assert session.get_one(Proposal, said).seat_id == gone
