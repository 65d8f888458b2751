"""What the stage says of each table."""

from datetime import timedelta

import pytest

from core import clock
from core.live.presence import Present
from facilitation.stage.fragments import STAGE
from facilitation.stage.presence import Consoles
from facilitation.stage.queries.figures import figures
from facilitation.stage.queries.hall import Connected, TableState, TableTile, hall
from participation.forums.models import ForumState, SegmentKind
from participation.forums.queries import the_forum
from participation.proposals.models import Proposal
from tests.facilitation.hall import Hall
from tests.factories import World

NOBODY = Connected(frozenset(), {})


@pytest.fixture
def room(world: World) -> Hall:
    return Hall(world)


def tiles(room: Hall, connected: Connected = NOBODY) -> dict[int, TableTile]:
    return room.read(lambda s: hall(s, the_forum(s, room.forum), connected, clock.now()))


def test_a_table_read_alone_is_as_it_is_among_all(room: Hall) -> None:
    room.propose()
    room.do("turn.start", table=1, seat=room.seats[0])
    every = tiles(room)
    for number in every:
        alone = room.read(lambda s, n=number: hall(s, the_forum(s, room.forum), NOBODY, clock.now(), table=n))  # type: ignore[misc]
        assert alone == {number: every[number]}


def test_a_ring_says_who_sits_who_speaks_and_whose_phone_is_gone(room: Hall) -> None:
    room.do("turn.start", table=1, seat=room.seats[1])
    connected = Connected(frozenset(room.seats[:3]), {})
    assert tiles(room, connected)[1].rings == ("seated", "speaking", "seated", "offline", *["empty"] * 4)


def test_silence_is_said_after_four_minutes(room: Hall) -> None:
    assert tiles(room)[1].state is TableState.TALKING
    clock.advance(timedelta(minutes=5))
    quiet = tiles(room)[1]
    assert (quiet.state, quiet.minutes) == (TableState.QUIET, 5)


def test_a_running_turn_is_no_silence(room: Hall) -> None:
    room.do("turn.start", table=1, seat=room.seats[0])
    clock.advance(timedelta(minutes=9))
    assert tiles(room)[1].state is TableState.TALKING


def test_an_empty_table_is_not_reproached_for_silence(room: Hall) -> None:
    clock.advance(timedelta(minutes=9))
    assert tiles(room)[3].state is TableState.TALKING


def test_a_paused_clock_is_no_silence(room: Hall) -> None:
    room.do("forum.pause", room.host)
    clock.advance(timedelta(minutes=9))
    assert tiles(room)[1].state is TableState.TALKING


def test_help_comes_before_everything(room: Hall) -> None:
    room.do("help.call", table=1, reason="health")
    lost = Connected(frozenset(), {1: clock.now(), 2: clock.now() - timedelta(minutes=2)})
    found = tiles(room, lost)
    assert (found[1].state, found[2].state, found[2].minutes) == (TableState.HELP, TableState.LOST, 2)


@pytest.mark.parametrize(("minutes", "said"), [(0, "연결 끊김<"), (3, "연결 끊김 3분<")])
def test_a_lost_console_is_told_with_its_minutes_once_there_are_any(
    room: Hall, monkeypatch: pytest.MonkeyPatch, minutes: int, said: str
) -> None:
    consoles = Consoles()
    monkeypatch.setattr("facilitation.stage.presence.CONSOLES", consoles)
    consoles.note(Present(room.forum, "console", "person:1", 1, None, 0, 1))
    clock.advance(timedelta(minutes=minutes))
    shown = room.snapshot(STAGE)
    assert said in shown["tile-1"].html
    assert said in shown["alerts"].html


def test_three_picked_proposals_finish_a_table(room: Hall) -> None:
    for _ in range(3):
        proposal = room.propose()
        room.world.place(lambda s, p=proposal: setattr(s.get_one(Proposal, p), "top", True))  # type: ignore[misc]
    assert tiles(room)[1].state is TableState.FINISHED
    assert room.read(lambda s: figures(s, the_forum(s, room.forum))).finished == 1


@pytest.mark.parametrize(
    ("state", "kind", "said"),
    [
        (ForumState.LIVE, SegmentKind.BREAK, TableState.BREAK),
        (ForumState.LIVE, SegmentKind.BRIEFING, TableState.LISTENING),
        (ForumState.ANNOUNCED, SegmentKind.WELCOME, TableState.ARRIVING),
        (ForumState.CLOSED, SegmentKind.WELCOME, TableState.OVER),
    ],
)
def test_outside_a_round_a_table_does_what_the_room_does(
    world: World, state: ForumState, kind: SegmentKind, said: TableState
) -> None:
    assert tiles(Hall(world, state=state, kind=kind))[1].state is said


def test_figures_count_the_present_round(room: Hall) -> None:
    room.propose()
    room.do("turn.start", table=1, seat=room.seats[0])
    found = room.read(lambda s: figures(s, the_forum(s, room.forum)))
    assert (found.seated, found.seats, found.spoken, found.proposals, found.in_round) == (4, 24, 1, 1, True)
    assert found.turnout is None
