"""The host's pages of ballots: who sees them, drafting, taking options from what is on offer, wrong drafts."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from core.permissions import Role
from participation.ballots import queries
from participation.ballots.models import BallotState
from participation.ballots.offering import SOURCES
from participation.ballots.sources import Offer, OfferedOption
from tests.participation.ballots.conftest import Hall
from tests.participation.ballots.test_pages import post, text_of

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


FIRST = (OfferedOption("밤에도 환한 골목", "Light", 9, 4, 41), OfferedOption("빈 점포", "", 9, 4, 42))
AGAIN = (OfferedOption("환한 골목과 큰길", "Light", 16, 6, 41), OfferedOption("의자", "", 3, 2, 43))


class Frozen:
    """Themes frozen once, and again."""

    def __init__(self) -> None:
        self.latest = Offer(FIRST, version=3)

    def offer(self, session: Any, forum_id: int) -> Offer:
        return self.latest


@pytest.fixture
def frozen(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Frozen:
    themes = Frozen()
    monkeypatch.setitem(app.extensions, SOURCES, [themes])
    return themes


def _drafted(hall: Hall) -> int:
    client, path = hall.world.browser(hall.host_id), f"/forums/{hall.slug}/ballots/new"
    saved = post(client, path, **fields(offered=["theme-41", "theme-42"], options="직접 적은 것"))
    return int(saved.location.rsplit("/", 1)[1])


def _try_to_open(hall: Hall, ballot_id: int, **more: str) -> Any:
    path, data = f"/live/{hall.forum_id}/do/ballot.open", {"ballot": str(ballot_id)} | more
    return hall.world.browser(hall.host_id).post(path, json={"key": "k" * 12, "data": data}).get_json()


def test_a_ballot_with_older_numbers_than_the_screen_does_not_open_unseen(hall: Hall, frozen: Frozen) -> None:
    ballot_id = _drafted(hall)
    frozen.latest = Offer(AGAIN, version=4)
    refused = _try_to_open(hall, ballot_id)
    assert (refused["ok"], refused["code"]) == (False, "newer_themes")
    assert hall.view(ballot_id).state is BallotState.DRAFT
    client = hall.world.browser(hall.host_id)
    for look in ("", "/open"):
        words = text_of(client.get(f"/forums/{hall.slug}/ballots/{ballot_id}{look}").text)
        assert "이 투표를 준비한 뒤 묶음을 다시 고정했습니다" in words
        assert "전에는 제안 9건 · 테이블 4곳, 새 판은 제안 16건 · 테이블 6곳" in words, words[1500:]
        assert "빈 점포 : 새 판에 없는 묶음입니다." in words
    assert _try_to_open(hall, ballot_id, as_drafted="y")["ok"]
    assert [option.proposals for option in hall.view(ballot_id).options] == [9, 9, None]


def test_the_newer_numbers_are_taken_over_at_one_press(hall: Hall, frozen: Frozen) -> None:
    ballot_id = _drafted(hall)
    frozen.latest = Offer(AGAIN, version=4)
    client = hall.world.browser(hall.host_id)
    done = post(client, f"/forums/{hall.slug}/ballots/{ballot_id}/renew")
    assert "다시 고정했습니다" not in client.get(done.location).text
    view = hall.view(ballot_id)
    assert view.theme_version == 4
    assert [(o.text, o.proposals, o.tables, o.theme_id) for o in view.options] == [
        ("환한 골목과 큰길", 16, 6, 41),
        ("빈 점포", None, None, 42),
        ("직접 적은 것", None, None, None),
    ]
    assert _try_to_open(hall, ballot_id)["ok"]
    assert post(client, f"/forums/{hall.slug}/ballots/{ballot_id}/renew").status_code == 409


def test_a_version_frozen_again_with_the_same_numbers_asks_nothing(hall: Hall, frozen: Frozen) -> None:
    ballot_id = _drafted(hall)
    frozen.latest = Offer(FIRST, version=4)
    assert (
        "다시 고정했습니다" not in hall.world.browser(hall.host_id).get(f"/forums/{hall.slug}/ballots/{ballot_id}").text
    )
    assert _try_to_open(hall, ballot_id)["ok"]


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
