"""Building the agenda: order, time, taking back, and what a live evening holds fast."""

import pytest

from core.errors import Conflict, Forbidden, Missing
from core.events.log import after
from core.permissions import Role
from participation.forums import clock, operations
from participation.forums.authoring import segment_draft
from participation.forums.models import Forum, ForumState, SegmentKind
from participation.forums.ready import ready_agendas
from tests.factories import World
from tests.participation.forums.conftest import Office


@pytest.fixture
def draft(office: Office) -> int:
    """A draft with the agenda of 120 minutes."""
    forum_id = office.create()
    office.use_ready(forum_id)
    return forum_id


def _live(office: Office, forum_id: int, at: int) -> list[int]:
    """Start the evening and go on to a step; the ids of all steps."""
    world, ids = office.world, office.segment_ids(forum_id)
    host = world.actor(forum_id, person_id=world.person(Role.HOST, scope=forum_id))
    world.write(lambda session: clock.start_forum(session, host, forum_id).id)
    for segment_id in ids[1 : at + 1]:
        world.write(lambda session, to=segment_id: clock.move_to(session, host, forum_id, to).id)
    return ids


@pytest.mark.parametrize("ready", list(ready_agendas().values()), ids=lambda ready: ready.key)
def test_a_ready_agenda_fits_its_time_with_every_line(office: Office, world: World, ready) -> None:  # type: ignore[no-untyped-def]
    forum_id = office.create()
    office.use_ready(forum_id, ready.key)
    segments = world.read(
        lambda session: [(one.minutes, len(one.guidance)) for one in session.get_one(Forum, forum_id).segments]
    )
    assert sum(minutes for minutes, _ in segments) == ready.minutes
    assert all(lines for _, lines in segments)


def test_a_step_is_moved_by_buttons_and_keys_through_the_same_form(office: Office, draft: int) -> None:
    before, ids = office.titles(draft), office.segment_ids(draft)
    path = f"/forums/school-walk/agenda/segments/{ids[2]}/move"
    answer = office.browser.post(path, data={"by": "-1"})
    assert answer.headers["Location"].endswith(f"#segment-{ids[2]}")
    assert office.titles(draft)[:3] == [before[0], before[2], before[1]]
    office.browser.post(path, data={"place": "0"})
    assert office.titles(draft)[0] == before[2]
    page = office.browser.get("/forums/school-walk/agenda").text
    assert "1번째로 옮겼습니다" in page


@pytest.mark.parametrize(("by", "place"), [(-99, 0), (99, 11)])
def test_a_step_never_leaves_the_agenda(office: Office, world: World, draft: int, by: int, place: int) -> None:
    moved = office.segment_ids(draft)[5]
    world.write(lambda session: operations.step_segment(session, office.actor, draft, moved, by))
    assert office.segment_ids(draft).index(moved) == place


def test_positions_stay_dense(office: Office, world: World, draft: int) -> None:
    ids = office.segment_ids(draft)
    world.write(lambda session: operations.remove_segment(session, office.actor, draft, ids[3]))
    world.write(lambda session: operations.duplicate_segment(session, office.actor, draft, ids[0]))
    positions = world.read(lambda session: [one.position for one in session.get_one(Forum, draft).segments])
    assert positions == list(range(12))
    assert office.titles(draft)[:2] == ["환영과 오늘의 약속"] * 2


def test_a_copy_holds_every_line(office: Office, world: World, draft: int) -> None:
    first = office.segment_ids(draft)[0]
    copy = world.write(lambda session: operations.duplicate_segment(session, office.actor, draft, first))
    drafts = world.read(lambda session: [segment_draft(session, draft, one) for one in (first, copy)])
    assert drafts[0] == drafts[1]


def test_every_change_is_taken_back_and_brought_again(office: Office, world: World, draft: int) -> None:
    ids, before = office.segment_ids(draft), office.titles(draft)
    lines = world.read(lambda session: segment_draft(session, draft, ids[4]))
    world.write(lambda session: operations.remove_segment(session, office.actor, draft, ids[4]))
    without = office.titles(draft)
    world.write(lambda session: operations.undo_agenda(session, office.actor, draft))
    assert office.titles(draft) == before
    again = office.segment_ids(draft)[4]
    assert world.read(lambda session: segment_draft(session, draft, again)) == lines
    world.write(lambda session: operations.undo_agenda(session, office.actor, draft))
    assert office.titles(draft) == without


def test_nothing_to_take_back_is_said(office: Office) -> None:
    office.create()
    office.browser.post("/forums/school-walk/agenda/undo")
    assert "되돌릴 변경이 없습니다" in office.browser.get("/forums/school-walk/agenda").text


def test_what_has_begun_is_neither_moved_nor_removed(office: Office, world: World, draft: int) -> None:
    ids = _live(office, draft, at=4)
    for segment_id in ids[:5]:
        for act in (
            lambda session, one=segment_id: operations.remove_segment(session, office.actor, draft, one),
            lambda session, one=segment_id: operations.move_segment(session, office.actor, draft, one, 9),
            lambda session, one=segment_id: operations.shift_minutes(session, office.actor, draft, one, 5),
        ):
            with pytest.raises(Conflict):
                world.write(act)


def test_later_steps_still_change_but_never_before_the_present_one(office: Office, world: World, draft: int) -> None:
    ids = _live(office, draft, at=4)
    assert world.write(lambda session: operations.move_segment(session, office.actor, draft, ids[9], 0)) == 5
    world.write(lambda session: operations.remove_segment(session, office.actor, draft, ids[6]))
    assert world.write(lambda session: operations.shift_minutes(session, office.actor, draft, ids[7], -5)) == 23
    forum = world.read(lambda session: session.get_one(Forum, draft))
    assert forum.segment_id == ids[4]


def test_texts_of_the_present_step_can_be_mended_but_not_its_time(office: Office, world: World, draft: int) -> None:
    ids = _live(office, draft, at=4)
    path = f"/forums/school-walk/agenda/segments/{ids[4]}"
    typed = {"kind": "table_round", "title_ko": "1라운드", "minutes": "30", "line_0_ko": "“말씀해 주세요.”"}
    assert office.browser.post(path, data={**typed, "question_ko": "무엇이 불편한가요?"}).status_code == 303
    assert office.browser.post(path, data={**typed, "minutes": "40"}).status_code == 409


def test_taking_back_never_touches_what_began_meanwhile(office: Office, world: World, draft: int) -> None:
    ids = office.segment_ids(draft)
    world.write(lambda session: operations.move_segment(session, office.actor, draft, ids[1], 8))
    _live(office, draft, at=2)
    with pytest.raises(Conflict):
        world.write(lambda session: operations.undo_agenda(session, office.actor, draft))


@pytest.mark.parametrize(("state", "may"), [(state, state is not ForumState.CLOSED) for state in ForumState])
def test_an_agenda_is_closed_with_its_forum(
    office: Office, world: World, draft: int, state: ForumState, may: bool
) -> None:
    office.put_in_state(draft, state)
    last = office.segment_ids(draft)[-1]
    if may:
        world.write(lambda session: operations.shift_minutes(session, office.actor, draft, last, 1))
    else:
        with pytest.raises(Conflict):
            world.write(lambda session: operations.shift_minutes(session, office.actor, draft, last, 1))


@pytest.mark.parametrize("role", list(Role))
def test_who_may_build(office: Office, world: World, draft: int, role: Role) -> None:
    scope = 0 if role is Role.ADMINISTRATOR else draft
    person_id = world.person(role, scope=scope)
    last, may = office.segment_ids(draft)[-1], role in (Role.ADMINISTRATOR, Role.STAFF, Role.COORDINATOR)
    page = world.browser(person_id).get("/forums/school-walk/agenda")
    assert page.status_code == (200 if may else 403)
    if not may:
        actor = world.actor(draft, person_id=person_id)
        with pytest.raises(Forbidden):
            world.write(lambda session: operations.remove_segment(session, actor, draft, last))


def test_a_step_of_another_forum_is_not_there(office: Office, world: World, draft: int) -> None:
    other = world.forum()
    theirs = office.segment_ids(other)[3]
    with pytest.raises(Missing):
        world.write(lambda session: operations.remove_segment(session, office.actor, draft, theirs))
    assert office.browser.get(f"/forums/school-walk/agenda/segments/{theirs}").status_code == 404


def test_a_live_change_is_in_the_log(office: Office, world: World, draft: int) -> None:
    last = office.segment_ids(draft)[-1]
    world.write(lambda session: operations.shift_minutes(session, office.actor, draft, last, 1))
    entries = world.read(lambda session: after(session, draft, 0, ["forum.configured"]))
    assert [entry.actor for entry in entries][-1] == f"person:{office.person_id}"


SEGMENT = {"kind": "table_round", "title_ko": "1라운드", "minutes": "30"}
BAD = {
    "no name": {"title_ko": ""},
    "overlong question": {"question_ko": "가" * 201},
    "no such kind": {"kind": "party"},
    "no minutes": {"minutes": ""},
    "minutes in words": {"minutes": "<b>서른</b>"},
    "too many minutes": {"minutes": "241"},
    "overlong line": {"line_0_ko": "가" * 301},
    "seconds in words": {"line_0_ko": "말", "line_0_seconds": "1분"},
    "seconds too many": {"line_1_ko": "말", "line_1_seconds": "99999"},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_bad_step_is_refused_in_words_and_kept(office: Office, draft: int, bad: dict[str, str]) -> None:
    first = office.segment_ids(draft)[0]
    typed = {**SEGMENT, "line_2_ko": "“이 말은 남습니다.”", **bad}
    page = office.browser.post(f"/forums/school-walk/agenda/segments/{first}", data=typed)
    assert page.status_code == 422
    assert "이 말은 남습니다" in page.text
    assert office.titles(draft)[0] == "환영과 오늘의 약속"


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("segments", {"kind": "party"}),
        ("segments", {}),
        ("segments/{id}/move", {"by": "둘"}),
        ("segments/{id}/move", {"place": "9" * 30}),
        ("segments/{id}/minutes", {"by": ""}),
        ("segments/{id}/minutes", {"by": "1e3"}),
        ("ready", {}),
    ],
)
def test_a_bad_act_is_said_on_the_page(office: Office, draft: int, path: str, data: dict[str, str]) -> None:
    before = office.titles(draft)
    first = office.segment_ids(draft)[0]
    answer = office.browser.post(f"/forums/school-walk/agenda/{path.format(id=first)}", data=data)
    assert answer.status_code == 303
    assert "notice-error" in office.browser.get("/forums/school-walk/agenda").text
    assert office.titles(draft) == before


def test_an_agenda_has_an_end(office: Office, world: World, draft: int) -> None:
    for _ in range(28):
        answer = office.browser.post("/forums/school-walk/agenda/segments", data={"kind": SegmentKind.BREAK.value})
        assert answer.status_code == 303
    assert len(office.titles(draft)) == 40
    office.browser.post("/forums/school-walk/agenda/segments", data={"kind": "break"})
    assert len(office.titles(draft)) == 40
    assert "40개까지" in office.browser.get("/forums/school-walk/agenda").text
