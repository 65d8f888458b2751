"""What a console and a phone show after an event is what a fresh page shows, for every event of a table."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from core import clock
from core.live.regions import SURFACES
from facilitation.tables.fragments import CONSOLE
from participation.forums import clock as evening
from participation.forums.queries import the_forum
from participation.proposals.operations import submit_proposal
from participation.seats import operations as seating
from participation.seats.phone import PHONE
from tests.facilitation.hall import Hall
from tests.factories import World

Act = Callable[[Hall], object]


def _call(hall: Hall) -> int:
    return int(hall.do("help.call", table=1, reason="fact").result["call"])


def _segment(hall: Hall, number: int) -> int:
    return hall.read(lambda session: the_forum(session, hall.forum).segments[number].id)


def _start(hall: Hall, place: int = 1) -> None:
    hall.do("turn.start", table=1, seat=hall.seats[place - 1])
    clock.advance(timedelta(seconds=30))


BEFORE: dict[str, Act] = {
    "turn.start": lambda hall: hall.do("hand.raise", hall.resident(2)),
    "turn.next": _start,
    "turn.end": _start,
    "turn.pause": _start,
    "turn.add": _start,
    "turn.resume": lambda hall: (_start(hall), hall.do("turn.pause", table=1)),
    "hand.lower": lambda hall: hall.do("hand.raise", hall.resident(1)),
    "help.come": _call,
    "help.cancel": _call,
    "help.solve": _call,
    "seat.left": lambda hall: (hall.propose(), _start(hall)),
    "seat.renamed": lambda hall: (hall.propose(), _start(hall)),
    "seat.moved": _start,
    "clock.paused": _start,
    "forum.closed": lambda hall: (hall.propose(), _start(hall)),
    "segment.started": lambda hall: (hall.propose(), _start(hall), hall.do("hand.raise", hall.resident(2))),
    "clock.resumed": lambda hall: hall.write(lambda s: evening.pause(s, hall.host, hall.forum)),
}
AFTER: dict[str, Act] = {
    "turn.start": lambda hall: hall.do("turn.start", table=1, seat=hall.seats[1]),
    "turn.next": lambda hall: hall.do("turn.start", table=1, seat=hall.seats[2]),
    "turn.end": lambda hall: hall.do("turn.end", table=1),
    "turn.pause": lambda hall: hall.do("turn.pause", table=1),
    "turn.add": lambda hall: hall.do("turn.add", table=1),
    "turn.resume": lambda hall: hall.do("turn.resume", table=1),
    "turn.mode": lambda hall: hall.do("turn.mode", table=1, mode="hands"),
    "step.move": lambda hall: hall.do("step.move", table=1, line=0),
    "hand.raise": lambda hall: hall.do("hand.raise", hall.resident(1)),
    "hand.lower": lambda hall: hall.do("hand.lower", hall.resident(1)),
    "help.call": _call,
    "help.come": lambda hall: hall.do("help.come", hall.host, call=_open(hall)),
    "help.cancel": lambda hall: hall.do("help.cancel", call=_open(hall)),
    "help.solve": lambda hall: hall.do("help.solve", call=_open(hall)),
    "capture": lambda hall: hall.do("proposal.capture", table=1, seat=hall.seats[0], text="의자", wording="short"),
    "submit": lambda hall: hall.write(lambda s: submit_proposal(s, hall.resident(1), hall.forum, "나무를 심어 주세요")),
    "seat.taken": lambda hall: hall.do("seat.add_walk_in", table=1, name="순이", consent="y"),
    "seat.renamed": lambda hall: hall.do("seat.rename", seat=hall.seats[0], name="현재"),
    "seat.left": lambda hall: hall.write(lambda s: seating.leave_seat(s, hall.host, hall.forum, hall.seats[1])),
    "seat.moved": lambda hall: hall.write(lambda s: seating.move_seat(s, hall.host, hall.forum, hall.seats[1], 2)),
    "segment.started": lambda hall: hall.write(lambda s: evening.move_to(s, hall.host, hall.forum, _segment(hall, 3))),
    "clock.paused": lambda hall: hall.write(lambda s: evening.pause(s, hall.host, hall.forum)),
    "clock.resumed": lambda hall: hall.write(lambda s: evening.resume(s, hall.host, hall.forum)),
    "clock.extended": lambda hall: hall.write(lambda s: evening.extend(s, hall.host, hall.forum, 300)),
    "forum.closed": lambda hall: hall.write(lambda s: evening.close_forum(s, hall.host, hall.forum)),
}


def _open(hall: Hall) -> int:
    return next(item.event.call for item in hall.made if hasattr(item.event, "call"))  # type: ignore[attr-defined]


@pytest.mark.parametrize("case", list(AFTER))
@pytest.mark.parametrize("surface", ["console", "phone"])
def test_a_page_that_follows_shows_what_a_fresh_one_shows(world: World, surface: str, case: str) -> None:
    hall = Hall(world)
    BEFORE.get(case, lambda hall: None)(hall)
    hall.made = list(hall.recorded)  # type: ignore[attr-defined]
    me = hall.seats[0]
    args = (1,) if surface == "console" else (1, me)
    streams = ("forum", "table:1", "staff") if surface == "console" else ("forum", "table:1", "turnout", f"seat:{me}")
    hall.followed(SURFACES[surface], args, streams, lambda: AFTER[case](hall))


@pytest.mark.parametrize("undone", [False, True])
@pytest.mark.parametrize("case", ["mark", "park", "reword", "hide", "merge"])
def test_handling_a_proposal_reaches_the_console_and_so_does_taking_it_back(
    world: World, case: str, undone: bool
) -> None:
    hall = Hall(world)
    one, two = hall.propose("가로등을 달아 주세요"), hall.propose("밤길이 어두워요", 2)
    hall.stand(one, "agree", "no")
    acts: dict[str, Callable[[], object]] = {
        "mark": lambda: hall.do("proposal.mark", proposal=one, mark="dissent", on="y"),
        "park": lambda: hall.do("proposal.mark", proposal=one, mark="parked", on="y"),
        "reword": lambda: hall.do("proposal.reword", proposal=one, text="가로등을 더 밝게", consented="y"),
        "hide": lambda: hall.do("proposal.hide", proposal=one, reason="shop"),
        "merge": lambda: hall.do("proposal.merge", proposals=[one, two], keep=one),
    }
    act = acts[case]
    if undone:
        act()
        act = lambda: hall.do("console.undo", table=1)  # noqa: E731
    hall.followed(CONSOLE, (1,), ("forum", "table:1", "staff"), act)


def test_a_phone_never_learns_how_long_others_spoke(world: World) -> None:
    hall = Hall(world)
    _start(hall, 2)
    html = hall.snapshot(PHONE, 1, hall.seats[0])["turn-1"].html
    assert "은숙 님" in html
    assert "0:30" not in html
    assert "data-ends-at" not in html


def test_a_call_for_help_is_not_drawn_on_phones(world: World) -> None:
    hall = Hall(world)
    before = hall.snapshot(PHONE, 1, hall.seats[0])
    _call(hall)
    assert PHONE.touched(hall.recorded[-1].event) == []
    assert hall.snapshot(PHONE, 1, hall.seats[0]) == before
