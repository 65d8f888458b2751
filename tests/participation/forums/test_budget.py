"""The time budget: whether an evening fits, what to shorten, what each resident gets."""

import pytest

from participation.forums import operations
from participation.forums.budget import Budget, budget_of
from participation.forums.queries import the_forum
from tests.factories import World
from tests.participation.forums.conftest import Office


def _budget(world: World, forum_id: int) -> Budget:
    return world.read(lambda session: budget_of(the_forum(session, forum_id)))


def test_the_ready_agenda_fits(office: Office, world: World) -> None:
    forum_id = office.create()
    office.use_ready(forum_id)
    budget = _budget(world, forum_id)
    assert (budget.used, budget.over, budget.left, budget.cuts, budget.overfull) == (120, 0, 0, (), ())


def test_the_step_with_the_most_to_spare_is_named_first(office: Office, world: World) -> None:
    forum_id = office.create(planned_minutes=110)
    office.use_ready(forum_id)
    budget = _budget(world, forum_id)
    assert budget.over == 10
    assert [(cut.segment.title, cut.segment.minutes, cut.to) for cut in budget.cuts] == [
        ("1라운드 · 지금 불편한 것", 30, 20)
    ]
    office.browser.get("/forums/school-walk/agenda")


def test_a_round_is_never_cut_below_a_turn_for_each(office: Office, world: World) -> None:
    forum_id = office.create(planned_minutes=60, seats_per_table=12)
    office.use_ready(forum_id)
    budget = _budget(world, forum_id)
    assert all(cut.to >= 24 for cut in budget.cuts if cut.segment.title.startswith(("1라운드", "2라운드")))
    assert not budget.is_enough
    page = office.browser.get("/forums/school-walk/agenda").text
    assert "60분이 넘칩니다" in page
    assert "순서를 하나 빼거나" in page


@pytest.mark.parametrize(("seats", "full", "short"), [(8, True, False), (12, False, False), (20, False, False)])
def test_each_resident_s_share_of_a_round(office: Office, world: World, seats: int, full: bool, short: bool) -> None:
    forum_id = office.create(seats_per_table=seats)
    office.use_ready(forum_id)
    main = _budget(world, forum_id).rounds[1]
    assert main.seconds_each == 960 // seats
    assert (main.is_full, main.is_too_short) == (full, short)


def test_lines_longer_than_their_step_are_named(office: Office, world: World) -> None:
    forum_id = office.create()
    office.use_ready(forum_id)
    first = office.segment_ids(forum_id)[0]
    world.write(lambda session: operations.shift_minutes(session, office.actor, forum_id, first, -2))
    assert [one.id for one in _budget(world, forum_id).overfull] == [first]
