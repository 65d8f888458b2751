"""What everyone sees: the first page, the list, a forum in each state."""

from collections.abc import Sequence

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from core.permissions import Role
from participation.forums.home import Promises
from participation.forums.models import Forum, ForumState
from participation.forums.wiring import HOME_FACTS, connect_home_facts
from tests.factories import World
from tests.participation.forums.conftest import Office


class Kept:
    """A follow-up in which every forum has nine promises, eight answered, five done."""

    def promises(self, session: Session, forum_ids: Sequence[int]) -> dict[int, Promises]:
        return {number: Promises(9, 8, 5) for number in forum_ids}


def test_home_says_what_is_live_now_with_its_rings(client: FlaskClient, world: World) -> None:
    forum_id = world.forum(slug="live-one")
    for place in range(1, 6):
        world.seat(forum_id, table=1, place=place)
    world.proposal(forum_id)
    page = client.get("/").text
    assert "현장에 답이 있습니다" in page
    assert "지금 진행 중" in page
    assert "주민 5명" in page
    assert "제안 1건" in page
    assert "1번 테이블, 8자리 중 5명" in page
    assert 'action="/j"' in page
    assert 'href="/forums/live-one/observe"' in page


def test_home_without_a_live_forum_shows_the_next_one(client: FlaskClient, world: World) -> None:
    world.forum(slug="next-one", state=ForumState.ANNOUNCED)
    page = client.get("/").text
    assert "다음 토론회" in page
    assert "지금 진행 중" not in page


def test_home_on_an_empty_house_still_explains_itself(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "아직 정해진 토론회가 없습니다" in page.text


def test_home_draws_promises_only_where_there_are_some(app: Flask, client: FlaskClient, world: World) -> None:
    world.forum(state=ForumState.CLOSED)
    before = app.extensions.pop(HOME_FACTS, None)
    assert "count-mark" not in client.get("/").text
    connect_home_facts(app, Kept())
    page = client.get("/").text
    assert "약속 9건 가운데 답변 8건, 완료 5건" in page
    assert page.count("count-mark-done") == 6, "five, and one in the legend"
    app.extensions.pop(HOME_FACTS)
    if before is not None:
        app.extensions[HOME_FACTS] = before


def test_a_hall_of_many_tables_is_said_in_numbers(client: FlaskClient, world: World) -> None:
    world.forum(tables=50)
    assert "테이블 50곳 · 자리 400개" in client.get("/").text


@pytest.mark.parametrize("state", [ForumState.ANNOUNCED, ForumState.LIVE, ForumState.CLOSED])
def test_a_forum_is_open_to_everyone_once_announced(client: FlaskClient, world: World, state: ForumState) -> None:
    world.forum(slug="open-one", state=state)
    page = client.get("/forums/open-one")
    assert page.status_code == 200
    for text in ("무엇부터 바꾸면 걷고 싶어질까요?", "금곡동 주민센터 3층", "진행 순서", "나온 말은 어떻게 되나요?"):
        assert text in page.text
    assert ('href="/forums/open-one/results"' in page.text) == (state is ForumState.CLOSED)
    assert ('data-state="running"' in page.text) == (state is ForumState.LIVE)


def test_the_code_itself_is_never_on_a_public_page(client: FlaskClient, world: World) -> None:
    for slug, state in (("a-one", ForumState.ANNOUNCED), ("b-one", ForumState.LIVE)):
        forum_id = world.forum(slug=slug, state=state)
        code = world.read(lambda session, one=forum_id: session.get_one(Forum, one).code)
        assert code not in client.get(f"/forums/{slug}").text
        assert code not in client.get("/").text


@pytest.mark.parametrize(("role", "status"), [(None, 404), *((role, 200) for role in Role)])
def test_a_draft_is_seen_only_by_those_who_prepare_it(world: World, role: Role | None, status: int) -> None:
    forum_id = world.forum(slug="draft-one", state=ForumState.DRAFT)
    scope = 0 if role is Role.ADMINISTRATOR else forum_id
    person_id = world.person(role, scope=scope) if role else world.person(Role.HOST, scope=forum_id + 999)
    assert world.browser(person_id).get("/forums/draft-one").status_code == status
    assert world.browser().get("/forums/draft-one").status_code == 404


def test_who_holds_a_seat_gets_the_phone(world: World) -> None:
    forum_id = world.forum(slug="live-one")
    _, token = world.seat(forum_id)
    assert 'data-surface="phone"' in world.phone(forum_id, token).get("/forums/live-one").text
    assert 'data-surface="phone"' not in world.browser().get("/forums/live-one").text


def test_the_list_is_found_by_words_and_state(client: FlaskClient, office: Office) -> None:
    walk = office.create()
    hall = office.create(slug="hall", title_ko="비어 있는 회관", place_ko="새말동 마을회관")
    for forum_id in (walk, hall):
        office.put_in_state(forum_id, ForumState.ANNOUNCED)
    office.create(slug="secret", title_ko="아직 비밀")
    everything = client.get("/forums").text
    assert "토론회 2개" in everything
    assert "아직 비밀" not in everything
    assert "비어 있는 회관" not in client.get("/forums?q=학교+도서관").text
    assert "토론회 1개" in client.get("/forums?q=회관").text
    assert "찾으시는 토론회가 없습니다" in client.get("/forums?state=closed").text
    assert "아직 비밀" in office.browser.get("/forums?state=draft").text
    assert "아직 비밀" not in client.get("/forums?state=draft").text


@pytest.mark.parametrize(
    "query",
    [
        "q=%25",
        "q=_",
        "q=%EA%B0%80%ED",
        "page=0",
        "page=-1",
        "page=x",
        "page=99999999999",
        "state=<b>",
        "q=" + "가" * 500,
    ],
)
def test_odd_questions_get_a_page(client: FlaskClient, office: Office, query: str) -> None:
    office.put_in_state(office.create(), ForumState.ANNOUNCED)
    assert client.get(f"/forums?{query}").status_code == 200


@pytest.mark.parametrize(("path", "most"), [("/", 14), ("/forums", 4), ("/forums/live-one", 12)])
def test_pages_keep_to_their_query_budget(app: Flask, world: World, path: str, most: int) -> None:
    for number in range(6):
        world.forum(slug=f"past-{number}", state=ForumState.CLOSED)
        world.forum(slug=f"next-{number}", state=ForumState.ANNOUNCED)
    forum_id = world.forum(slug="live-one")
    world.seat(forum_id)
    asked: list[str] = []

    def note(*args: object) -> None:
        asked.append(str(args[2]))

    event.listen(world.database.read_engine, "before_cursor_execute", note)
    try:
        assert world.browser().get(path).status_code == 200
    finally:
        event.remove(world.database.read_engine, "before_cursor_execute", note)
    assert len(asked) <= most, asked


def test_english_is_whole(client: FlaskClient, world: World) -> None:
    world.forum(slug="live-one")
    client.set_cookie("locale", "en")
    for path in ("/", "/forums", "/forums/live-one", "/help", "/privacy"):
        page = client.get(path).text
        assert "The answer is where you live" in page or path != "/"
        assert "진행" not in page
