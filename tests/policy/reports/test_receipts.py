"""Receipts: by link and by code, own words only, what is late in the open, one question after an answer."""

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core import clock
from participation.proposals.models import Proposal, ProposalOrigin, ProposalState
from participation.seats.models import Seat
from policy.commitments.models import ResponseFeedback
from policy.commitments.states import CommitmentState, ReasonCode, today
from policy.reports.forms import read_receipt_code
from tests.factories import World
from tests.policy.commitments.test_pages import queries
from tests.policy.followup import FollowUp, days, noon

S = CommitmentState
DUE = date(2026, 12, 26)


def test_the_link_shows_own_words_spoken_ones_too_and_nobody_elses(followed: FollowUp, client: FlaskClient) -> None:
    seat_id, token, code = followed.seat(1)
    other_id, other, _ = followed.seat(2)
    spoken = followed.say("초록불이 짧아요.", theme_id=followed.theme_id, seat_id=seat_id)
    followed.say("벤치가 모자라요.", seat_id=seat_id)
    followed.say("남이 한 말입니다.", theme_id=followed.theme_id, seat_id=other_id)

    def typed(session: Any) -> None:
        session.get_one(Proposal, spoken).origin = ProposalOrigin.SPOKEN

    followed.world.place(typed)
    page = client.get(f"/receipt/{token}")
    assert page.status_code == 200
    for seen in (
        "초록불이 짧아요.",
        "벤치가 모자라요.",
        "말한 것을 퍼실리테이터가 적음",
        "천천히 건너도 되는 횡단보도",
    ):
        assert seen in page.text
    assert "아직 묶이지 않은 제안" in page.text
    assert "남이 한 말입니다." not in page.text
    assert "순자" not in page.text
    assert code[:4] in page.text
    assert "남이 한 말입니다." in client.get(f"/receipt/{other}").text
    assert 'content="noindex"' in page.text
    assert "no-store" in page.headers["Cache-Control"]


@pytest.mark.parametrize("token", ["nothing", "가나다", "a" * 500, "eyJ.bad.token"])
def test_a_link_that_leads_nowhere_is_not_there(followed: FollowUp, client: FlaskClient, token: str) -> None:
    assert client.get(f"/receipt/{token}").status_code == 404
    assert client.get(f"/receipt/{token}/answers/1").status_code == 404
    assert client.post(f"/receipt/{token}/answers/1", data={"enough": "yes"}).status_code == 404


def test_what_was_hidden_merged_or_reworded_is_told_to_its_author(followed: FollowUp, client: FlaskClient) -> None:
    seat_id, token, _ = followed.seat(1)
    other_id, _, _ = followed.seat(2)
    hidden = followed.say("가게 전화번호입니다.", seat_id=seat_id)
    source = followed.say("초록불이 짧아요.", seat_id=seat_id)
    twin = followed.say("남의 비슷한 말", seat_id=other_id)
    parent = followed.say("초록불을 늘려 주세요. (모음)", theme_id=followed.theme_id)

    def work(session: Any) -> None:
        row = session.get_one(Proposal, hidden)
        row.state, row.hidden_reason, row.hidden_at = ProposalState.HIDDEN, "특정 가게 번호", clock.now()
        for one in (source, twin):
            session.get_one(Proposal, one).state = ProposalState.MERGED
            session.get_one(Proposal, one).parent_id = parent

    followed.world.place(work)
    page = client.get(f"/receipt/{token}").text
    assert "화면에서는 가렸습니다. 특정 가게 번호" in page
    assert "비슷한 제안과 하나로 모았습니다." in page
    assert "천천히 건너도 되는 횡단보도" in page
    assert "남의 비슷한 말" not in page
    assert "(모음)" not in page


def test_the_way_goes_from_own_words_to_completion(followed: FollowUp, client: FlaskClient) -> None:
    seat_id, token, _ = followed.seat(1)
    followed.say("초록불이 짧아요.", theme_id=followed.theme_id, seat_id=seat_id)
    before = client.get(f"/receipt/{token}").text
    assert "정책 담당이 부서를 정하면" in before
    assert "답변 읽기" not in before
    commitment_id = followed.commitment()
    followed.adopt(commitment_id, date(2027, 3, 20))
    followed.answer(commitment_id)
    page = client.get(f"/receipt/{token}").text
    for seen in (
        "시장 앞 보행 신호 연장",
        "교통정책과 보행안전팀",
        "기한보다 30일 먼저",
        "2027. 3. 20.(토)",
        "답변 읽기",
    ):
        assert seen in page
    assert page.count("step-past") == 3
    assert page.count("step-now") == 1
    assert page.count("step-next") == 1
    followed.change(commitment_id, S.DONE, evidence="현장 사진")
    assert client.get(f"/receipt/{token}").text.count("step-past") == 4


def test_what_is_late_is_said_with_its_reason_and_new_day(followed: FollowUp, client: FlaskClient) -> None:
    seat_id, token, _ = followed.seat(1)
    followed.say("보안등이 꺼졌어요.", theme_id=followed.theme_id, seat_id=seat_id)
    commitment_id = followed.commitment()
    followed.change(commitment_id, S.REVIEWING)
    with clock.frozen(noon(DUE + days(5))):
        assert "아직 까닭을 알리지 않았습니다." in client.get(f"/receipt/{token}").text
        followed.change(commitment_id, S.REVIEWING, reason_ko="점검이 늦어졌습니다.", new_due_on=DUE + days(23))
        page = client.get(f"/receipt/{token}").text
    assert "기한 지남 5일" in page
    assert "교통정책과에서 알려 온 까닭: “점검이 늦어졌습니다.”" in page
    assert "새 예정일 2027. 1. 18.(월)" in page
    assert "step-late" in page


@pytest.mark.parametrize(
    ("state", "words"), [(S.REVIEWING, "검토 중"), (S.NEEDS_INFO, "보완 요청"), (S.EXTENDED, "기한 연장")]
)
def test_what_staff_tell_before_the_answer_stands_on_the_receipt(
    followed: FollowUp, client: FlaskClient, state: S, words: str
) -> None:
    seat_id, token, _ = followed.seat(1)
    followed.say("초록불이 짧아요.", theme_id=followed.theme_id, seat_id=seat_id)
    commitment_id = followed.commitment()
    before = client.get(f"/receipt/{token}").text
    assert words not in before
    told = {} if state is S.REVIEWING else {"new_due_on": today() + days(60)}
    followed.change(commitment_id, state, reason_ko="보행 시간을 재고 있습니다.", **told)
    page = client.get(f"/receipt/{token}").text
    assert words in page
    assert "보행 시간을 재고 있습니다." in page


def test_a_refusal_says_why(followed: FollowUp, client: FlaskClient) -> None:
    seat_id, token, _ = followed.seat(1)
    followed.say("주차장을 무료로 해 주세요.", theme_id=followed.theme_id, seat_id=seat_id)
    commitment_id = followed.commitment()
    followed.change(commitment_id, S.DECLINED, reason_code=ReasonCode.BUDGET, reason_ko="예산이 없습니다.")
    followed.answer(commitment_id, "이번에는 하지 못합니다.")
    page = client.get(f"/receipt/{token}").text
    assert "미채택" in page
    assert "예산이 없습니다." in page


def test_one_question_after_an_answer(followed: FollowUp, client: FlaskClient) -> None:
    seat_id, token, _ = followed.seat(1)
    followed.say("초록불이 짧아요.", theme_id=followed.theme_id, seat_id=seat_id)
    commitment_id = followed.commitment()
    path = f"/receipt/{token}/answers/1"
    assert client.get(path).status_code == 404
    followed.adopt(commitment_id, date(2027, 3, 20))
    followed.answer(commitment_id)
    assert "답변이 충분했나요?" in client.get(path).text
    refused = client.post(path, data={"enough": "no", "question": ""})
    assert refused.status_code == 422
    assert "더 묻고 싶은 것을 적어 주세요." in refused.text
    overlong = client.post(path, data={"enough": "no", "question": "가" * 501})
    assert overlong.status_code == 422
    assert "가" * 501 in overlong.text
    assert client.post(path, data={"enough": "perhaps", "question": ""}).status_code == 422
    assert client.post(path, data={"enough": "no", "question": "밤에도 <b>늘리나요?"}).status_code == 303
    assert "밤에도 &lt;b&gt;늘리나요?" in client.get(path).text
    assert client.post(path, data={"enough": "yes", "question": ""}).status_code == 303
    rows = followed.world.read(lambda session: list(session.scalars(select(ResponseFeedback))))
    assert [(row.seat_id, row.enough, row.question) for row in rows] == [(seat_id, True, "")]


def test_an_answer_that_does_not_concern_own_words_is_not_there(followed: FollowUp, client: FlaskClient) -> None:
    seat_id, token, _ = followed.seat(1)
    followed.say("벤치가 모자라요.", seat_id=seat_id)
    commitment_id = followed.commitment()
    followed.adopt(commitment_id, date(2027, 3, 20))
    followed.answer(commitment_id)
    assert client.get(f"/receipt/{token}/answers/1").status_code == 404
    assert client.post(f"/receipt/{token}/answers/1", data={"enough": "yes", "question": ""}).status_code == 404


def test_the_code_leads_to_the_same_receipt(followed: FollowUp, client: FlaskClient) -> None:
    seat_id, token, code = followed.seat(1)
    followed.say("초록불이 짧아요.", seat_id=seat_id)
    written = f" {code[:4].lower()}-{code[4:8]} {code[8:]}"
    answer = client.post("/receipt", data={"forum": str(followed.forum_id), "code": written})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/receipt/{token}")


def test_a_seat_whose_link_was_lost_with_its_secret_is_still_found_by_code(
    followed: FollowUp, client: FlaskClient
) -> None:
    seat_id, token, code = followed.seat(1, secret="another secret")
    followed.say("초록불이 짧아요.", seat_id=seat_id)
    answer = client.post("/receipt", data={"forum": str(followed.forum_id), "code": code})
    assert answer.status_code == 303
    assert "초록불이 짧아요." in client.get(answer.headers["Location"]).text
    assert "초록불이 짧아요." in client.get(f"/receipt/{token}").text


def test_a_code_holds_in_its_own_forum_only(world: World, followed: FollowUp, client: FlaskClient) -> None:
    _, _, code = followed.seat(1)
    answer = client.post("/receipt", data={"forum": str(world.forum()), "code": code})
    assert answer.status_code == 422
    assert "없는 코드입니다." in answer.text
    assert code in answer.text


def test_wrong_codes_use_up_a_budget_for_the_forum_and_address(followed: FollowUp, client: FlaskClient) -> None:
    _, _, code = followed.seat(1)
    fields = {"forum": str(followed.forum_id), "code": "ACDEFHJKLMNP"}
    answers = [client.post("/receipt", data=fields).status_code for _ in range(21)]
    assert answers == [422] * 20 + [429]
    right = {**fields, "code": code}
    assert client.post("/receipt", data=right).status_code == 429
    from_elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    assert client.post("/receipt", data=right, environ_base=from_elsewhere).status_code == 303


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"forum": "1' OR 1=1", "code": "ACDEFHJKLMNP"},
        {"forum": "999999", "code": "ACDEFHJKLMNP"},
        {"code": ""},
        {"code": "<script>"},
        {"code": "가" * 400},
        {"code": "\x00\u202e"},
    ],
    ids=str,
)
def test_bad_input_is_refused_in_words(followed: FollowUp, client: FlaskClient, fields: dict[str, str]) -> None:
    answer = client.post("/receipt", data={"forum": str(followed.forum_id), **fields})
    assert answer.status_code == 422
    assert "<script>" not in answer.text.replace('<script type="module"', "")


def test_codes_are_read_as_people_write_them() -> None:
    assert read_receipt_code("acde fhjk-lmnp") == "ACDEFHJKLMNP"
    assert read_receipt_code("") is None
    assert read_receipt_code("가나다라마바사아") is None


def test_while_the_forum_is_live_a_theme_is_named_once_it_was_shown(world: World, client: FlaskClient) -> None:
    followed = FollowUp(world)
    followed.forum_id = world.forum()
    theme_id = followed.theme("아직 보여 주지 않은 묶음")
    seat_id, token, _ = followed.seat(1)
    followed.say("초록불이 짧아요.", theme_id=theme_id, seat_id=seat_id)
    page = client.get(f"/receipt/{token}").text
    assert "초록불이 짧아요." in page
    assert "아직 보여 주지 않은 묶음" not in page


def test_a_receipt_outlives_the_name(followed: FollowUp, client: FlaskClient) -> None:
    seat_id, token, _ = followed.seat(1)
    followed.say("초록불이 짧아요.", seat_id=seat_id)

    def forget(session: Any) -> None:
        seat = session.get_one(Seat, seat_id)
        seat.call_name, seat.device_hash, seat.state = None, None, "left"

    followed.world.place(forget)
    assert "초록불이 짧아요." in client.get(f"/receipt/{token}").text


def test_a_receipt_takes_few_queries(followed: FollowUp, client: FlaskClient) -> None:
    seat_id, token, _ = followed.seat(1)
    for number in range(20):
        followed.say(f"{number}번째 말", theme_id=followed.theme_id, seat_id=seat_id)
        followed.commitment(title=f"과제 {number}")
    with queries(followed.world) as seen:
        assert client.get(f"/receipt/{token}").status_code == 200
    assert len(seen) <= 24
