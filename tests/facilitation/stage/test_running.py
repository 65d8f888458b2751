"""Running the evening from the stage: who may, when, and what the room then does."""

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.errors import DomainError
from core.permissions import Actor, Role
from facilitation.stage.models import ScreenView
from facilitation.stage.queries.screen import showing
from participation.ballots.operations.preparing import BallotDraft, prepare_ballot
from participation.ballots.sources import OfferedOption
from participation.forums.models import ForumState, SegmentKind
from participation.forums.queries import ForumView, the_forum
from tests.facilitation.hall import Hall
from tests.factories import World

COMMANDS: dict[str, dict[str, Any]] = {
    "forum.start": {},
    "forum.move": {"segment": 0},
    "forum.pause": {},
    "forum.resume": {},
    "forum.extend": {"minutes": 2},
    "forum.close": {"sure": "y"},
    "segment.resize": {"segment": 0, "minutes": 3},
    "screen.show": {"view": "join"},
    "message.send": {"text": "5분 남았습니다"},
}
ANNOUNCED, LIVE, CLOSED = ForumState.ANNOUNCED, ForumState.LIVE, ForumState.CLOSED
MOMENTS = {
    "forum.start": {ANNOUNCED},
    "forum.move": {LIVE},
    "forum.pause": {LIVE},
    "forum.resume": set(),
    "forum.extend": {LIVE},
    "forum.close": {LIVE},
    "segment.resize": {ANNOUNCED, LIVE},
    "screen.show": {ANNOUNCED, LIVE, CLOSED},
    "message.send": {ANNOUNCED, LIVE},
}


@pytest.fixture
def hall(world: World) -> Hall:
    return Hall(world)


def forum_of(hall: Hall) -> ForumView:
    return hall.read(lambda session: the_forum(session, hall.forum))


def fields_of(hall: Hall, name: str) -> dict[str, Any]:
    last = forum_of(hall).segments[-1].id
    return {key: last if key == "segment" else value for key, value in COMMANDS[name].items()}


def refused(hall: Hall, name: str, actor: Actor, **fields: Any) -> str:
    with pytest.raises(DomainError) as caught:
        hall.do(name, actor, **fields)
    return caught.value.code


@pytest.mark.parametrize("name", COMMANDS)
def test_only_the_host_runs_the_evening(hall: Hall, name: str) -> None:
    stranger = hall.actor(hall.world.person(Role.STAFF, Role.ANALYST, scope=hall.forum))
    for actor in (hall.facilitator, hall.coordinator, hall.resident(1), stranger, Actor()):
        assert refused(hall, name, actor, **fields_of(hall, name)) == "forbidden"


@pytest.mark.parametrize("state", [ANNOUNCED, LIVE, CLOSED])
@pytest.mark.parametrize("name", COMMANDS)
def test_each_act_has_its_moments(world: World, name: str, state: ForumState) -> None:
    hall = Hall(world, state=state)
    if state in MOMENTS[name]:
        hall.do(name, hall.host, **fields_of(hall, name))
    else:
        assert refused(hall, name, hall.host, **fields_of(hall, name)) != "forbidden"


def test_a_host_of_another_forum_is_refused(hall: Hall) -> None:
    other = hall.actor(hall.world.person(Role.HOST, scope=hall.world.forum()))
    assert refused(hall, "forum.pause", other) == "forbidden"


def test_pressing_next_twice_moves_once(hall: Hall) -> None:
    target = forum_of(hall).next_segment
    assert target is not None
    for _ in range(2):
        hall.do("forum.move", hall.host, segment=target.id)
    assert forum_of(hall).segment == target or forum_of(hall).segment.id == target.id  # type: ignore[union-attr]
    assert [item.event.kind for item in hall.recorded] == ["segment.started"]


def test_moving_asks_once_where_a_table_waits_for_help(hall: Hall) -> None:
    hall.do("help.call", table=1, reason="dispute")
    last = forum_of(hall).segments[-1].id
    assert refused(hall, "forum.move", hall.host, segment=last) == "help_open"
    hall.do("forum.move", hall.host, segment=last, sure="y")
    assert forum_of(hall).segment.id == last  # type: ignore[union-attr]


def test_leaving_an_unfinished_ballot_asks_once(world: World) -> None:
    hall = Hall(world, kind=SegmentKind.PLENARY_BALLOT)
    here, last = forum_of(hall).segment.id, forum_of(hall).segments[-1].id  # type: ignore[union-attr]
    draft = BallotDraft("무엇을 먼저 할까요?", choose=1, winners=1, options=(OfferedOption("등"), OfferedOption("길")))
    ballot = hall.write(lambda session: prepare_ballot(session, hall.host, hall.forum, draft))
    hall.do("ballot.open", hall.host, ballot=ballot)
    assert "투표가 아직 끝나지 않았습니다" in world.browser(hall.host.person_id or 0).get(sheet(hall, last)).text
    assert refused(hall, "forum.move", hall.host, segment=last) == "ballot_unfinished"
    hall.do("forum.move", hall.host, segment=last, sure="y")
    hall.do("forum.move", hall.host, segment=here)
    for place in range(1, len(hall.seats) + 1):
        hall.do("ballot.cast", hall.resident(place), ballot=ballot, choice=[1], key=f"key-of-place-{place}")
    for act in ("close", "seal"):
        hall.do(f"ballot.{act}", hall.host, ballot=ballot)
        assert refused(hall, "forum.move", hall.host, segment=last) == "ballot_unfinished"
    hall.do("ballot.publish", hall.host, ballot=ballot)
    hall.do("forum.move", hall.host, segment=last)
    assert forum_of(hall).segment.id == last  # type: ignore[union-attr]


def sheet(hall: Hall, segment: int) -> str:
    return f"/forums/{hall.world.slug(hall.forum)}/stage/segments/{segment}"


def test_closing_wants_to_be_confirmed(hall: Hall) -> None:
    assert refused(hall, "forum.close", hall.host) == "invalid"
    assert forum_of(hall).is_live


def test_resizing_makes_the_sum_fit_and_is_seen_by_all(hall: Hall) -> None:
    last = forum_of(hall).segments[-1].id
    hall.do("segment.resize", hall.host, segment=last, minutes=3)
    assert forum_of(hall).segments[-1].minutes == 3
    assert [item.event.kind for item in hall.recorded] == ["forum.configured"]


def test_a_step_that_has_begun_keeps_its_length(hall: Hall) -> None:
    forum = forum_of(hall)
    for segment in (forum.segments[0], forum.segment):
        assert segment is not None
        assert refused(hall, "segment.resize", hall.host, segment=segment.id, minutes=3) == "begun"


def test_extending_by_nonsense_is_said_in_words(hall: Hall) -> None:
    for minutes in ("", "many", "61", "-31", "99999999999"):
        assert refused(hall, "forum.extend", hall.host, minutes=minutes) == "invalid"


def test_the_screen_follows_the_agenda(hall: Hall) -> None:
    seen = []
    for segment in forum_of(hall).segments:
        hall.do("forum.move", hall.host, segment=segment.id)
        seen.append(hall.read(lambda session: showing(session, the_forum(session, hall.forum))).view)
    question = ScreenView.QUESTION
    assert seen == [
        ScreenView.JOIN,
        question,
        question,
        ScreenView.THEMES,
        question,
        ScreenView.THEMES,
        question,
        question,
        question,
    ]


def view_of(hall: Hall) -> ScreenView:
    return hall.read(lambda session: showing(session, the_forum(session, hall.forum))).view


def test_a_chosen_view_holds_until_the_room_moves(hall: Hall) -> None:
    hall.do("screen.show", hall.host, view="join")
    assert view_of(hall) is ScreenView.JOIN
    last = forum_of(hall).segments[-1].id
    hall.do("forum.move", hall.host, segment=last)
    assert view_of(hall) is ScreenView.QUESTION


def test_a_chosen_view_can_be_given_up(hall: Hall) -> None:
    hall.do("screen.show", hall.host, view="thanks")
    hall.do("screen.show", hall.host, view="auto")
    assert view_of(hall) is ScreenView.QUESTION


def test_a_ballot_that_is_not_there_cannot_be_shown(hall: Hall) -> None:
    assert refused(hall, "screen.show", hall.host, view="ballot") == "no_ballot"
    assert refused(hall, "screen.show", hall.host, view="result") == "no_ballot"
    assert refused(hall, "screen.show", hall.host, view="ballot", ballot=999) == "no_ballot"
    assert refused(hall, "screen.show", hall.host, view="elsewhere") == "invalid"


def test_the_end_of_a_pause_gives_back_what_was_left(hall: Hall) -> None:
    left = forum_of(hall).ends_at - clock.now()  # type: ignore[operator]
    hall.do("forum.pause", hall.host)
    clock.advance(timedelta(minutes=3))
    hall.do("forum.resume", hall.host)
    assert forum_of(hall).ends_at - clock.now() == left  # type: ignore[operator]
