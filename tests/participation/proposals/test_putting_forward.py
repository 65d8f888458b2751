"""Putting proposals forward: who, when, in which round, what a text may carry, once for each key."""

from collections.abc import Callable

import pytest

from core.db.work import ClientKey
from core.errors import Conflict, DomainError, Forbidden, Invalid, Missing, TooLate
from core.events.log import after
from core.permissions import NOBODY, Role
from participation.forums import clock as evening
from participation.forums.models import Forum, ForumState, Segment, SegmentKind
from participation.proposals import operations, queries
from participation.proposals.models import Proposal, ProposalOrigin, ProposalState
from participation.proposals.operations import Capture
from participation.seats.models import Seat
from participation.seats.operations import take_over
from tests.factories import World

TEXT = "시장 앞 횡단보도 초록불을 5초만 늘려 주세요."


def segment_of(world: World, forum_id: int, kind: SegmentKind) -> int:
    return world.read(lambda session: next(s.id for s in session.get_one(Forum, forum_id).segments if s.kind == kind))


def move(world: World, forum_id: int, kind: SegmentKind) -> int:
    host, to = world.actor(forum_id, person_id=world.person(Role.HOST)), segment_of(world, forum_id, kind)
    world.write(lambda session: evening.move_to(session, host, forum_id, to))
    return to


def submit(world: World, forum_id: int, token: str, text: str = TEXT, segment: int | None = None) -> Proposal:
    actor = world.actor(forum_id, token=token)
    return world.write(lambda session: operations.submit_proposal(session, actor, forum_id, text, segment_id=segment))


def test_a_proposal_goes_to_the_table_of_its_seat_and_the_log_holds_no_text(world: World) -> None:
    forum = world.forum()
    seat, token = world.seat(forum, table=2)
    proposal = submit(world, forum, token)
    view = world.read(lambda session: queries.proposal_by_id(session, forum, proposal.id))
    assert view is not None
    assert (view.table, view.seat_id, view.text, view.origin, view.version) == (2, seat, TEXT, ProposalOrigin.PHONE, 1)
    (event,) = world.read(lambda session: after(session, forum, 0, ["proposal.submitted"]))
    assert event.stream == "table:2"
    assert event.actor == f"seat:{seat}"
    assert TEXT not in str(event.event.payload())
    assert len(event.event.payload()["digest"]) == 64


KINDS_THAT_TAKE = {SegmentKind.TABLE_ROUND, SegmentKind.THEME_CHECK, SegmentKind.OPEN_MICROPHONE}


@pytest.mark.parametrize("kind", SegmentKind)
def test_which_steps_take_proposals(world: World, kind: SegmentKind) -> None:
    forum = world.forum(kind=kind)
    token = world.seat(forum)[1]
    if kind in KINDS_THAT_TAKE:
        assert submit(world, forum, token).segment_id == segment_of(world, forum, kind)
    else:
        with pytest.raises(Conflict):
            submit(world, forum, token)


def test_a_late_one_goes_to_its_own_round_and_one_from_before_the_round_to_the_present(world: World) -> None:
    forum = world.forum()
    token = world.seat(forum)[1]
    round_one = segment_of(world, forum, SegmentKind.TABLE_ROUND)
    move(world, forum, SegmentKind.SHARE_BACK)
    assert submit(world, forum, token, segment=round_one).segment_id == round_one
    with pytest.raises(Conflict):
        submit(world, forum, token)
    there = move(world, forum, SegmentKind.OPEN_MICROPHONE)
    welcome = segment_of(world, forum, SegmentKind.WELCOME)
    assert submit(world, forum, token, segment=welcome).segment_id == there
    assert (
        submit(world, forum, token, segment=segment_of(world, world.forum(), SegmentKind.TABLE_ROUND)).segment_id
        == there
    )


@pytest.mark.parametrize("state", [ForumState.DRAFT, ForumState.ANNOUNCED, ForumState.CLOSED])
def test_nothing_is_taken_before_the_start_and_after_the_close(world: World, state: ForumState) -> None:
    forum = world.forum(state=state)
    token = world.seat(forum)[1]
    with pytest.raises(TooLate if state is ForumState.CLOSED else Conflict):
        submit(world, forum, token, segment=segment_of(world, forum, SegmentKind.TABLE_ROUND))


def test_what_waited_on_a_phone_whose_seat_was_taken_over_is_still_filed(world: World) -> None:
    forum = world.forum()
    seat, token = world.seat(forum)
    world.write(lambda session: take_over(session, forum, session.get_one(Seat, seat).code))
    assert submit(world, forum, token).seat_id == seat


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("연락은 010-1234-5678로 주세요.", "전화번호처럼"),
        ("01012345678 문자 주세요", "전화번호처럼"),
        ("031-000-0100 시청에 전화했어요", "전화번호처럼"),
        ("주민번호 900101-1234567", "주민등록번호처럼"),
        ("a.b@example.kr 로 보내 주세요", "메일 주소처럼"),
        ("", "글이 비어 있습니다"),
        ("가" * 201, "지금 201자입니다"),
    ],
)
def test_a_text_that_reaches_a_person_is_refused_in_words(world: World, text: str, said: str) -> None:
    forum = world.forum()
    with pytest.raises(Invalid) as refused:
        submit(world, forum, world.seat(forum)[1], text)
    assert said in str(refused.value.message)


@pytest.mark.parametrize(
    "text",
    ["2026년 11월 22일에 30분씩 3번", "예산 1,200,000원이면 됩니다", "119와 112 안내판", "7011번 버스 5대", "가" * 200],
)
def test_ordinary_numbers_are_no_reason_to_refuse(world: World, text: str) -> None:
    forum = world.forum()
    assert submit(world, forum, world.seat(forum)[1], text).id


def test_the_same_key_files_once_and_never_something_else(world: World) -> None:
    forum = world.forum()
    seat, token = world.seat(forum)
    phone, path = world.phone(forum, token), f"/live/{forum}/do/proposal.submit"
    answers = [phone.post(path, json={"key": "k" * 32, "data": {"text": TEXT}}).get_json() for _ in range(3)]
    assert {answer["result"]["proposal"] for answer in answers} == {answers[0]["result"]["proposal"]}
    other = phone.post(path, json={"key": "k" * 32, "data": {"text": "다른 글"}})
    assert (other.status_code, other.get_json()["code"]) == (409, "key_reused")
    assert len(world.read(lambda session: queries.proposals_of_seat(session, seat))) == 1
    assert ClientKey(forum, f"seat:{seat}", "k" * 32, "x").actor == f"seat:{seat}"


def test_without_a_seat_nothing_can_be_put_forward(world: World) -> None:
    forum, other = world.forum(), world.forum()
    with pytest.raises(Forbidden):
        world.write(lambda session: operations.submit_proposal(session, NOBODY, forum, TEXT))
    actor = world.actor(other, token=world.seat(other)[1])
    with pytest.raises(Forbidden):
        world.write(lambda session: operations.submit_proposal(session, actor, forum, TEXT))


def test_a_facilitator_files_what_was_said_for_a_seat_or_for_nobody(world: World) -> None:
    forum = world.forum()
    seat, _ = world.seat(forum, table=2)
    actor = world.actor(forum, person_id=world.facilitator(forum, 2))
    said = Capture(TEXT, seat_id=seat, verbatim=False, read_back=True, dissent=True)
    first = world.write(lambda session: operations.capture_proposal(session, actor, forum, 2, said))
    kept = Capture("나중에 볼 것", parked=True)
    second = world.write(lambda session: operations.capture_proposal(session, actor, forum, 2, kept))
    views = world.read(lambda session: queries.proposals_by_ids(session, forum, [first.id, second.id]))
    assert (views[0].verbatim, views[0].read_back, views[0].dissent, views[0].seat_id) == (False, True, True, seat)
    assert (views[1].state, views[1].seat_id) == (ProposalState.PARKED, None)
    assert [view.id for view in world.read(lambda s: queries.proposals_of_table(s, forum, 2))] == [first.id]
    elsewhere = Capture(TEXT, seat_id=world.seat(forum, table=1)[0])
    with pytest.raises(Missing):
        world.write(lambda session: operations.capture_proposal(session, actor, forum, 2, elsewhere))


@pytest.mark.parametrize(
    ("who", "may"),
    [("own table", True), ("host", True), ("other table", False), ("analyst", False), ("resident", False)],
)
def test_who_may_file_for_a_table(world: World, who: str, may: bool) -> None:
    forum = world.forum()
    token = world.seat(forum)[1] if who == "resident" else None
    people: dict[str, Callable[[], int | None]] = {
        "own table": lambda: world.facilitator(forum, 1),
        "host": lambda: world.person(Role.HOST, scope=forum),
        "other table": lambda: world.facilitator(forum, 2),
        "analyst": lambda: world.person(Role.ANALYST, scope=forum),
        "resident": lambda: None,
    }
    actor = world.actor(forum, person_id=people[who](), token=token)
    if may:
        assert world.write(lambda s: operations.capture_proposal(s, actor, forum, 1, Capture(TEXT))).id
    else:
        with pytest.raises(DomainError) as refused:
            world.write(lambda s: operations.capture_proposal(s, actor, forum, 1, Capture(TEXT)))
        assert refused.value.status == 403


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"text": ""},
        {"text": "x" * 20001},
        {"text": ["a", "b"]},
        {"text": {"a": 1}},
        {"text": "<script>alert(1)</script>"},
        {"text": "=HYPERLINK(1)"},
        {"text": "\x00\x1f‮"},
        {"text": "ㅎㅏ"},
        {"text": TEXT, "segment": "x"},
        {"text": TEXT, "segment": 10**12},
    ],
)
def test_bad_input_is_answered_in_words_and_never_a_fault(world: World, data: dict[str, object]) -> None:
    forum = world.forum()
    phone = world.phone(forum, world.seat(forum)[1])
    answer = phone.post(f"/live/{forum}/do/proposal.submit", json={"data": data})
    assert answer.status_code in (200, 422)
    assert answer.get_json()["message"]
    page = phone.get(f"/forums/{world.slug(forum)}").get_data(as_text=True)
    assert "<script>alert" not in page


def test_without_script_a_refused_text_comes_back_in_its_field(world: World) -> None:
    forum = world.forum()
    phone, slug = world.phone(forum, world.seat(forum)[1]), world.slug(forum)
    refused = phone.post(f"/forums/{slug}/do/proposal.submit", data={"text": "010-1234-5678"})
    assert refused.status_code == 422
    assert "010-1234-5678" in refused.get_data(as_text=True)
    filed = phone.post(f"/forums/{slug}/do/proposal.submit", data={"text": TEXT, "return_to": f"/forums/{slug}"})
    assert filed.headers["Location"] == f"/forums/{slug}"
    assert TEXT in phone.get(f"/forums/{slug}").get_data(as_text=True)


def test_segments_know_which_began(world: World) -> None:
    forum = world.forum()
    unbegun = world.read(lambda s: next(x for x in s.get_one(Forum, forum).segments if x.started_at is None).id)
    world.place(lambda s: setattr(s.get_one(Segment, unbegun), "kind", SegmentKind.TABLE_ROUND))
    assert submit(world, forum, world.seat(forum)[1], segment=unbegun).segment_id != unbegun
