"""Turns: one runs at a table, seconds are counted, who is next follows the mode, late acts keep their moment."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from core import clock
from core.errors import Conflict, DomainError, Forbidden, Missing, TooLate
from facilitation.tables.models import Turn, TurnMode, TurnState
from facilitation.tables.operations import settle_tables
from facilitation.tables.queries import people_spoken, seats_spoken, spoken_seconds, table_view
from participation.forums.clock import move_to
from participation.forums.models import ForumState, SegmentKind
from participation.forums.queries import the_forum
from tests.facilitation.hall import Hall
from tests.factories import World


def _view(hall: Hall):  # type: ignore[no-untyped-def]
    return hall.read(lambda session: table_view(session, hall.forum, 1))


def _later(seconds: int) -> None:
    clock.advance(timedelta(seconds=seconds))


def test_a_turn_ends_the_one_before_and_its_seconds_are_kept(world: World) -> None:
    hall = Hall(world)
    hall.do("turn.start", table=1, seat=hall.seats[0])
    _later(40)
    hall.do("turn.start", table=1, seat=hall.seats[1])
    _later(15)
    spoken = hall.read(lambda session: spoken_seconds(session, hall.forum, table=1))
    assert spoken == {hall.seats[0]: 40, hall.seats[1]: 15}
    assert _view(hall).turn.seat.id == hall.seats[1]
    assert hall.read(lambda session: seats_spoken(session, hall.forum)) == {1: 2}
    assert hall.read(lambda session: people_spoken(session, hall.forum)) == 2


def test_starting_the_same_turn_twice_changes_nothing(world: World) -> None:
    hall = Hall(world)
    first = hall.do("turn.start", table=1, seat=hall.seats[0]).result
    _later(10)
    assert hall.do("turn.start", table=1, seat=hall.seats[0]).result == first
    assert [item.event.kind for item in hall.recorded] == ["turn.started"]


def test_the_rooms_clock_held_leaves_a_turn_to_its_table(world: World) -> None:
    """Holding the step's clock gives tables time to go on talking; who rests is for the facilitator to say."""
    hall = Hall(world)
    hall.do("turn.start", table=1, seat=hall.seats[0])
    hall.do("forum.pause", hall.host)
    _later(20)
    assert (_view(hall).turn.is_paused, _view(hall).turn.spoken) == (False, 20)


def test_a_pause_does_not_count(world: World) -> None:
    hall = Hall(world)
    hall.do("turn.start", table=1, seat=hall.seats[0])
    _later(30)
    hall.do("turn.pause", table=1)
    _later(300)
    assert _view(hall).turn.left == 90
    hall.do("turn.resume", table=1)
    _later(10)
    hall.do("turn.end", table=1)
    assert hall.read(lambda session: spoken_seconds(session, hall.forum)) == {hall.seats[0]: 40}


def test_thirty_seconds_more_count_from_now_once_it_is_over(world: World) -> None:
    hall = Hall(world)
    hall.do("turn.start", table=1, seat=hall.seats[0])
    hall.do("turn.add", table=1)
    assert _view(hall).turn.left == 150
    _later(200)
    assert _view(hall).turn.left == -50
    hall.do("turn.add", table=1)
    assert _view(hall).turn.left == 30


def test_an_act_that_waited_keeps_the_moment_it_was_pressed(world: World) -> None:
    hall = Hall(world)
    _later(300)
    pressed = (clock.now() - timedelta(seconds=100)).isoformat().replace("+00:00", "Z")
    ended = (clock.now() - timedelta(seconds=40)).isoformat().replace("+00:00", "Z")
    hall.do("turn.start", table=1, seat=hall.seats[0], at=pressed)
    hall.do("turn.end", table=1, at=ended)
    assert hall.read(lambda session: spoken_seconds(session, hall.forum)) == {hall.seats[0]: 60}


def test_a_console_cannot_press_in_the_future_nor_long_ago(world: World) -> None:
    hall = Hall(world)
    _later(4000)
    hall.do("turn.start", table=1, seat=hall.seats[0], at="2030-01-01T00:00:00Z")
    assert _view(hall).turn.spoken == 0
    hall.do("turn.start", table=1, seat=hall.seats[1], at="2001-01-01T00:00:00Z")
    assert _view(hall).turn.spoken == 1800


def test_round_mode_goes_clockwise_and_starts_again(world: World) -> None:
    hall = Hall(world)
    assert _view(hall).next.place == 1
    hall.do("turn.start", table=1, seat=hall.seats[2])
    assert _view(hall).next.place == 4
    hall.do("turn.start", table=1, seat=hall.seats[3])
    assert _view(hall).next.place == 1
    hall.do("turn.end", table=1)
    assert _view(hall).next.place == 1


def test_hands_mode_follows_the_order_of_hands_and_a_turn_takes_the_hand_down(world: World) -> None:
    hall = Hall(world)
    hall.do("turn.mode", table=1, mode="hands")
    assert _view(hall).next is None
    for place in (3, 1):
        hall.do("hand.raise", hall.resident(place))
        _later(1)
    assert _view(hall).next.place == 3
    hall.do("turn.start", table=1, seat=hall.seats[2])
    view = _view(hall)
    assert view.next.place == 1
    assert [seat.place for seat in view.seats if seat.has_hand] == [1]


def test_free_mode_suggests_nobody(world: World) -> None:
    hall = Hall(world)
    hall.do("turn.mode", table=1, mode="free")
    assert _view(hall).mode is TurnMode.FREE
    assert _view(hall).next is None


def test_a_hand_is_ones_own_and_up_once(world: World) -> None:
    hall = Hall(world)
    hall.do("hand.raise", hall.resident(2))
    hall.do("hand.raise", hall.resident(2))
    assert [item.event.kind for item in hall.recorded] == ["hand.raised"]
    hall.do("hand.lower", hall.resident(2))
    hall.do("hand.lower", hall.resident(2))
    assert [item.event.kind for item in hall.recorded] == ["hand.raised", "hand.lowered"]
    with pytest.raises(Forbidden):
        hall.do("hand.raise", hall.facilitator)


def test_a_hand_is_refused_while_one_speaks_and_where_nobody_does(world: World) -> None:
    hall = Hall(world)
    hall.do("turn.start", table=1, seat=hall.seats[0])
    with pytest.raises(Conflict):
        hall.do("hand.raise", hall.resident(1))
    welcome = Hall(world, kind=SegmentKind.WELCOME)
    with pytest.raises(Conflict):
        welcome.do("hand.raise", welcome.resident(1))


def test_least_heard_are_the_two_under_half_of_the_average(world: World) -> None:
    hall = Hall(world)
    for place, seconds in ((1, 120), (2, 100), (3, 20)):
        hall.do("turn.start", table=1, seat=hall.seats[place - 1])
        _later(seconds)
    hall.do("turn.end", table=1)
    assert [seat.place for seat in _view(hall).least] == [4, 3]


@pytest.mark.parametrize("command", ["turn.start", "turn.end", "turn.pause", "turn.add", "turn.mode", "step.move"])
def test_turns_belong_to_who_runs_the_table(world: World, command: str) -> None:
    hall = Hall(world)
    fields = {"table": 1, "seat": hall.seats[0], "mode": "free", "line": 0}
    for actor in (hall.other, hall.coordinator, hall.resident(1)):
        with pytest.raises(Forbidden):
            hall.do(command, actor, **fields)
    hall.do("turn.start", hall.host, **fields)
    hall.do(command, hall.host, **fields)


@pytest.mark.parametrize("state", [ForumState.ANNOUNCED, ForumState.CLOSED])
def test_turns_run_only_during_the_evening(world: World, state: ForumState) -> None:
    hall = Hall(world, state=state)
    with pytest.raises(TooLate):
        hall.do("turn.start", table=1, seat=hall.seats[0])


@pytest.mark.parametrize("kind", list(SegmentKind))
def test_turns_run_only_in_steps_that_open_them(world: World, kind: SegmentKind) -> None:
    hall = Hall(world, kind=kind)
    if kind in (SegmentKind.TABLE_ROUND, SegmentKind.OPEN_MICROPHONE):
        hall.do("turn.start", table=1, seat=hall.seats[0])
    else:
        with pytest.raises(Conflict):
            hall.do("turn.start", table=1, seat=hall.seats[0])


def test_only_who_sits_here_can_speak_here(world: World) -> None:
    hall = Hall(world)
    elsewhere, _ = world.seat(hall.forum, 2, 1)
    for seat in (elsewhere, 999_999):
        with pytest.raises(Missing):
            hall.do("turn.start", table=1, seat=seat)


def test_when_the_room_moves_on_turns_end_and_hands_come_down(world: World) -> None:
    hall = Hall(world)
    hall.do("turn.start", table=1, seat=hall.seats[0])
    hall.do("hand.raise", hall.resident(2))
    _later(30)

    def work(session):  # type: ignore[no-untyped-def]
        forum = the_forum(session, hall.forum)
        move_to(session, hall.host, hall.forum, forum.segments[-1].id)
        settle_tables(session, hall.host, hall.forum)

    hall.write(work)
    _later(600)
    view = _view(hall)
    assert view.turn is None
    assert not any(seat.has_hand for seat in view.seats)
    assert hall.read(lambda session: spoken_seconds(session, hall.forum)) == {hall.seats[0]: 30}


def test_consoles_that_press_at_once_leave_one_turn_running(world: World) -> None:
    hall = Hall(world)
    refused: list[DomainError] = []

    def press(seat: int) -> None:
        try:
            hall.do("turn.start", table=1, seat=seat)
        except DomainError as error:
            refused.append(error)

    threads = [threading.Thread(target=press, args=(seat,)) for seat in hall.seats * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    running = hall.read(lambda session: list(session.scalars(select(Turn).where(Turn.state != TurnState.DONE))))
    assert len(running) == 1
    assert refused == []
