"""Making a forum, changing its facts, announcing it: who may, and what is refused in words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.errors import Conflict, DomainError, Forbidden, Invalid
from core.events.log import after
from core.permissions import NOBODY, Role
from participation.forums import operations
from participation.forums.codes import ALPHABET
from participation.forums.models import Forum, ForumState
from tests.factories import World
from tests.participation.forums.conftest import FACTS, TYPED, Office


def test_a_new_forum_is_a_draft_with_code_token_and_the_city_s_day(office: Office, world: World) -> None:
    forum_id = office.create(starts_at=datetime(2026, 12, 9, 16, 0, tzinfo=UTC))
    forum = world.read(lambda session: session.get_one(Forum, forum_id))
    assert forum.state == ForumState.DRAFT
    assert str(forum.held_on) == "2026-12-10", "one in the morning of the tenth in the city"
    assert len(forum.code) == 6
    assert set(forum.code) <= set(ALPHABET)
    assert len(forum.join_token) >= 22, "128 bits"
    kinds = world.read(lambda session: [entry.event.kind for entry in after(session, forum_id, 0, ["forum.created"])])
    assert kinds == ["forum.created"]


def test_an_address_is_made_from_the_english_title_or_the_day(office: Office, world: World) -> None:
    named, unnamed, again = office.create(slug=""), office.create(slug="", title_en=""), office.create(slug="")
    assert world.slug(named) == "a-good-walk-to-school"
    assert world.slug(unnamed) == "forum-20261210"
    assert world.slug(again) == "a-good-walk-to-school-2"


@pytest.mark.parametrize("slug", ["ab", "School", "학교-길", "a--b", "-ab", "new", "a/b", "school walk"])
def test_an_address_of_the_wrong_shape_is_refused(office: Office, slug: str) -> None:
    with pytest.raises(Invalid) as refusal:
        office.create(slug=slug)
    assert "slug" in refusal.value.fields


def test_a_taken_address_is_refused_with_one_that_is_free(office: Office) -> None:
    office.create()
    with pytest.raises(Conflict) as refusal:
        office.create()
    assert "school-walk-2" in str(refusal.value.message)


@pytest.mark.parametrize(
    ("role", "may"), [(Role.ADMINISTRATOR, True), (Role.STAFF, True), (Role.COORDINATOR, True)]
    + [(role, False) for role in (Role.HOST, Role.FACILITATOR, Role.ANALYST, Role.OBSERVER)],
)  # fmt: skip
def test_who_may_make_a_forum(world: World, role: Role, may: bool) -> None:
    actor = world.actor(None, person_id=world.person(role))
    if may:
        assert world.write(lambda session: operations.create_forum(session, actor, FACTS))
    else:
        with pytest.raises(Forbidden):
            world.write(lambda session: operations.create_forum(session, actor, FACTS))


@pytest.mark.parametrize("state", list(ForumState))
@pytest.mark.parametrize("role", [*Role, None])
def test_who_may_change_the_texts_of_a_forum(
    world: World, office: Office, role: Role | None, state: ForumState
) -> None:
    forum_id = office.create()
    office.put_in_state(forum_id, state)
    scope = 0 if role is Role.ADMINISTRATOR else forum_id
    actor = world.actor(forum_id, person_id=world.person(role, scope=scope)) if role else NOBODY
    mine = Office(world, 0, actor, office.browser)
    if role in (Role.ADMINISTRATOR, Role.STAFF, Role.COORDINATOR):
        assert mine.configure(forum_id, summary_ko="새 소개") == "school-walk"
    else:
        with pytest.raises(Forbidden):
            mine.configure(forum_id, summary_ko="새 소개")


LATER = FACTS.starts_at + timedelta(days=1)
CHANGES: dict[str, dict[str, Any]] = {
    "slug": {"slug": "other-walk"},
    "day": {"starts_at": LATER},
    "room": {"tables": 7},
    "texts": {"title_ko": "새 제목"},
}
ALLOWED = {
    ForumState.DRAFT: {"slug", "day", "room", "texts"},
    ForumState.ANNOUNCED: {"day", "room", "texts"},
    ForumState.LIVE: {"room", "texts"},
    ForumState.CLOSED: {"texts"},
}


@pytest.mark.parametrize("state", list(ForumState))
@pytest.mark.parametrize("what", list(CHANGES))
def test_what_may_still_change_in_each_state(office: Office, state: ForumState, what: str) -> None:
    forum_id = office.create()
    office.put_in_state(forum_id, state)
    if what in ALLOWED[state]:
        office.configure(forum_id, **CHANGES[what])
    else:
        with pytest.raises(Conflict) as refusal:
            office.configure(forum_id, **CHANGES[what])
        assert refusal.value.fields, "the sentence stands at its field"


@pytest.mark.parametrize(("change", "field"), [({"tables": 4}, "tables"), ({"seats_per_table": 5}, "seats_per_table")])
def test_taken_seats_cannot_go_away(office: Office, world: World, change: dict[str, int], field: str) -> None:
    forum_id = office.create()
    world.seat(forum_id, table=5, place=6)
    with pytest.raises(Conflict) as refusal:
        office.configure(forum_id, **change)
    assert list(refusal.value.fields) == [field]
    assert office.configure(forum_id, tables=5, seats_per_table=6)


def test_a_table_with_a_facilitator_cannot_go_away(office: Office, world: World) -> None:
    forum_id = office.create()
    world.facilitator(forum_id, table=6)
    with pytest.raises(Conflict):
        office.configure(forum_id, tables=5)


def test_the_day_cannot_move_out_of_a_facilitator_s_certificate(office: Office, world: World) -> None:
    forum_id = office.create()
    world.facilitator(forum_id, table=1)
    with pytest.raises(Conflict) as refusal:
        office.configure(forum_id, starts_at=datetime(2028, 3, 1, 10, 0, tzinfo=UTC))
    assert "수료증" in str(refusal.value.message)
    office.configure(forum_id, starts_at=LATER)


def test_an_empty_agenda_is_not_announced(office: Office, world: World) -> None:
    forum_id = office.create()
    with pytest.raises(Conflict):
        world.write(lambda session: operations.announce_forum(session, office.actor, forum_id))
    office.use_ready(forum_id)
    world.write(lambda session: operations.announce_forum(session, office.actor, forum_id))
    with pytest.raises(Conflict):
        world.write(lambda session: operations.announce_forum(session, office.actor, forum_id))


def test_the_form_makes_a_forum_with_its_agenda_at_the_city_s_hour(office: Office, world: World) -> None:
    answer = office.browser.post("/forums/new", data=TYPED)
    assert answer.headers["Location"] == "/forums/school-walk/agenda"
    page = office.browser.get("/forums/school-walk/agenda").text
    assert "1라운드" in page
    forum = world.read(lambda session: session.query(Forum).one())
    assert forum.starts_at == datetime(2026, 12, 10, 10, 0, tzinfo=UTC)


BAD = {
    "missing": {"title_ko": ""},
    "overlong": {"title_ko": "가" * 121},
    "half a syllable and controls only": {"title_ko": "\x00\u200b\ud83d".encode("utf-8", "ignore").decode()},
    "no such day": {"day": "2026-02-30"},
    "a day in words": {"day": "내일"},
    "a day that is over": {"day": "2026-11-01"},
    "a far day": {"day": "9999-12-31"},
    "no such hour": {"at": "25:00"},
    "an hour with a zone": {"at": "19:00+09:00"},
    "too many tables": {"tables": "201"},
    "a number in words": {"tables": "여섯"},
    "a huge number": {"seats_per_table": "9" * 40},
    "minutes below zero": {"planned_minutes": "-5"},
    "a hostile address": {"slug": "../../etc/passwd"},
    "no such agenda": {"ready": "=cmd|' /C calc'!A0"},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_bad_input_is_said_in_words_and_nothing_typed_is_lost(office: Office, bad: dict[str, str]) -> None:
    page = office.browser.post(
        "/forums/new", data={**TYPED, "summary_ko": "<script>이 소개는 남습니다</script>", **bad}
    )
    assert page.status_code in (409, 422)
    assert "field-error" in page.text or "notice-error" in page.text
    assert "&lt;script&gt;이 소개는 남습니다" in page.text
    assert "<script>이" not in page.text


def test_a_refused_change_keeps_what_was_typed_at_its_field(office: Office, world: World) -> None:
    forum_id = office.create()
    world.seat(forum_id, table=5, place=1)
    page = office.browser.post("/forums/school-walk/setup", data={**TYPED, "tables": "3", "title_ko": "바꾼 제목"})
    assert page.status_code == 409
    assert "바꾼 제목" in page.text
    assert "5번 테이블에 이미 앉은 분" in page.text


def test_refusals_are_domain_errors_with_a_sentence(office: Office) -> None:
    with pytest.raises(DomainError) as refusal:
        office.create(slug="x")
    assert str(refusal.value.message).endswith("school-walk")
