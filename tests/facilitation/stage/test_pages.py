"""The stage and the screen as pages: who opens them, what stands there, and what never does."""

import re

import pytest
from sqlalchemy.orm import Session

from core import clock
from core.permissions import Role
from facilitation.stage.fragments.screen import width_class
from participation.forums.models import Forum, ForumState, SegmentKind
from participation.proposals.models import Proposal
from policy.themes.models import Theme, ThemePlacement
from tests.facilitation.hall import NAMES, Hall
from tests.factories import World

SECRET = "골목 안쪽 그 가게 앞이 늘 막힙니다"
SHEETS = ("clock", "close", "tables/1", "segments/{segment}")


@pytest.fixture
def hall(world: World) -> Hall:
    return Hall(world)


def path(hall: Hall, rest: str) -> str:
    return f"/forums/{hall.world.slug(hall.forum)}/{rest}"


def screen(hall: Hall) -> str:
    answer = hall.world.browser().get(path(hall, "screen"))
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_host_opens_the_stage_and_nobody_else(hall: Hall) -> None:
    world = hall.world
    host = world.person(Role.HOST, scope=hall.forum)
    page = world.browser(host).get(path(hall, "stage"))
    assert page.status_code == 200
    assert "진행표" in page.text
    assert "앞 화면 미리보기" in page.text
    for person in (hall.facilitator_id, world.person(Role.STAFF)):
        assert world.browser(person).get(path(hall, "stage")).status_code == 403
    assert world.browser().get(path(hall, "stage")).status_code in (303, 403)


def test_each_sheet_is_a_page_of_its_own(hall: Hall) -> None:
    segment = hall.read(lambda s: s.get_one(Forum, hall.forum)).segment_id
    browser = hall.world.browser(hall.world.person(Role.HOST, scope=hall.forum))
    for sheet in SHEETS:
        assert browser.get(path(hall, "stage/" + sheet.format(segment=segment))).status_code == 200, sheet
    for gone in ("tables/0", "tables/4", "segments/999999", "segments/99999999999999999999"):
        assert browser.get(path(hall, "stage/" + gone)).status_code == 404, gone


def test_without_script_the_host_moves_the_room_by_a_form(hall: Hall) -> None:
    browser = hall.world.browser(hall.world.person(Role.HOST, scope=hall.forum))
    answer = browser.post(path(hall, "do/forum.pause"), data={"return_to": path(hall, "stage")})
    assert (answer.status_code, answer.location) == (303, path(hall, "stage"))
    assert "멈춘 시간" in browser.get(path(hall, "stage")).text


def test_a_call_for_help_stands_on_its_table_and_in_the_list(hall: Hall) -> None:
    hall.do("help.call", table=1, reason="dispute")
    page = hall.world.browser(hall.world.person(Role.HOST, scope=hall.forum)).get(path(hall, "stage")).text
    assert "table-card-help" in page
    assert page.count("다툼이 생겼습니다") == 2
    assert "아직 아무도 가지 않음" in page


@pytest.mark.parametrize("state", [ForumState.ANNOUNCED, ForumState.LIVE, ForumState.CLOSED])
def test_the_screen_is_open_to_everyone(world: World, state: ForumState) -> None:
    assert Hall(world, state=state).world.browser().get("/").status_code < 500
    assert screen(Hall(world, state=state))


def test_the_screen_of_a_draft_is_not_there(world: World) -> None:
    hall = Hall(world, state=ForumState.DRAFT)
    assert world.browser().get(path(hall, "screen")).status_code == 404
    assert world.browser(world.person(Role.COORDINATOR)).get(path(hall, "screen")).status_code == 200


@pytest.mark.parametrize("view", ["join", "question", "themes", "thanks"])
def test_no_view_of_the_screen_shows_a_name(hall: Hall, view: str) -> None:
    hall.propose(SECRET)
    hall.do("screen.show", hall.host, view=view)
    page = screen(hall)
    assert f'data-view="{view}"' in page
    facilitator = hall.facilitator.name
    for name in (*NAMES, facilitator):
        assert name not in page


def test_the_join_view_has_the_code_and_a_large_qr_with_quiet_around(hall: Hall) -> None:
    hall.do("screen.show", hall.host, view="join")
    page, forum = screen(hall), hall.read(lambda s: s.get_one(Forum, hall.forum))
    assert f"{forum.code[:3]} {forum.code[3:]}" in page
    assert 'class="qr"' in page
    assert "24명 중 4명" in page


def test_over_fifty_tables_the_screen_shows_numbers(world: World) -> None:
    hall = Hall(world)
    world.place(lambda s: setattr(s.get_one(Forum, hall.forum), "tables", 60))
    hall.do("screen.show", hall.host, view="join")
    page = screen(hall)
    assert "테이블 60곳 중 0곳이 찼습니다." in page
    assert "ring-on-band" not in page


def _quoted(hall: Hall) -> int:
    proposal = hall.propose(SECRET)

    def work(session: Session) -> None:
        theme = Theme(forum_id=hall.forum, label_ko="막히는 골목", origin="machine", quote_proposal_id=proposal)
        theme.created_at = clock.now()
        session.add(theme)
        session.flush()
        placement = ThemePlacement(forum_id=hall.forum, proposal_id=proposal, theme_id=theme.id, at=clock.now())
        session.add(placement)

    hall.write(work)
    return proposal


def test_themes_show_a_quotation_until_it_is_hidden(hall: Hall) -> None:
    proposal = _quoted(hall)
    hall.do("screen.show", hall.host, view="themes")
    assert SECRET in screen(hall)
    hall.do("proposal.hide", proposal=proposal, table=1, reason="shop")
    assert SECRET not in screen(hall)
    assert hall.read(lambda s: s.get_one(Proposal, proposal)).state == "hidden"


def test_a_ballot_on_the_screen_tells_turnout_and_never_votes(world: World) -> None:
    hall = Hall(world, kind=SegmentKind.PLENARY_BALLOT)
    data = {
        "title_ko": "먼저 할 일",
        "method": "approval",
        "choose": "1",
        "per_option": "1",
        "winners": "1",
        "threshold": "none",
        "tie_rule": "all_tied",
        "grace_seconds": "0",
        "options": "보도\n의자",
    }
    host = hall.world.browser(hall.world.person(Role.HOST, scope=hall.forum))
    made = host.post(path(hall, "ballots/new"), data=data)
    assert made.status_code == 303, made.text
    ballot = int(re.findall(r"/ballots/(\d+)", made.location)[0])
    hall.do("ballot.open", hall.host, ballot=ballot)
    hall.do("ballot.cast", hall.resident(1), ballot=ballot, choice=1, counter=1, key="k" * 12)
    page = screen(hall)
    assert 'data-view="ballot"' in page
    assert "4명 중 1명" in page
    assert "표</span>" not in page


def test_a_page_without_script_loads_itself_anew(hall: Hall) -> None:
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in screen(hall)


def test_long_headlines_are_drawn_smaller() -> None:
    assert width_class("짧은 질문", 48, 84) == "fit-0"
    assert width_class("가" * 30, 48, 84) == "fit-1"
    assert width_class("a" * 60, 48, 84) == "fit-1"
    assert width_class("가" * 60, 48, 84) == "fit-2"
