"""Ballots on pages: plain forms from choosing to receipt, the host's page, live regions for every event, bad input."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from core import clock
from core.events.log import after
from core.live.regions import Region, Surface, apply_regions, drawn_for_all
from core.permissions import Role
from participation.ballots import queries
from participation.ballots.fragments import DESK
from participation.ballots.models import BallotState, Method
from participation.ballots.operations.papers import mark_paper, remove_paper, unmark_paper
from participation.ballots.operations.preparing import BallotDraft, discard_ballot, practice_draft
from participation.ballots.operations.running import close_ballot, open_ballot, publish_ballot, seal_ballot
from participation.ballots.sources import Offer, OfferedOption
from participation.ballots.views.host import SOURCES
from participation.forums.clock import move_to
from participation.forums.models import Forum
from participation.seats.phone import PHONE
from tests.participation.ballots.conftest import OPTIONS, Hall
from tests.participation.ballots.test_running import enter


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


HOST_PAGES = ["ballots", "ballots/new", "ballots/{id}", "ballots/{id}/edit", "ballots/{id}/open"]


@pytest.mark.parametrize("path", HOST_PAGES)
@pytest.mark.parametrize("role", [None, *Role])
def test_who_sees_the_hosts_pages(hall: Hall, path: str, role: Role | None) -> None:
    ballot_id = hall.prepare()
    scope = 0 if role is Role.ADMINISTRATOR else hall.forum_id
    client = hall.world.browser(hall.world.person(role, scope=scope) if role else None)
    answer = client.get(f"/forums/{hall.slug}/{path.format(id=ballot_id)}", headers={"Accept": "text/html"})
    may = {Role.HOST, Role.ADMINISTRATOR} | ({Role.COORDINATOR, Role.STAFF} if "open" not in path else set())
    assert answer.status_code == (200 if role in may else 303 if role is None else 403)


def fields(**more: Any) -> dict[str, Any]:
    plain = {
        "title_ko": "무엇을 먼저 할까요?",
        "method": "approval",
        "choose": "2",
        "per_option": "1",
        "winners": "1",
        "threshold": "none",
        "tie_rule": "all_tied",
        "grace_seconds": "30",
        "options": "나무 그늘 | Shade of trees\n넓은 보도\n\n쉼터 의자",
    }
    return plain | more


def test_a_ballot_is_drafted_looked_at_changed_and_discarded(hall: Hall) -> None:
    client, base = hall.world.browser(hall.host_id), f"/forums/{hall.slug}/ballots"
    saved = post(client, f"{base}/new", **fields())
    assert saved.status_code == 303
    shown = client.get(saved.location).text
    assert "나무 그늘" in shown
    assert "한 사람이 2개까지 고릅니다." in shown
    form = client.get(f"{saved.location}/edit").text
    assert "나무 그늘 | Shade of trees" in form
    changed = post(client, f"{saved.location}/edit", **fields(title_ko="다른 물음", options="하나\n둘\n셋"))
    assert "다른 물음" in client.get(changed.location).text
    gone = post(client, f"{saved.location}/discard")
    assert gone.status_code == 303
    assert client.get(saved.location).status_code == 404


def test_a_practice_ballot_is_one_click_away_and_opens_from_its_page(hall: Hall) -> None:
    client = hall.world.browser(hall.host_id)
    made = post(client, f"/forums/{hall.slug}/ballots/practice")
    ballot_id = int(made.location.rsplit("/", 1)[1])
    opened = post(
        client, f"/forums/{hall.slug}/do/ballot.open", ballot=ballot_id, return_to=f"/forums/{hall.slug}/ballots"
    )
    assert opened.status_code == 303
    words = text_of(client.get(opened.location).text)
    assert "투표하는 중" in words
    assert "연습" in words


def test_options_are_taken_from_what_is_on_offer_with_their_numbers(
    app: Flask, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Themes:
        def offer(self, session: Any, forum_id: int) -> Offer:
            options = (OfferedOption("밤에도 환한 골목", "Light", 12, 7, 41), OfferedOption("빈 점포", "", 9, 4, 42))
            return Offer(options, version=3)

    monkeypatch.setitem(app.extensions, SOURCES, [Themes()])
    client, base = hall.world.browser(hall.host_id), f"/forums/{hall.slug}/ballots"
    assert "제안 12건 · 테이블 7곳" in client.get(f"{base}/new").text
    saved = post(client, f"{base}/new", **fields(offered=["theme-41", "theme-42"], options="직접 적은 것"))
    view = hall.view(int(saved.location.rsplit("/", 1)[1]))
    assert [(o.text, o.proposals, o.tables, o.theme_id) for o in view.options] == [
        ("밤에도 환한 골목", 12, 7, 41),
        ("빈 점포", 9, 4, 42),
        ("직접 적은 것", None, None, None),
    ]
    assert view.theme_version == 3


WRONG = [
    {"title_ko": ""},
    {"title_ko": "가" * 121},
    {"method": "nonsense"},
    {"choose": "many"},
    {"choose": "-1"},
    {"winners": "3"},
    {"grace_seconds": "601"},
    {"options": "하나"},
    {"options": "하나\n하나\n둘"},
    {"options": "가" * 9001},
    {"offered": "theme-999"},
    {"threshold": "\x00"},
    {"tie_rule": "<script>"},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_draft_comes_back_with_a_sentence_and_what_was_typed(hall: Hall, wrong: dict[str, str]) -> None:
    client = hall.world.browser(hall.host_id)
    answer = post(client, f"/forums/{hall.slug}/ballots/new", **fields(**wrong))
    assert answer.status_code == 422
    assert "아직 저장하지 못했습니다." in answer.text
    if "title_ko" not in wrong:
        assert "무엇을 먼저 할까요?" in answer.text
    assert hall.world.read(lambda session: queries.ballots(session, hall.forum_id)) == []


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


def regions(hall: Hall, surface: Surface, args: tuple[int, ...]) -> dict[str, Region]:
    def work(session: Any) -> dict[str, Region]:
        with drawn_for_all():
            drawn = surface.snapshot(session, hall.forum_id, args)
            ours = [region for region in drawn if surface is DESK or region.name.startswith("ballot")]
            return {region.name: region for region in ours if region.html}

    return hall.world.read(work)


def evening(hall: Hall) -> list[Callable[[], Any]]:
    """Every event of a ballot's life, one act after the other."""
    seats = hall.sit(4)
    ballot_id, spare = hall.prepare(), hall.prepare(practice_draft())
    papers: list[str] = []

    def later(seconds: int, act: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> None:
            clock.advance(timedelta(seconds=seconds))
            act()

        return run

    def segments(session: Any) -> int:
        forum = session.get_one(Forum, hall.forum_id)
        return next(one.id for one in forum.segments if one.id != forum.segment_id)

    def move_on() -> None:
        clock.advance(timedelta(seconds=60))
        target = hall.world.read(segments)
        hall.world.write(lambda session: move_to(session, hall.host, hall.forum_id, target))

    return [
        lambda: hall.prepare(),
        lambda: hall.do(discard_ballot, spare),
        lambda: hall.do(open_ballot, ballot_id, hall.keys),
        lambda: hall.cast(seats[0], ballot_id, 1, 2),
        lambda: hall.do(mark_paper, ballot_id, seats[1].seat_id),
        lambda: hall.do(unmark_paper, ballot_id, seats[1].seat_id),
        lambda: hall.do(mark_paper, ballot_id, seats[1].seat_id),
        lambda: papers.append(enter(hall, ballot_id, 3)),
        lambda: hall.do(remove_paper, ballot_id, papers[0]),
        lambda: enter(hall, ballot_id, 4),
        lambda: hall.do(close_ballot, ballot_id),
        lambda: hall.cast(seats[2], ballot_id, 2),
        later(40, lambda: hall.do(seal_ballot, ballot_id)),
        lambda: hall.reopen(ballot_id),
        lambda: hall.do(close_ballot, ballot_id),
        later(40, lambda: hall.do(seal_ballot, ballot_id)),
        lambda: hall.do(publish_ballot, ballot_id),
        move_on,
    ]


def test_the_old_page_with_what_events_touch_is_the_fresh_page(hall: Hall) -> None:
    acts = evening(hall)
    pages = {surface.name: regions(hall, surface, args) for surface, args in ((PHONE, (1, hall.seats[0])), (DESK, ()))}
    kinds: set[str] = set()
    last = hall.world.read(lambda session: after(session, hall.forum_id, 0, ALL))
    heard = last[-1].number if last else 0
    for act in acts:
        act()
        news = hall.world.read(lambda session, since=heard: after(session, hall.forum_id, since, ALL))
        assert news
        heard = news[-1].number
        kinds.update(item.event.kind for item in news)
        for surface, args in ((PHONE, (1, hall.seats[0])), (DESK, ())):
            names = list(dict.fromkeys(name for item in news for name in surface.touched(item.event)))
            if surface is PHONE:
                names = [name for name in names if name.startswith("ballot")]

            def work(session: Any, surface: Surface = surface, names: list[str] = names) -> list[Region]:
                with drawn_for_all():
                    return [surface.draw(session, hall.forum_id, name) for name in names]

            pages[surface.name] = apply_regions(pages[surface.name], hall.world.read(work))
            fresh = regions(hall, surface, args)
            stale = [n for n in fresh.keys() | pages[surface.name].keys() if fresh.get(n) != pages[surface.name].get(n)]
            assert stale == [], (surface.name, [item.event.kind for item in news])
    assert kinds >= {kind for kind in ALL if kind.startswith(("ballot.", "vote.", "paper."))}


ALL = [
    *("ballot.prepared", "ballot.discarded", "ballot.opened", "ballot.closing", "ballot.sealed", "ballot.published"),
    *("ballot.reopened", "vote.accepted", "paper.marked", "paper.unmarked", "paper.entered", "paper.removed"),
    *("segment.started",),
]


def test_a_live_update_of_the_ballot_is_the_same_for_everyone(hall: Hall) -> None:
    (seat,) = hall.sit(1)
    ballot_id = hall.open()
    hall.cast(seat, ballot_id, 1)
    drawn = regions(hall, PHONE, (1, hall.seats[0]))["ballot"].html
    assert "data-receipt" not in drawn
    assert "csrf" not in drawn
    order = re.findall(r'data-option="(\d)"', drawn)
    assert order == ["1", "2", "3", "4", "5"]


def test_the_desk_answers_with_few_queries_even_for_a_full_hall(hall: Hall) -> None:
    seats = hall.sit(24)
    ballot_id = hall.open()
    for seat in seats:
        hall.cast(seat, ballot_id, 1)
    statements: list[str] = []
    engine = hall.world.database.read_engine

    def heard(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", heard)
    try:
        assert hall.world.browser(hall.host_id).get(f"/forums/{hall.slug}/ballots").status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", heard)
    assert len(statements) <= 50, len(statements)
