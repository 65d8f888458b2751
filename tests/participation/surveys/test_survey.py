"""The survey: once for each seat, under ids that lead to nobody, in numbers only where five answered."""

import pytest
from sqlalchemy import select

from core.errors import Conflict, DomainError, Forbidden, Invalid
from core.events.models import Entry, Receipt
from core.live.regions import apply_regions, drawn_for_all
from core.permissions import NOBODY, Role
from participation.forums.models import Forum, SegmentKind
from participation.seats.phone import PHONE
from participation.surveys import operations, queries
from participation.surveys.models import QuestionKind, SurveyAnswer
from participation.surveys.ready import Question, ready_questions
from tests.factories import World


def in_survey(world: World) -> tuple[int, int]:
    forum = world.forum(kind=SegmentKind.SURVEY)
    return forum, world.read(lambda session: session.get_one(Forum, forum).segment_id) or 0


def answer(world: World, forum: int, segment: int, token: str, given: dict[int, str]) -> int:
    actor = world.actor(forum, token=token)
    return world.write(lambda session: operations.answer_survey(session, actor, forum, segment, given))


def test_the_ready_questions_are_five_in_both_languages() -> None:
    ready = ready_questions()
    assert len({question.question_ko for question in ready}) == len({question.question_en for question in ready}) == 5


def test_answers_are_kept_once_and_lead_to_no_seat(world: World) -> None:
    forum, segment = in_survey(world)
    seat, token = world.seat(forum)
    phone = world.phone(forum, token)
    data = {"segment": segment, "answer_1": "5", "answer_3": "2"}
    for _ in range(2):
        sent = phone.post(f"/live/{forum}/do/survey.answer", json={"key": "k" * 32, "data": data})
        assert sent.get_json()["ok"], sent.get_json()
    rows = world.read(lambda session: list(session.scalars(select(SurveyAnswer))))
    assert sorted((row.position, row.value) for row in rows) == [(1, 5), (3, 2)]
    assert {column.name for column in SurveyAnswer.__table__.columns} == {
        "id", "forum_id", "segment_id", "position", "value", "text",
    }  # fmt: skip
    assert world.read(lambda session: list(session.scalars(select(Receipt)))) == []
    (entry,) = world.read(lambda session: list(session.scalars(select(Entry))))
    assert entry.payload == {"seat": seat, "segment": segment}
    assert world.read(lambda session: queries.count_answered(session, segment)) == 1


def test_numbers_are_shown_only_from_five_answers_on(world: World) -> None:
    forum, segment = in_survey(world)
    tokens = [world.seat(forum, place=place)[1] for place in range(1, 6)]
    for token in tokens[:4]:
        answer(world, forum, segment, token, {1: "4", 2: "1"})
    assert world.read(lambda session: queries.answers(session, forum)) == []
    answer(world, forum, segment, tokens[4], {1: "2"})
    (one,) = world.read(lambda session: queries.answers(session, forum))
    assert (one.question.position, one.n, one.counts) == (1, 5, (0, 1, 0, 4, 0))
    assert one.mean == pytest.approx(3.6)


@pytest.mark.parametrize("given", [{}, {1: ""}, {9: "1"}])
def test_nothing_answered_is_said(world: World, given: dict[int, str]) -> None:
    forum, segment = in_survey(world)
    with pytest.raises(Invalid):
        answer(world, forum, segment, world.seat(forum)[1], given)


@pytest.mark.parametrize("value", ["0", "6", "x", "5.0", "=1", "<b>"])
def test_an_answer_that_is_not_on_the_scale_is_refused(world: World, value: str) -> None:
    forum, segment = in_survey(world)
    phone = world.phone(forum, world.seat(forum)[1])
    data = {"segment": segment, "answer_1": value}
    assert phone.post(f"/live/{forum}/do/survey.answer", json={"data": data}).status_code == 422


def test_only_in_its_own_step_and_only_with_a_seat(world: World) -> None:
    forum, segment = in_survey(world)
    other = world.forum()
    with pytest.raises(Forbidden):
        world.write(lambda session: operations.answer_survey(session, NOBODY, forum, segment, {1: "1"}))
    with pytest.raises(Conflict):
        answer(world, other, segment, world.seat(other)[1], {1: "1"})


def test_a_forum_asks_its_own_questions_until_someone_has_answered(world: World) -> None:
    forum, segment = in_survey(world)
    designer = world.actor(forum, person_id=world.person(Role.COORDINATOR))
    own = [
        Question(1, QuestionKind.TEXT, "오늘 가장 좋았던 말은?", ""),
        Question(2, QuestionKind.SCALE, "또 오시겠어요?", "Again?"),
    ]
    world.write(lambda session: operations.choose_questions(session, designer, forum, own))
    asked = world.read(lambda session: queries.questions(session, forum))
    assert [question.question_ko for question in asked] == ["오늘 가장 좋았던 말은?", "또 오시겠어요?"]
    token = world.seat(forum)[1]
    with pytest.raises(Invalid):
        answer(world, forum, segment, token, {1: "제 번호는 010-1234-5678"})
    answer(world, forum, segment, token, {1: "서로 들어 준 것", 2: "5"})
    with pytest.raises(Conflict):
        world.write(lambda session: operations.choose_questions(session, designer, forum, []))


@pytest.mark.parametrize(
    ("role", "may"), [(Role.COORDINATOR, True), (Role.STAFF, True), (Role.HOST, False), (None, False)]
)
def test_who_may_choose_the_questions(world: World, role: Role | None, may: bool) -> None:
    forum = world.forum()
    actor = world.actor(forum, person_id=world.person(role, scope=forum)) if role else NOBODY
    if may:
        world.write(lambda session: operations.choose_questions(session, actor, forum, []))
    else:
        with pytest.raises(DomainError) as refused:
            world.write(lambda session: operations.choose_questions(session, actor, forum, []))
        assert refused.value.status == 403


def test_the_phone_asks_then_thanks_and_the_live_page_follows(world: World) -> None:
    forum, segment = in_survey(world)
    seat, token = world.seat(forum)
    slug, phone = world.slug(forum), world.phone(forum, token)
    assert "답 보내기" in phone.get(f"/forums/{slug}").get_data(as_text=True)
    with drawn_for_all(), world.database.reading() as session:
        before = {region.name: region for region in PHONE.snapshot(session, forum, (1, seat))}
    recorded: list[object] = []
    world.database.listen(lambda items: recorded.extend(item.event for item in items))
    data = {"segment": segment, "answer_1": "5", "return_to": f"/forums/{slug}"}
    assert phone.post(f"/forums/{slug}/do/survey.answer", data=data).status_code == 303
    assert "data-survey-form hidden" in phone.get(f"/forums/{slug}").get_data(as_text=True)
    with drawn_for_all(), world.database.reading() as session:
        names = [name for event in recorded for name in PHONE.touched(event)]  # type: ignore[arg-type]
        after = apply_regions(before, [PHONE.draw(session, forum, name) for name in names])
        assert after == {region.name: region for region in PHONE.snapshot(session, forum, (1, seat)) if region.html} | {
            name: region for name, region in before.items() if not region.html
        }


def test_the_page_of_questions_keeps_what_was_typed_and_shows_the_answers(world: World) -> None:
    forum, segment = in_survey(world)
    slug, designer = world.slug(forum), world.browser(world.person(Role.COORDINATOR))
    assert "나는 오늘 주제에 대해 잘 알고 있다." in designer.get(f"/forums/{slug}/survey").get_data(as_text=True)
    data = {f"kind_{n}": "scale" for n in range(1, 9)} | {"question_1_ko": "편안하셨나요?", "question_2_ko": "x" * 300}
    refused = designer.post(f"/forums/{slug}/survey", data=data)
    assert refused.status_code == 422
    assert "편안하셨나요?" in refused.get_data(as_text=True)
    assert designer.post(f"/forums/{slug}/survey", data=data | {"question_2_ko": ""}).status_code == 303
    for place in range(1, 6):
        answer(world, forum, segment, world.seat(forum, place=place)[1], {1: "5"})
    shown = designer.get(f"/forums/{slug}/survey").get_data(as_text=True)
    assert "5명이 답함" in shown
    assert "답한 분이 있어 물음을 바꿀 수 없습니다." in shown


def test_setting_a_forum_up_leads_to_its_questions_and_back(world: World) -> None:
    slug, designer = world.slug(world.forum()), world.browser(world.person(Role.COORDINATOR))
    assert f'href="/forums/{slug}/survey"' in designer.get(f"/forums/{slug}/setup").get_data(as_text=True)
    assert f'href="/forums/{slug}/setup"' in designer.get(f"/forums/{slug}/survey").get_data(as_text=True)
