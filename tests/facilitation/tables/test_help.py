"""Calls for help: one open at a table, who is coming, taken back, solved."""

import pytest

from core.errors import Conflict, Forbidden, Invalid, Missing, TooLate
from core.permissions import Role
from facilitation.tables.queries import open_help_calls
from participation.forums.models import ForumState
from tests.facilitation.hall import Hall
from tests.factories import World


def test_a_call_goes_from_called_to_coming_to_solved(world: World) -> None:
    hall = Hall(world)
    call = hall.do("help.call", table=1, reason="dispute", note="두 분이 다투십니다").result["call"]
    found = hall.read(lambda session: open_help_calls(session, hall.forum))
    assert [(one.table, one.reason, one.note, one.comer) for one in found] == [
        (1, "dispute", "두 분이 다투십니다", None)
    ]
    hall.do("help.come", hall.host, call=call, name="이지원")
    assert hall.read(lambda session: open_help_calls(session, hall.forum))[0].comer == "이지원"
    hall.do("help.solve", call=call)
    assert hall.read(lambda session: open_help_calls(session, hall.forum)) == []
    with pytest.raises(Conflict):
        hall.do("help.come", hall.host, call=call)


def test_a_table_calls_once_and_may_take_it_back(world: World) -> None:
    hall = Hall(world)
    call = hall.do("help.call", table=1, reason="health").result["call"]
    with pytest.raises(Conflict):
        hall.do("help.call", table=1, reason="fact")
    with pytest.raises(Forbidden):
        hall.do("help.cancel", hall.other, call=call)
    hall.do("help.cancel", call=call)
    hall.do("help.call", table=1, reason="fact")


def test_the_log_names_the_reason_but_not_the_note(world: World) -> None:
    hall = Hall(world)
    hall.do("help.call", table=1, reason="device", note="순자 님 휴대폰")
    assert hall.recorded[-1].event.payload() == {"call": 1, "table": 1, "reason": "device"} | {
        "call": hall.recorded[-1].event.payload()["call"]
    }


def test_helping_is_for_the_staff_of_the_evening(world: World) -> None:
    hall = Hall(world)
    call = hall.do("help.call", table=1, reason="fact").result["call"]
    analyst = hall.actor(world.person(Role.ANALYST, scope=hall.forum))
    for actor in (analyst, hall.resident(1)):
        with pytest.raises(Forbidden):
            hall.do("help.come", actor, call=call)
    hall.do("help.come", hall.other, call=call)


@pytest.mark.parametrize("who", ["other", "coordinator"])
def test_only_the_table_calls(world: World, who: str) -> None:
    hall = Hall(world)
    with pytest.raises(Forbidden):
        hall.do("help.call", getattr(hall, who), table=1, reason="fact")


def test_a_resident_calls_a_helper_to_their_seat(world: World) -> None:
    hall = Hall(world)
    call = hall.do("help.ask", hall.resident(3)).result["call"]
    found = hall.read(lambda session: open_help_calls(session, hall.forum))
    assert [(one.id, one.table, one.reason, one.note) for one in found] == [
        (call, 1, "device", "3번 자리에서 불렀습니다")
    ]
    assert hall.recorded[-1].event.payload() == {"call": call, "table": 1, "reason": "device"}
    assert hall.do("help.ask", hall.resident(1)).result["call"] == call
    hall.do("help.solve", call=call)
    assert hall.do("help.ask", hall.resident(1)).result["call"] != call


def test_a_helper_is_called_from_a_seat_during_the_evening(world: World) -> None:
    hall = Hall(world)
    for actor in (hall.facilitator, hall.host):
        with pytest.raises(Forbidden):
            hall.do("help.ask", actor)
    after = Hall(world, state=ForumState.CLOSED)
    with pytest.raises(TooLate):
        after.do("help.ask", after.resident(1))


def test_wrong_calls_are_refused_in_words(world: World) -> None:
    hall = Hall(world)
    with pytest.raises(Missing):
        hall.do("help.solve", call=12345)
    with pytest.raises(Invalid):
        hall.do("help.call", table=1, reason="boredom")
    with pytest.raises(Invalid):
        hall.do("help.call", table=1, reason="fact", note="가" * 201)
    after = Hall(world, state=ForumState.CLOSED)
    with pytest.raises(TooLate):
        after.do("help.call", table=1, reason="fact")
