"""A seat's ballot on plain pages: choosing, confirming, receipt; what is malformed is refused in words."""

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from participation.ballots import queries
from participation.ballots.models import BallotState, Method
from participation.ballots.operations.papers import mark_paper
from participation.ballots.operations.preparing import BallotDraft, practice_draft
from tests.participation.ballots.conftest import OPTIONS, Hall


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def post(client: FlaskClient, path: str, **fields: Any) -> Any:
    return client.post(path, data=fields)


def phone(hall: Hall, number: int = 0) -> FlaskClient:
    return hall.world.phone(hall.forum_id, hall.tokens[number])


def test_a_seat_votes_with_plain_forms_from_choosing_to_the_receipt(hall: Hall) -> None:
    hall.sit(2)
    ballot_id, client, path = hall.open(), phone(hall), f"/forums/{hall.slug}/ballot"
    page = client.get(path).text
    assert page.count('name="choice"') == len(OPTIONS)
    confirm = post(client, f"{path}/confirm", ballot=ballot_id, choice=[2, 5])
    assert confirm.status_code == 200
    words = text_of(confirm.text)
    assert "이대로 투표할까요?" in words
    assert "턱 없는 거리" in words
    assert "3개까지 고를 수 있지만 2개만 내셔도 됩니다." in words
    assert "따로 보관하며" in words
    key = re.search(r'name="key" value="(\w+)"', confirm.text)
    assert key is not None
    fields = {"key": key[1], "ballot": ballot_id, "choice": [2, 5], "return_to": path}
    for _ in range(2):
        sent = post(client, f"/forums/{hall.slug}/do/ballot.cast", **fields)
        assert (sent.status_code, sent.location) == (303, path)
    receipt = client.get(path)
    took = hall.world.read(lambda session: queries.seat_turnout(session, ballot_id, hall.seats[0]))
    assert took is not None
    assert took.receipt[:3] in receipt.text
    assert "2명 중 1명" in text_of(receipt.text)
    assert "턱 없는 거리" not in receipt.text
    assert 'name="choice"' in client.get(f"{path}?again=1").text
    assert "checked" not in client.get(f"{path}?again=1").text


def test_what_does_not_keep_to_the_rules_comes_back_as_it_was_ticked(hall: Hall) -> None:
    hall.sit(1)
    ballot_id, path = hall.open(), f"/forums/{hall.slug}/ballot/confirm"
    refused = post(phone(hall), path, ballot=ballot_id, choice=[1, 2, 3, 4])
    assert refused.status_code == 422
    assert "3개를 모두 고르셨습니다. 하나를 빼고 골라 주세요." in text_of(refused.text)
    assert refused.text.count(" checked") == 4
    empty = post(phone(hall), path, ballot=ballot_id)
    assert "한 개 이상 골라 주세요." in text_of(empty.text)


@pytest.mark.parametrize("state", [BallotState.CLOSING, BallotState.SEALED, BallotState.PUBLISHED])
def test_the_page_says_what_became_of_the_ballot(hall: Hall, state: BallotState) -> None:
    seats = hall.sit(3)
    ballot_id = hall.open()
    hall.cast(seats[0], ballot_id, 2)
    hall.reach(ballot_id, state)
    words = text_of(phone(hall, 1).get(f"/forums/{hall.slug}/ballot").text)
    assert {
        BallotState.CLOSING: "고른 것 확인하기",
        BallotState.SEALED: "결과는 잠시 뒤",
        BallotState.PUBLISHED: "투표한 분 3명 중 1명",
    }[state] in words
    assert words.count("앞 화면과 여기에 함께") == (state is BallotState.SEALED)
    if state is BallotState.PUBLISHED:
        assert "1명 중 1명" in words
        assert "표가 많은 3가지를 먼저 합니다." in words


def test_someone_without_a_seat_sees_no_form(hall: Hall) -> None:
    hall.open()
    page = hall.world.browser().get(f"/forums/{hall.slug}/ballot")
    assert page.status_code == 200
    assert 'name="choice"' not in page.text
    assert post(hall.world.browser(), f"/forums/{hall.slug}/ballot/confirm", choice=1).status_code == 403


def test_a_seat_on_paper_is_told_so(hall: Hall) -> None:
    (seat,) = hall.sit(1)
    ballot_id = hall.open()
    hall.do(mark_paper, ballot_id, seat.seat_id)
    assert "종이로 투표하는 자리입니다" in phone(hall).get(f"/forums/{hall.slug}/ballot").text


def test_dots_are_given_with_boxes_of_their_own(hall: Hall) -> None:
    hall.sit(1)
    draft = BallotDraft("점 나누기", method=Method.DOTS, choose=4, per_option=2, winners=2, options=OPTIONS)
    ballot_id, path = hall.open(draft), f"/forums/{hall.slug}/ballot"
    assert phone(hall).get(path).text.count('name="choice"') == 2 * len(OPTIONS)
    confirm = post(phone(hall), f"{path}/confirm", ballot=ballot_id, choice=[1, 1, 3])
    assert "점 2개" in text_of(confirm.text)
    assert confirm.text.count('name="choice" value="1"') == 2


def test_a_receipt_can_be_checked_and_says_nothing_of_the_choice(hall: Hall) -> None:
    (seat,) = hall.sit(1)
    ballot_id = hall.open()
    receipt = hall.cast(seat, ballot_id, 3).receipt
    path = f"/forums/{hall.slug}/ballot/secrecy"
    spaced = f"{receipt[:3].lower()} {receipt[3:].lower()}"
    found = hall.world.browser().get(path, query_string={"receipt": spaced}).text
    assert "접수된 표입니다." in found
    assert "밤에 환한 거리" not in found
    assert "그런 확인표가 없습니다" in hall.world.browser().get(path, query_string={"receipt": "WRONG1"}).text
    for word in ("PostgreSQL", "열쇠", "운영자", "옆에서"):
        assert word in found


def test_english_pages_hold_no_korean_of_ours(hall: Hall) -> None:
    hall.sit(1)
    hall.open(practice_draft())
    client = phone(hall)
    client.set_cookie("locale", "en")
    for path in ("ballot", "ballot/secrecy"):
        words = text_of(client.get(f"/forums/{hall.slug}/{path}").text).replace("한국어", "")
        assert re.findall("[가-힣]+", words) == []


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"ballot": "x"},
        {"ballot": "999999999"},
        {"ballot": "1e9", "choice": "1"},
        {"choice": ["1"] * 61},
        {"choice": "one"},
        {"choice": "\ud55c"},
        {"choice": "-1"},
        {"choice": {"a": 1}},
        {"counter": "99999999999"},
        {"counter": "=1+1"},
    ],
)
def test_a_malformed_vote_is_refused_in_words(hall: Hall, data: dict[str, Any]) -> None:
    hall.sit(1)
    ballot_id = hall.open()
    body = {"key": "k" * 16, "data": {"ballot": str(ballot_id), "choice": ["1"], **data} if data else {}}
    answer = phone(hall).post(f"/live/{hall.forum_id}/do/ballot.cast", json=body)
    assert answer.status_code in (404, 422)
    assert re.search("[가-힣]", answer.json["message"])
    assert hall.turnout(ballot_id).voted == 0


def test_a_vote_over_plain_http_gives_the_same_receipt_again(hall: Hall) -> None:
    hall.sit(1)
    ballot_id = hall.open()
    body = {"key": "k" * 16, "data": {"ballot": ballot_id, "choice": [1, 3], "counter": 4}}
    answers = [phone(hall).post(f"/live/{hall.forum_id}/do/ballot.cast", json=body).json for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["result"].keys() == {"ballot", "receipt", "at", "closing"}


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (BallotState.OPEN, False),
        (BallotState.CLOSING, True),
        (BallotState.SEALED, True),
        (BallotState.PUBLISHED, False),
    ],
)
def test_whose_vote_came_late_can_call_a_helper_while_it_may_still_count(
    hall: Hall, state: BallotState, offered: bool
) -> None:
    hall.sit(1)
    hall.reach(hall.open(), state)
    page = phone(hall).get(f"/forums/{hall.slug}").text
    assert ('/do/help.ask"' in page[page.index('data-step="late"') :]) is offered
    sent = post(phone(hall), f"/forums/{hall.slug}/do/help.ask", return_to=f"/forums/{hall.slug}")
    assert sent.status_code == 303
