"""Making, changing, answering: each outcome, refused by the operation and by the schema alike."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import select, update

from core import clock
from core.errors import Conflict, DomainError, Forbidden, Invalid, Missing
from core.events.models import Entry
from core.permissions import Actor, Role
from participation.forums.models import ForumState
from policy.commitments.models import Commitment, CommitmentEntry, OfficialResponse, ResponseFeedback
from policy.commitments.operations import (
    Change,
    CommitmentDraft,
    DepartmentDraft,
    ResponseDraft,
    change_state,
    make_commitment,
    publish_response,
    rate_response,
    revise_commitment,
    save_department,
)
from policy.commitments.queries import commitment_by_id, entries_of, responses_of
from policy.commitments.queries.commitments import CommitmentView
from policy.commitments.states import CommitmentState, ReasonCode
from tests.factories import World
from tests.policy.followup import FollowUp, days, noon

S = CommitmentState
DAY = date(2026, 11, 26)
DUE = date(2026, 12, 26)


def _view(followed: FollowUp, commitment_id: int) -> CommitmentView:
    found = followed.world.read(lambda session: commitment_by_id(session, commitment_id))
    assert found is not None
    return found


def test_a_theme_becomes_a_commitment_that_is_received_and_assigned(followed: FollowUp) -> None:
    made = _view(followed, followed.commitment())
    assert (made.state, made.where, made.number) == (S.ASSIGNED, "교통정책과 보행안전팀", 1)
    assert (made.received_on, made.answer_due_on) == (DAY, DUE)
    log = followed.world.read(lambda session: entries_of(session, made.id))
    assert [entry.state for entry in log] == [S.ASSIGNED, S.RECEIVED]
    assert log[0].text == "교통정책과 보행안전팀"


def test_making_and_changing_stand_in_the_forums_log(followed: FollowUp) -> None:
    commitment_id = followed.commitment()
    followed.adopt(commitment_id, date(2027, 3, 20))
    followed.answer(commitment_id)
    kinds = followed.world.read(
        lambda session: list(
            session.scalars(select(Entry.kind).where(Entry.log_id == followed.forum_id).order_by(Entry.number))
        )
    )
    assert kinds == ["commitment.made", "commitment.changed", "commitment.changed", "response.published"]


def test_before_the_forum_is_over_nothing_is_promised(world: World, followed: FollowUp) -> None:
    live = world.forum(state=ForumState.LIVE)
    draft = CommitmentDraft("제목", "설명")
    with pytest.raises(Conflict, match="not_closed"):
        world.write(lambda session: make_commitment(session, followed.staff, live, draft))


def test_a_theme_nobody_read_is_not_turned_into_a_commitment(followed: FollowUp) -> None:
    draft = CommitmentDraft("제목", "설명", theme_id=followed.theme("아직 읽지 않은 묶음", reviewed=False))
    with pytest.raises(Conflict, match="not_settled"):
        followed.world.write(lambda session: make_commitment(session, followed.staff, followed.forum_id, draft))


def test_a_theme_of_another_forum_is_not_there(world: World, followed: FollowUp) -> None:
    other = FollowUp.__new__(FollowUp)
    other.world, other.forum_id = world, world.forum(state=ForumState.CLOSED)
    draft = CommitmentDraft("제목", "설명", theme_id=other.theme("남의 묶음"))
    with pytest.raises(Missing):
        world.write(lambda session: make_commitment(session, followed.staff, followed.forum_id, draft))


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("declined", {"reason_ko": "예산이 없습니다."}, "reason_code"),
    ("declined", {"reason_code": ReasonCode.BUDGET}, "reason_ko"),
    ("partly", {"new_due_on": date(2027, 3, 1)}, "reason_ko"),
    ("partly", {"reason_ko": "두 곳만 먼저 합니다."}, "new_due_on"),
    ("extended", {"new_due_on": date(2027, 1, 26)}, "reason_ko"),
    ("extended", {"reason_ko": "자료가 늦습니다."}, "new_due_on"),
    ("extended", {"reason_ko": "자료가 늦습니다.", "new_due_on": date(2026, 12, 20)}, "new_due_on"),
    ("transferred", {"handed_to": "도로공사"}, "reason_ko"),
    ("transferred", {"reason_ko": "관할이 아닙니다."}, "handed_to"),
    ("adopted", {}, "new_due_on"),
    ("adopted", {"new_due_on": date(2026, 11, 1)}, "new_due_on"),
    ("needs_info", {"reason_ko": "어느 횡단보도인지 알려 주세요."}, "new_due_on"),
    ("already", {}, "evidence"),
    ("merged", {"merged_into": 99}, "merged_into"),
    ("merged", {"merged_into": 1}, "merged_into"),
    ("reviewing", {"new_due_on": date(2027, 1, 2), "reason_ko": "늦어집니다."}, "new_due_on"),
    ("reviewing", {}, "reason_ko"),
]


@pytest.mark.parametrize(("state", "told", "field"), REFUSED)
def test_what_a_state_needs_is_asked_for_by_name(
    followed: FollowUp, state: str, told: dict[str, Any], field: str
) -> None:
    commitment_id = followed.commitment()
    followed.change(commitment_id, S.REVIEWING)
    with pytest.raises(Invalid) as refused:
        followed.change(commitment_id, S(state), **told)
    assert field in refused.value.fields
    assert _view(followed, commitment_id).state is S.REVIEWING


BROKEN: list[dict[str, Any]] = [
    {"state": "declined", "reason_ko": "까닭"},
    {"state": "declined", "reason_code": "budget"},
    {"state": "partly", "due_on": DUE},
    {"state": "transferred"},
    {"state": "extended"},
    {"state": "adopted"},
    {"state": "in_progress"},
    {"state": "done", "due_on": DUE},
    {"state": "reviewing", "done_on": DUE},
    {"state": "needs_info"},
    {"state": "reviewing", "paused_on": DUE},
    {"state": "merged"},
    {"state": "reviewing", "department_id": None},
    {"extensions": 3},
    {"reason_code": "weather"},
    {"state": "asleep"},
]


@pytest.mark.parametrize("values", BROKEN, ids=str)
def test_the_schema_refuses_states_without_what_they_need(followed: FollowUp, values: dict[str, Any]) -> None:
    commitment_id = followed.commitment()
    with pytest.raises(sqlalchemy.exc.IntegrityError):
        followed.world.write(
            lambda session: (
                session.execute(update(Commitment).where(Commitment.id == commitment_id).values(**values)).rowcount
            )
        )


BROKEN_LINES: list[dict[str, Any]] = [
    {"state": "declined", "reason_ko": "까닭"},
    {"state": "partly", "new_due_on": DUE},
    {"state": "adopted"},
    {"state": "delayed", "reason_ko": "까닭"},
    {"state": "extended", "new_due_on": DUE},
    {"state": "transferred", "reason_ko": "까닭"},
    {"state": "done"},
    {"state": "already"},
]


@pytest.mark.parametrize("values", BROKEN_LINES, ids=str)
def test_the_schema_refuses_lines_of_the_log_without_reason_date_or_proof(
    followed: FollowUp, values: dict[str, Any]
) -> None:
    commitment_id = followed.commitment()
    line = CommitmentEntry(commitment_id=commitment_id, at=clock.now(), by="person:1", **values)
    with pytest.raises(sqlalchemy.exc.IntegrityError):
        followed.world.write(lambda session: session.add(line))


def test_a_state_that_cannot_follow_is_refused_in_words(followed: FollowUp) -> None:
    commitment_id = followed.commitment()
    with pytest.raises(Conflict) as refused:
        followed.change(commitment_id, S.DONE, evidence="사진")
    assert str(refused.value.message) == "‘부서 배정’에서 ‘완료’로는 바꿀 수 없습니다."


def test_an_extension_in_time_moves_the_date_and_only_twice(followed: FollowUp) -> None:
    commitment_id = followed.commitment()
    for month in (1, 2):
        followed.change(commitment_id, S.EXTENDED, reason_ko="자료가 늦습니다.", new_due_on=date(2027, month, 26))
    assert _view(followed, commitment_id).answer_due_on == date(2027, 2, 26)
    with pytest.raises(Conflict, match="extended_twice"):
        followed.change(commitment_id, S.EXTENDED, reason_ko="자료가 늦습니다.", new_due_on=date(2027, 3, 26))


def test_a_date_that_has_passed_is_never_moved(followed: FollowUp) -> None:
    commitment_id = followed.commitment()
    followed.change(commitment_id, S.REVIEWING)
    with clock.frozen(noon(DUE + days(5))):
        with pytest.raises(Conflict, match="already_late"):
            followed.change(commitment_id, S.EXTENDED, reason_ko="늦었습니다.", new_due_on=DUE + days(30))
        followed.change(
            commitment_id, S.REVIEWING, reason_ko="점검이 늦어졌습니다. 죄송합니다.", new_due_on=DUE + days(20)
        )
        told = _view(followed, commitment_id)
        assert (told.late, told.due, told.expected_on) == (5, DUE, DUE + days(20))
        assert told.reason == "점검이 늦어졌습니다. 죄송합니다."
    log = followed.world.read(lambda session: entries_of(session, commitment_id))
    assert [entry.state for entry in log[:2]] == [S.REVIEWING, S.REVIEWING]


def test_overdue_begins_the_day_after_and_ends_with_the_answer(followed: FollowUp) -> None:
    commitment_id = followed.commitment()
    with clock.frozen(noon(DUE)):
        assert _view(followed, commitment_id).late == 0
    with clock.frozen(noon(DUE + days(1))):
        assert _view(followed, commitment_id).late == 1
        followed.adopt(commitment_id, DUE + days(90))
        assert _view(followed, commitment_id).late == 1
        followed.answer(commitment_id)
        answered = _view(followed, commitment_id)
        assert (answered.late, answered.days_before, answered.due) == (0, -1, DUE + days(90))


def test_work_that_slips_in_time_gets_a_new_date_and_late_work_an_expected_one(followed: FollowUp) -> None:
    commitment_id = followed.commitment()
    followed.adopt(commitment_id, date(2027, 3, 20))
    followed.answer(commitment_id)
    followed.change(commitment_id, S.DELAYED, reason_ko="장마로 늦어집니다.", new_due_on=date(2027, 4, 20))
    assert _view(followed, commitment_id).due_on == date(2027, 4, 20)
    with clock.frozen(noon(date(2027, 4, 25))):
        followed.change(commitment_id, S.DELAYED, reason_ko="자재가 모자랍니다.", new_due_on=date(2027, 5, 20))
        late = _view(followed, commitment_id)
        assert (late.due_on, late.expected_on, late.late) == (date(2027, 4, 20), date(2027, 5, 20), 5)
        followed.change(commitment_id, S.DONE, evidence="현장 사진 2장")
        done = _view(followed, commitment_id)
        assert (done.done_on, done.late, done.expected_on) == (date(2027, 4, 25), 0, None)


def test_the_clock_stands_still_while_residents_are_asked(followed: FollowUp) -> None:
    commitment_id = followed.commitment()
    followed.change(commitment_id, S.NEEDS_INFO, reason_ko="어디인지 알려 주세요.", new_due_on=DAY + days(20))
    with clock.frozen(noon(DUE + days(30))):
        assert _view(followed, commitment_id).late == 0
        followed.change(commitment_id, S.REVIEWING)
        resumed = _view(followed, commitment_id)
        assert resumed.answer_due_on == DUE + days(60)
        assert resumed.late == 0


def test_merging_keeps_the_way_to_the_other(followed: FollowUp) -> None:
    first, second = followed.commitment(), followed.commitment(title="보행 신호 더 늘리기")
    followed.change(second, S.MERGED, merged_into=1)
    assert _view(followed, second).merged_into_id == first
    with pytest.raises(Invalid):
        followed.change(first, S.MERGED, merged_into=2)
    with pytest.raises(Conflict, match="merged"):
        followed.answer(second)
    followed.change(second, S.REOPENED)
    assert _view(followed, second).merged_into_id is None


def test_reopening_asks_for_a_new_answer_in_a_month(followed: FollowUp) -> None:
    commitment_id = followed.commitment()
    followed.change(
        commitment_id, S.DECLINED, reason_code=ReasonCode.BUDGET, reason_ko="예산이 없습니다. 내년에 다시 봅니다."
    )
    followed.answer(commitment_id)
    with clock.frozen(noon(date(2027, 3, 1))):
        followed.change(commitment_id, S.REOPENED)
        again = _view(followed, commitment_id)
        assert (again.answer_due_on, again.answered_on, again.reason_code) == (date(2027, 4, 1), None, None)


def test_an_answer_before_the_decision_leaves_the_answer_due(followed: FollowUp) -> None:
    commitment_id = followed.commitment()
    followed.answer(commitment_id, "살피고 있습니다.")
    said = followed.world.read(lambda session: responses_of(session, [commitment_id])[commitment_id])
    assert said[0].is_interim
    assert _view(followed, commitment_id).answered_on is None


def test_answer_and_decision_go_together_or_not_at_all(followed: FollowUp) -> None:
    commitment_id = followed.commitment()
    draft = ResponseDraft("보행 신호를 늘리겠습니다.")

    def answer(change: Change) -> int:
        return followed.world.write(
            lambda session: publish_response(session, followed.staff, commitment_id, draft, change).id
        )

    with pytest.raises(Invalid):
        answer(Change(S.ADOPTED))
    assert followed.world.read(lambda session: responses_of(session, [commitment_id])[commitment_id]) == []
    answer(Change(S.ADOPTED, new_due_on=date(2027, 3, 20)))
    made = _view(followed, commitment_id)
    assert (made.state, made.answered_on) == (S.ADOPTED, DAY)


def test_a_correction_is_a_new_row(followed: FollowUp) -> None:
    commitment_id = followed.commitment()
    followed.adopt(commitment_id, date(2027, 3, 20))
    first = followed.answer(commitment_id)
    draft = ResponseDraft("4초씩 늘리겠습니다. 앞의 답변에 5초로 잘못 적었습니다.", corrects_id=first)
    followed.world.write(lambda session: publish_response(session, followed.staff, commitment_id, draft).id)
    said = followed.world.read(lambda session: responses_of(session, [commitment_id])[commitment_id])
    assert [one.corrected for one in said] == [False, True]
    assert followed.world.read(lambda session: session.get_one(OfficialResponse, first).text_ko).startswith("보행")
    other = followed.commitment()
    with pytest.raises(Missing):
        followed.world.write(lambda session: publish_response(session, followed.staff, other, draft))


def test_each_receipt_says_once_whether_it_was_enough_and_may_change_its_mind(followed: FollowUp) -> None:
    commitment_id = followed.commitment()
    followed.adopt(commitment_id, date(2027, 3, 20))
    response_id, (seat_id, _, _) = followed.answer(commitment_id), followed.seat(1)

    def rate(enough: bool, question: str = "", seat: int = seat_id) -> int:
        return followed.world.write(
            lambda session: rate_response(session, seat, response_id, enough=enough, question=question).id
        )

    rate(False, "밤에도 늘리나요?")
    rate(True)
    kept = followed.world.read(lambda session: list(session.scalars(select(ResponseFeedback))))
    assert [(row.enough, row.question) for row in kept] == [(True, "")]
    with pytest.raises(Invalid):
        rate(False)
    stranger, _ = followed.world.seat(followed.world.forum())
    with pytest.raises(Missing):
        rate(True, seat=stranger)


def test_a_team_of_another_department_is_refused(followed: FollowUp) -> None:
    draft = CommitmentDraft("제목", "설명", department_id=followed.department_id, team="없는 팀")
    with pytest.raises(Invalid) as refused:
        followed.world.write(lambda session: make_commitment(session, followed.staff, followed.forum_id, draft))
    assert "team" in refused.value.fields


def test_two_departments_are_not_called_alike(followed: FollowUp) -> None:
    with pytest.raises(Invalid):
        followed.world.write(lambda session: save_department(session, followed.staff, DepartmentDraft("교통정책과")))


ACTS = {
    "make": lambda session, actor, followed, one: make_commitment(
        session, actor, followed.forum_id, CommitmentDraft("제목", "설명")
    ),
    "change": lambda session, actor, followed, one: change_state(session, actor, one, Change(S.REVIEWING)),
    "answer": lambda session, actor, followed, one: publish_response(session, actor, one, ResponseDraft("답")),
    "revise": lambda session, actor, followed, one: revise_commitment(
        session, actor, one, CommitmentDraft("제목", "설명")
    ),
}
ROLES = [(Role.ADMINISTRATOR, True), (Role.STAFF, True)] + [
    (role, False) for role in Role if role not in (Role.ADMINISTRATOR, Role.STAFF)
]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(("role", "may"), ROLES)
def test_only_policy_staff_follow_up(followed: FollowUp, act: str, role: Role, may: bool) -> None:
    actor = Actor(person_id=followed.person_id, roles=frozenset({(role, 0)}))
    commitment_id = followed.commitment()
    if may:
        followed.world.write(lambda session: ACTS[act](session, actor, followed, commitment_id).id)
    else:
        with pytest.raises(Forbidden):
            followed.world.write(lambda session: ACTS[act](session, actor, followed, commitment_id).id)


def test_staff_of_one_forum_leave_those_of_others_alone(world: World, followed: FollowUp) -> None:
    other = Actor(person_id=1, roles=frozenset({(Role.STAFF, followed.forum_id + 1000)}))
    commitment_id = followed.commitment()
    with pytest.raises(DomainError):
        world.write(lambda session: change_state(session, other, commitment_id, Change(S.REVIEWING)))
