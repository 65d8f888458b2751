"""The pages of themes: who sees them, what they show, that every act works without script, how much they ask."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy
from flask.testing import FlaskClient

from core import clock
from core.permissions import Role
from participation.forums.models import Forum, ForumState
from participation.proposals.models import Proposal, ProposalVersion
from policy.themes import operations
from policy.themes.models import PlacedBy, Theme, ThemePlacement
from policy.themes.queries.finding import holds, initials
from tests.policy.themes.conftest import DeskWorld
from tests.real_data import petitions

QUERIES_OF_A_DESK = 60


@pytest.fixture
def browser(desk: DeskWorld) -> FlaskClient:
    return desk.world.browser(desk.analyst_id)


def page(browser: FlaskClient, desk: DeskWorld, **asked: Any) -> str:
    response = browser.get(f"/forums/{desk.slug}/themes", query_string=asked)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def opened(html: str) -> str:
    """The column of the open theme alone."""
    return html[html.index('<article class="open-theme') : html.index("</article>")]


@contextmanager
def counted(desk: DeskWorld) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    engines = (desk.world.database.read_engine, desk.world.database.write_engine)
    for engine in engines:
        sqlalchemy.event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        for engine in engines:
            sqlalchemy.event.remove(engine, "before_cursor_execute", note)


SEES = {
    Role.ANALYST: 200,
    Role.STAFF: 200,
    Role.ADMINISTRATOR: 200,
    Role.COORDINATOR: 403,
    Role.HOST: 403,
    Role.FACILITATOR: 403,
}


@pytest.mark.parametrize("role", SEES)
def test_the_desk_is_for_those_who_analyse(desk: DeskWorld, role: Role) -> None:
    browser = desk.world.browser(desk.world.person(role))
    assert browser.get(f"/forums/{desk.slug}/themes").status_code == SEES[role]


def test_a_stranger_is_asked_to_sign_in_until_the_themes_are_public(desk: DeskWorld, client: FlaskClient) -> None:
    path = f"/forums/{desk.slug}/themes"
    assert client.get(path).status_code == 303
    desk.make("밤길", desk.say("가로등을 밝게", table=2))
    desk.drain()
    desk.act(lambda session: operations.freeze_version(session, desk.analyst, desk.forum_id))
    assert client.get(path).status_code == 303
    desk.world.place(lambda session: setattr(session.get_one(Forum, desk.forum_id), "state", ForumState.CLOSED))
    shown = client.get(path).get_data(as_text=True)
    assert "밤길" in shown
    assert "가로등을 밝게" not in shown, "only a sentence that an analyst picked is quoted"


def test_the_desk_says_what_it_is_before_anything_was_said(desk: DeskWorld, browser: FlaskClient) -> None:
    html = page(browser, desk)
    assert "아직 들어온 제안이 없습니다." in html
    assert "지금 확인할 것이 없습니다." in html


def test_a_strong_idea_of_a_single_table_is_shown_as_such(desk: DeskWorld, browser: FlaskClient) -> None:
    theme_id = desk.make("한 테이블 이야기", *[desk.say(f"정자를 고쳐 주세요 {n}", table=3) for n in range(4)])
    html = page(browser, desk, theme=theme_id)
    assert "한 테이블에서만 나왔습니다" in opened(html)
    assert 'aria-label="테이블 8곳 중 1곳"' in html


def test_a_hidden_proposal_is_masked_with_its_reason(desk: DeskWorld, browser: FlaskClient) -> None:
    theme_id = desk.make("묶음", desk.say("부르면 곤란한 말"), desk.say("괜찮은 말"))
    hidden = desk.say("가려질 못 정한 말")
    desk.drain()
    for one in (desk.place_of(hidden).proposal_id, hidden - 2):
        desk.hide(one)
    html = page(browser, desk, theme=theme_id)
    assert "부르면 곤란한 말" not in html
    assert "가려질 못 정한 말" not in html
    assert "가린 제안입니다. 전화번호" in html
    assert "괜찮은 말" in html


FOUND = {
    "횡단": ["횡단보도 초록불이 짧아요"],
    "ㅎㄷㅂㄷ": ["횡단보도 초록불이 짧아요"],
    "공원": ["공원에 의자를"],
    "초록불 짧": ["횡단보도 초록불이 짧아요"],
    "없는말": [],
    "%": [],
}


@pytest.mark.parametrize("words", FOUND)
def test_words_and_initial_consonants_find_proposals_in_all_themes(
    desk: DeskWorld, browser: FlaskClient, words: str
) -> None:
    desk.make("하나", desk.say("횡단보도 초록불이 짧아요"))
    desk.make("둘", desk.say("공원에 의자를"))
    shown = opened(page(browser, desk, q=words))
    for text in ("횡단보도 초록불이 짧아요", "공원에 의자를"):
        assert (text in shown) == (text in FOUND[words])


def test_initials_are_those_of_each_syllable() -> None:
    assert initials("횡단보도 A1") == "ㅎㄷㅂㄷ A1"
    assert holds("시장 앞 횡단보도", "ㅅㅈ ㅎㄷ")
    assert not holds("시장 앞 횡단보도", "ㄱㄴ")


def test_tables_and_origins_narrow_what_is_shown(desk: DeskWorld, browser: FlaskClient) -> None:
    theme_id = desk.make("묶음", desk.say("둘째 자리의 말", table=2), desk.say("셋째 자리의 말", table=3))
    shown = opened(page(browser, desk, theme=theme_id, table=3))
    assert "셋째 자리의 말" in shown
    assert "둘째 자리의 말" not in shown
    assert "둘째 자리의 말" not in opened(page(browser, desk, theme=theme_id, origin="spoken"))


@pytest.mark.parametrize(
    "asked",
    [{"theme": "x"}, {"theme": "9" * 30}, {"page": "-3"}, {"page": "99999"}, {"table": "<script>"}, {"sort": "'--"}],
)
def test_odd_questions_are_answered_all_the_same(desk: DeskWorld, browser: FlaskClient, asked: dict[str, str]) -> None:
    desk.make("묶음", desk.say("제안"))
    assert "<script>" not in opened(page(browser, desk, **asked))


ACTS = {
    "theme.move": {"proposals": "{one}", "to": "{other}"},
    "theme.both": {"proposal": "{one}", "first": "{theme}", "second": "{other}"},
    "theme.make": {"label": "새 묶음", "proposals": "{one}"},
    "theme.split": {"source": "{theme}", "label": "나눈 것", "proposals": "{one}"},
    "theme.merge": {"theme": "{theme}", "source": "{other}"},
    "theme.rename": {"theme": "{theme}", "label": "다른 이름"},
    "theme.pin": {"theme": "{theme}", "on": ""},
    "theme.review": {"theme": "{theme}", "on": "1"},
    "theme.quote": {"theme": "{theme}", "proposal": "{one}"},
    "theme.claim": {"proposal": "{one}"},
    "theme.release": {"proposal": "{one}"},
    "theme.freeze": {},
    "theme.regroup": {},
    "theme.undo": {},
}


@pytest.mark.parametrize("name", ACTS)
def test_every_act_works_as_a_plain_form(desk: DeskWorld, browser: FlaskClient, name: str) -> None:
    one = desk.say("가로등을 밝게")
    theme, other = desk.make("밤길", one), desk.make("버스", desk.say("버스를 자주"))
    names = {"one": one, "theme": theme, "other": other}
    fields = {key: value.format(**names) for key, value in ACTS[name].items()}
    back = f"/forums/{desk.slug}/themes?theme={theme}"
    answer = browser.post(f"/forums/{desk.slug}/do/{name}", data={**fields, "return_to": back})
    assert (answer.status_code, answer.location) == (303, back)
    assert 'class="flash"' in page(browser, desk, theme=theme)


BAD = [
    ("theme.move", {"to": "1"}),
    ("theme.move", {"proposals": "x", "to": "1"}),
    ("theme.move", {"proposals": "9" * 40, "to": "1"}),
    ("theme.make", {"label": ""}),
    ("theme.make", {"label": "가" * 61}),
    ("theme.rename", {"theme": "1", "label": "\u0000\u200b"}),
    ("theme.rename", {"theme": "-1", "label": "이름"}),
    ("theme.merge", {"theme": "1"}),
    ("theme.suggestion", {"suggestion": "1", "answer": "maybe"}),
    ("theme.quote", {"theme": "abc"}),
]


@pytest.mark.parametrize(("name", "fields"), BAD)
def test_bad_input_is_refused_in_words(
    desk: DeskWorld, browser: FlaskClient, name: str, fields: dict[str, str]
) -> None:
    answer = browser.post(f"/forums/{desk.slug}/do/{name}", data=fields)
    assert 400 <= answer.status_code < 500
    assert re.search("[가-힣]{2}", answer.get_data(as_text=True))


def test_two_hundred_at_once_and_no_more(desk: DeskWorld, browser: FlaskClient) -> None:
    many = {"proposals": [str(n) for n in range(1, 202)], "to": "0"}
    answer = browser.post(f"/forums/{desk.slug}/do/theme.move", data=many)
    assert answer.status_code == 422


def test_the_freeze_question_is_a_page_as_well(desk: DeskWorld, browser: FlaskClient) -> None:
    html = browser.get(f"/forums/{desk.slug}/themes/freeze").get_data(as_text=True)
    assert f'action="/forums/{desk.slug}/do/theme.freeze"' in html


def _fill(desk: DeskWorld, texts: list[str]) -> None:
    """Many proposals in eight themes, written at once."""

    def work(session: Any) -> None:
        themes = [
            Theme(forum_id=desk.forum_id, label_ko=f"묶음 {n}", origin="machine", created_at=clock.now())
            for n in range(8)
        ]
        session.add_all(themes)
        session.flush()
        for number, text in enumerate(texts):
            proposal = Proposal(forum_id=desk.forum_id, table_number=number % 8 + 1, origin="phone")
            proposal.created_at = clock.now()
            proposal.versions = [ProposalVersion(number=1, text=text, salt="s", by="seat", at=clock.now())]
            session.add(proposal)
            session.flush()
            row = ThemePlacement(proposal_id=proposal.id, forum_id=desk.forum_id, placed_by=PlacedBy.MACHINE)
            row.theme_id = themes[number % 8].id if number % 9 else None
            row.at, row.words, row.nearest, row.confidence = clock.now(), [["말", 0.4]], [proposal.id], 0.5
            session.add(row)

    desk.world.place(work)


def test_the_desk_asks_no_more_with_four_hundred_proposals_than_with_forty(
    desk: DeskWorld, browser: FlaskClient
) -> None:
    _fill(desk, [f"제안 {n}" for n in range(40)])
    with counted(desk) as few:
        page(browser, desk)
    _fill(desk, [f"제안 {n}" for n in range(400)])
    with counted(desk) as many:
        html = page(browser, desk)
    assert len(many) <= len(few) + 1 <= QUERIES_OF_A_DESK
    assert html.count('class="stream-item"') == 30
    assert html.count('<li class="member') <= 50


@pytest.mark.real_data
def test_a_thousand_real_petitions_are_placed_and_the_desk_answers(desk: DeskWorld, browser: FlaskClient) -> None:
    texts = [row["text"][:200] for row in petitions()[:1000]]

    def work(session: Any) -> None:
        for number, text in enumerate(texts):
            proposal = Proposal(forum_id=desk.forum_id, table_number=number % 8 + 1, origin="phone")
            proposal.created_at = clock.now()
            proposal.versions = [ProposalVersion(number=1, text=text, salt="s", by="seat", at=clock.now())]
            session.add(proposal)

    desk.world.place(work)
    desk.say("마지막 한 건")
    desk.drain()
    with counted(desk) as asked:
        html = page(browser, desk)
    assert len(asked) <= QUERIES_OF_A_DESK
    assert len(html) < 400_000
    assert html.count("data-theme=") >= 6
    assert opened(html).count('<li class="member') <= 50
    second = opened(page(browser, desk, theme=desk.theme_ids()[0], page=2))
    assert "<li" in second
