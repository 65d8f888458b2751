"""The page after sign-in: the right ways for each role in each state."""

import pytest

from core.permissions import Role
from participation.forums.models import ForumState
from participation.forums.work import ways_for
from tests.factories import World

SETTING_UP = ["agenda", "staffing", "setup"]
EXPECTED: dict[tuple[Role, ForumState], list[str]] = {
    (Role.COORDINATOR, ForumState.DRAFT): SETTING_UP,
    (Role.COORDINATOR, ForumState.ANNOUNCED): ["agenda", "staffing", "check-in", "setup"],
    (Role.COORDINATOR, ForumState.LIVE): ["agenda", "staffing", "check-in", "setup"],
    (Role.COORDINATOR, ForumState.CLOSED): ["results", "setup"],
    (Role.HOST, ForumState.DRAFT): [],
    (Role.HOST, ForumState.ANNOUNCED): ["stage", "check-in", "screen", "ballots"],
    (Role.HOST, ForumState.LIVE): ["stage", "check-in", "screen", "ballots"],
    (Role.HOST, ForumState.CLOSED): ["ballots", "results"],
    (Role.ANALYST, ForumState.DRAFT): [],
    (Role.ANALYST, ForumState.ANNOUNCED): [],
    (Role.ANALYST, ForumState.LIVE): ["themes"],
    (Role.ANALYST, ForumState.CLOSED): ["themes", "results"],
    (Role.STAFF, ForumState.LIVE): ["themes", "agenda", "staffing", "check-in", "setup"],
    (Role.STAFF, ForumState.CLOSED): ["themes", "results", "setup"],
    (Role.FACILITATOR, ForumState.LIVE): ["check-in"],
    (Role.OBSERVER, ForumState.LIVE): [],
}


@pytest.mark.parametrize(("role", "state"), list(EXPECTED))
def test_ways_by_role_and_state(world: World, role: Role, state: ForumState) -> None:
    forum_id = world.forum(state=state)
    actor = world.actor(forum_id, person_id=world.person(role, scope=forum_id))
    ways = ways_for(actor, forum_id, "one", state)
    assert [way.path.rpartition("/")[2] for way in ways] == EXPECTED[role, state]


def test_a_facilitator_finds_their_own_table_first(world: World) -> None:
    forum_id = world.forum(slug="live-one")
    page = world.browser(world.facilitator(forum_id, table=2)).get("/work").text
    assert 'href="/forums/live-one/tables/2"' in page
    assert 'href="/forums/live-one/tables/1"' not in page
    assert page.index("/tables/2") < page.index("/check-in")


def test_only_one_s_own_forums_are_listed(world: World) -> None:
    mine = world.forum(slug="mine")
    world.forum(slug="theirs")
    page = world.browser(world.person(Role.HOST, scope=mine)).get("/work").text
    assert "/forums/mine/stage" in page
    assert "/forums/theirs" not in page


def test_without_a_part_one_is_told_whom_to_ask(world: World) -> None:
    assert "아직 맡은 토론회가 없습니다" in world.browser(world.person()).get("/work").text


def test_nobody_is_asked_to_sign_in(world: World) -> None:
    answer = world.browser().get("/work", headers={"Accept": "text/html"})
    assert answer.headers["Location"] == "/sign-in?next=/work"


def test_signing_in_leads_to_one_s_work(world: World) -> None:
    page = world.browser().get("/sign-in").text
    assert 'name="next" value="/work"' in page
