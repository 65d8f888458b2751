"""The tracker, a commitment's page, the table to download, and the pages of those who follow up."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
import sqlalchemy
from flask.testing import FlaskClient

from core import clock
from core.permissions import Role
from participation.forums.home import Promises
from policy.commitments.downloads import harmless
from policy.commitments.home import PromisesKept
from policy.commitments.operations import rate_response
from policy.commitments.queries import Asked, tracker
from policy.commitments.states import CommitmentState, ReasonCode
from tests.factories import World
from tests.policy.followup import FollowUp, days, noon

S = CommitmentState
DUE = date(2026, 12, 26)


@contextmanager
def queries(world: World) -> Iterator[list[str]]:
    """The statements that reading takes."""
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    engine = world.database.read_engine
    sqlalchemy.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sqlalchemy.event.remove(engine, "before_cursor_execute", note)


def test_what_is_late_stands_first_with_its_reason(followed: FollowUp, client: FlaskClient) -> None:
    followed.commitment(title="아직 남은 일", due=DUE + days(60))
    late = followed.commitment(title="늦어진 일")
    followed.change(late, S.REVIEWING)
    with clock.frozen(noon(DUE + days(5))):
        followed.change(late, S.REVIEWING, reason_ko="한국전력 점검이 늦어졌습니다.", new_due_on=DUE + days(20))
        page = client.get("/commitments").text
        assert page.index("늦어진 일") < page.index("아직 남은 일")
        assert "기한 지남 5일" in page
        assert "까닭 있음 · 새 예정일 1. 15." in page
        one = client.get("/commitments/2").text
    assert "기한이 5일 지났습니다." in one
    assert "한국전력 점검이 늦어졌습니다." in one


def test_the_promise_kept_is_counted_over_answers_given_and_missed(followed: FollowUp) -> None:
    kept, late, missed, _ = (followed.commitment(title=f"과제 {n}") for n in range(4))
    followed.adopt(kept, DUE + days(90))
    followed.answer(kept)
    with clock.frozen(noon(DUE + days(2))):
        followed.adopt(late, DUE + days(90))
        followed.answer(late)
        waiting = followed.commitment(title="새 과제")
        assert waiting
        found = followed.world.read(lambda session: tracker(session, Asked()))
    assert missed
    assert (found.kept.in_time, found.kept.due) == (1, 4)
    assert (found.promised, found.overdue, found.counts["in_progress"]) == (5, 2, 2)


@pytest.mark.parametrize(
    ("address", "seen", "unseen"),
    [
        ("?state=declined", "거절한 일", "살피는 일"),
        ("?state=reviewing", "살피는 일", "거절한 일"),
        ("?state=nonsense&page=zero", "살피는 일", "없을 말"),
        ("?q=거절한", "거절한 일", "살피는 일"),
        ("?department=999999", "고르신 조건에 맞는 과제가 없습니다.", "살피는 일"),
        ("?forum=99999999999999", "살피는 일", "없을 말"),
    ],
)
def test_filters_of_the_tracker(followed: FollowUp, client: FlaskClient, address: str, seen: str, unseen: str) -> None:
    followed.commitment(title="살피는 일")
    declined = followed.commitment(title="거절한 일")
    followed.change(declined, S.DECLINED, reason_code=ReasonCode.BUDGET, reason_ko="예산이 없습니다.")
    answer = client.get(f"/commitments{address}")
    assert answer.status_code == 200
    assert seen in answer.text
    assert unseen not in answer.text


def test_the_table_holds_no_formula_and_starts_with_the_mark(followed: FollowUp, client: FlaskClient) -> None:
    followed.commitment(title='=HYPERLINK("http://evil.example")')
    followed.commitment(title=" @SUM(1)")
    answer = client.get("/commitments.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0][:3] == ["번호", "약속한 일", "토론회 이름"]
    assert {row[1][0] for row in rows[1:]} == {"'"}
    assert rows[1][14].endswith(f"/commitments/{rows[1][0]}")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "\r=1"])
def test_every_way_to_begin_a_formula_is_made_harmless(text: str) -> None:
    assert harmless(text).startswith("'")


def test_a_commitment_shows_the_answer_before_the_log_and_the_way_from_the_table(
    followed: FollowUp, client: FlaskClient
) -> None:
    followed.say("시장 앞 초록불이 짧아요.", theme_id=followed.theme_id, table=3)
    commitment_id = followed.commitment()
    followed.adopt(commitment_id, date(2027, 3, 20))
    followed.answer(commitment_id, "보행 신호를 5초씩 늘리겠습니다.\n석 달 뒤 다시 알려 드리겠습니다.")
    page = client.get("/commitments/1").text
    assert page.index("보행 신호를 5초씩") < page.index("지나온 일")
    assert "기한보다 30일 먼저" in page
    assert "시장 앞 초록불이 짧아요." in page
    assert "3번 테이블" in page
    assert "순자" not in page
    assert client.get("/commitments/999").status_code == 404


def test_what_residents_said_is_told_only_from_five_on(followed: FollowUp, client: FlaskClient) -> None:
    commitment_id = followed.commitment()
    followed.adopt(commitment_id, date(2027, 3, 20))
    response_id = followed.answer(commitment_id)
    for place in range(1, 6):
        page = client.get("/commitments/1").text
        assert "읽고 답했습니다" not in page
        seat_id, _, _ = followed.seat(place)
        question = "" if place > 1 else "밤에도 늘리나요?"
        followed.world.write(
            lambda session, seat_id=seat_id, question=question: (
                rate_response(session, seat_id, response_id, enough=not question, question=question).id
            )
        )
    page = client.get("/commitments/1").text
    assert "주민 5명이 읽고 답했습니다. 충분했다 <b>4</b> · 더 묻고 싶다 <b>1</b>" in page
    assert "밤에도 늘리나요?" not in page
    staff = followed.world.browser(followed.person_id)
    assert "밤에도 늘리나요?" in staff.get("/commitments/1/manage").text


def test_staff_settle_make_change_and_answer_on_pages(followed: FollowUp) -> None:
    followed.theme_id = followed.theme("밤에도 환한 골목", reviewed=False)
    followed.say("골목 보안등이 꺼진 곳이 네 군데예요.", theme_id=followed.theme_id)
    staff, slug = followed.world.browser(followed.person_id), followed.slug
    assert "주제 묶음 확정하기" in staff.get("/commitments/manage").text
    assert staff.post(f"/forums/{slug}/settle-themes").status_code == 303
    new = f"/forums/{slug}/commitments/new?theme={followed.theme_id}"
    assert 'value="밤에도 환한 골목"' in staff.get(new).text
    fields = {"title_ko": "꺼진 보안등 고치기", "text_ko": "꺼진 곳을 고칩니다.", "title_en": "", "text_en": ""}
    fields |= {"where": f"{followed.department_id}:보행안전팀", "answer_due_on": "2026-12-26"}
    assert staff.post(new, data=fields).headers["Location"] == "/commitments/1/manage"
    change = {"state": "reviewing", "reason_code": "", "where": "", "reason_ko": "현장을 살핍니다."}
    form = staff.get("/commitments/1/change").text
    assert "주민이 읽습니다. 꼭 적을 때: 미채택, 일부 채택, 지연, 기한 연장, 다른 기관 이송, 보완 요청" in form
    assert not re.search(r'for="reason_ko">[^<]*</label> <span class="field-hint">선택', form)
    assert staff.post("/commitments/1/change", data=change).status_code == 303
    answer = {**change, "state": "adopted", "text_ko": "열두 곳을 고치겠습니다.", "corrects": "", "phone": ""}
    refused = staff.post("/commitments/1/answer", data=answer)
    assert refused.status_code == 422
    assert "날짜를 정해 주세요." in refused.text
    assert "열두 곳을 고치겠습니다." in refused.text
    assert staff.post("/commitments/1/answer", data={**answer, "new_due_on": "2027-02-01"}).status_code == 303
    text = {"title_ko": "꺼진 보안등 모두 고치기", "text_ko": "모두 고칩니다.", "title_en": "", "text_en": ""}
    assert staff.post("/commitments/1/text", data=text).status_code == 303
    shown = followed.world.browser().get("/commitments/1").text
    assert "열두 곳을 고치겠습니다." in shown
    assert "꺼진 보안등 모두 고치기" in shown


def test_departments_are_kept_by_staff_of_the_city(followed: FollowUp) -> None:
    staff = followed.world.browser(followed.person_id)
    fields = {
        "name_ko": "도시안전과",
        "name_en": "Safety",
        "phone": "",
        "teams": "가로등팀 / Lights\n가로등팀",
        "active": "y",
    }
    assert staff.post("/departments", data=fields).status_code == 303
    assert staff.post("/departments", data=fields).status_code == 422
    assert "가로등팀" in staff.get("/departments").text
    changed = {**fields, "name_ko": "도시안전국", "active": ""}
    assert staff.post(f"/departments/{followed.department_id}", data=changed).status_code == 303
    assert staff.get("/departments/99999").status_code == 404


STAFF_PAGES = (
    "/commitments/manage",
    "/commitments/1/manage",
    "/commitments/1/change",
    "/commitments/1/answer",
    "/commitments/1/text",
    "/departments",
)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.STAFF, Role.ADMINISTRATOR)])
def test_others_do_not_get_to_the_pages_of_staff(followed: FollowUp, role: Role) -> None:
    followed.commitment()
    browser = followed.world.browser(followed.world.person(role))
    for path in (*STAFF_PAGES, f"/forums/{followed.slug}/commitments/new"):
        assert browser.get(path).status_code == 403, path
    assert browser.post("/commitments/1/change", data={"state": "reviewing"}).status_code == 403
    assert browser.post(f"/forums/{followed.slug}/settle-themes").status_code == 403


def test_staff_of_one_forum_do_not_see_the_work_of_another(followed: FollowUp) -> None:
    followed.commitment()
    other = followed.world.person(Role.STAFF, scope=followed.world.forum())
    browser = followed.world.browser(other)
    assert browser.get("/commitments/1/manage").status_code == 404
    assert "시장 앞 보행 신호 연장" not in browser.get("/commitments/manage").text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title_ko", "", "이 칸을 채워 주세요."),
        ("title_ko", "가" * 121, "120자까지 쓸 수 있습니다. 지금 121자입니다."),
        ("answer_due_on", "내일", "2026-11-26처럼 날짜를 적어 주세요."),
        ("answer_due_on", "99999-01-01", "2026-11-26처럼 날짜를 적어 주세요."),
        ("answer_due_on", "2026-11-25", "답변 기한은 오늘이나 그 뒤로 정해 주세요."),
        ("where", "7:없는 팀", "목록에 있는 것 가운데 골라 주세요."),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    followed: FollowUp, field: str, value: str, sentence: str
) -> None:
    staff = followed.world.browser(followed.person_id)
    fields = {"title_ko": "꺼진 보안등", "text_ko": "<script>고칩니다</script>", "title_en": "", "text_en": ""}
    fields |= {"where": str(followed.department_id), "answer_due_on": "2026-12-26", field: value}
    answer = staff.post(f"/forums/{followed.slug}/commitments/new", data=fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "&lt;script&gt;고칩니다" in answer.text


def test_the_first_page_learns_what_was_promised_answered_and_done(followed: FollowUp) -> None:
    done, declined, _, merged = (followed.commitment(title=f"과제 {n}") for n in range(4))
    followed.adopt(done, DUE)
    followed.answer(done)
    followed.change(done, S.DONE, evidence="사진")
    followed.change(declined, S.DECLINED, reason_code=ReasonCode.LAW, reason_ko="법이 막습니다.")
    followed.answer(declined)
    followed.change(merged, S.MERGED, merged_into=1)
    found = followed.world.read(lambda session: PromisesKept().promises(session, [followed.forum_id, 999]))
    assert found == {followed.forum_id: Promises(made=3, answered=2, done=1)}


def test_the_tracker_takes_as_many_queries_for_many_as_for_few(followed: FollowUp, client: FlaskClient) -> None:
    for number in range(60):
        followed.commitment(title=f"과제 {number}")
    for number in range(40):
        followed.say(f"제안 {number}", theme_id=followed.theme_id)
    client.get("/commitments")
    with queries(followed.world) as seen:
        page = client.get("/commitments").text
    assert len(seen) <= 5
    assert 'href="/commitments?page=2"' in page
    with queries(followed.world) as seen:
        client.get("/commitments/1")
    assert len(seen) <= 18
