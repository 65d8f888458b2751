"""Names are kept for some days and no longer; what was said stays."""

from datetime import timedelta

from core import clock
from core.events.known import seen_heads
from participation.forums.models import ForumState
from participation.proposals.models import Proposal
from participation.seats.forgetting import forget_names
from participation.seats.models import FormerDevice, Seat
from participation.seats.operations import take_over
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


def test_who_reads_afterwards_reads_no_name_that_was_kept(world: World) -> None:
    over = world.forum(state=ForumState.CLOSED)
    seat, _ = world.seat(over, name="순자")
    with world.database.reading() as session:
        before = seen_heads(session, over, ("forum",))
    later = clock.now() + timedelta(days=6)
    world.write(lambda session: forget_names(session, later, days=5))
    world.write(lambda session: forget_names(session, later, days=5))
    with world.database.reading() as session:
        assert seen_heads(session, over, ("forum",))["forum"] == before["forum"] + 1
        assert session.get_one(Seat, seat).call_name is None


def test_no_browser_leads_to_a_seat_when_its_time_is_over(world: World) -> None:
    """Neither the one that speaks for it, named or not, nor those that did before it was taken over."""
    over, live = world.forum(state=ForumState.CLOSED), world.forum()
    forgotten, _ = world.seat(over)
    kept, _ = world.seat(live, name="영호")
    with world.database.reading() as session:
        code = session.get_one(Seat, kept).code
    world.write(lambda session: take_over(session, live, code))
    world.write(lambda session: session.add(FormerDevice(device_hash="f" * 64, seat_id=forgotten, epoch=1)))
    later = clock.now() + timedelta(days=6)
    world.write(lambda session: forget_names(session, later, days=5))
    with world.database.reading() as session:
        assert session.get_one(Seat, forgotten).device_hash is None
        assert session.get_one(Seat, kept).device_hash is not None
        assert [row.seat_id for row in session.query(FormerDevice)] == [kept]
