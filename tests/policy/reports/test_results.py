"""The results page, everything under one theme, the report on paper, what happens next."""

from datetime import date

import pytest
import sqlalchemy
from flask.testing import FlaskClient

from core import clock
from core.permissions import Role
from participation.forums.models import ForumState, SegmentKind
from participation.proposals.models import Proposal, ProposalState, Stance
from participation.seats.models import Seat
from policy.commitments.states import CommitmentState
from policy.themes.models import ThemePlacement
from tests.factories import World
from tests.policy.commitments.test_pages import queries
from tests.policy.followup import FollowUp


@pytest.mark.parametrize("state", [ForumState.ANNOUNCED, ForumState.LIVE])
def test_before_the_close_only_those_who_prepare_it_see_the_results(
    world: World, client: FlaskClient, state: ForumState
) -> None:
    slug = world.slug(world.forum(state=state, kind=SegmentKind.TABLE_ROUND))
    for page in ("results", "report", "results/apart"):
        assert client.get(f"/forums/{slug}/{page}").status_code == 404
        assert world.browser(world.person(Role.FACILITATOR)).get(f"/forums/{slug}/{page}").status_code == 404
        for role in (Role.STAFF, Role.COORDINATOR, Role.HOST, Role.ANALYST):
            assert world.browser(world.person(role)).get(f"/forums/{slug}/{page}").status_code == 200
    assert "미리 보기입니다." in world.browser(world.person(Role.STAFF)).get(f"/forums/{slug}/results").text


def test_themes_stand_with_their_counts_voices_and_dissent(followed: FollowUp, client: FlaskClient) -> None:
    seat_id, _, _ = followed.seat(1)
    followed.say("초록불이 짧아요.", theme_id=followed.theme_id, seat_id=seat_id, table=1)
    against = followed.say("퇴근길 차가 시장으로 들어옵니다.", theme_id=followed.theme_id, table=2)
    apart = followed.say("벤치에 이름을 새깁시다.", table=3)

    def mark(session: sqlalchemy.orm.Session) -> None:
        session.get_one(Proposal, against).dissent = True

    followed.world.place(mark)
    assert apart
    page = client.get(f"/forums/{followed.slug}/results").text
    assert "제안 2건" in page
    assert "테이블 3곳 중 2곳" in page
    assert "초록불이 짧아요." in page
    assert "퇴근길 차가 시장으로 들어옵니다." in page
    assert "다른 의견 1" in page
    assert page.index("어느 묶음에도 들지 않은 목소리") < page.index("벤치에 이름을 새깁시다.")
    assert "순자" not in page


def test_hidden_words_are_on_no_page(followed: FollowUp, client: FlaskClient) -> None:
    hidden = followed.say("전화 010 번호가 있는 글", theme_id=followed.theme_id)

    def hide(session: sqlalchemy.orm.Session) -> None:
        row = session.get_one(Proposal, hidden)
        row.state, row.hidden_reason, row.hidden_at = ProposalState.HIDDEN, "전화번호", clock.now()

    followed.world.place(hide)
    slug = followed.slug
    for page in ("results", "report", f"results/themes/{followed.theme_id}", "results/apart"):
        assert "010 번호" not in client.get(f"/forums/{slug}/{page}").text


def _stances(followed: FollowUp, proposal_id: int, people: int) -> None:
    for place in range(1, people + 1):
        seat_id, _ = followed.world.seat(followed.forum_id, table=2, place=place)
        row = Stance(proposal_id=proposal_id, seat_id=seat_id, version=1, value="agree", epoch=1, counter=1)
        row.at = clock.now()
        followed.world.place(lambda session, row=row: session.add(row))


@pytest.mark.parametrize(("people", "told"), [(4, False), (5, True)])
def test_stances_are_told_only_from_five_people_on(
    followed: FollowUp, client: FlaskClient, people: int, told: bool
) -> None:
    _stances(followed, followed.say("초록불이 짧아요.", theme_id=followed.theme_id), people)
    page = client.get(f"/forums/{followed.slug}/results").text
    assert ("찬성 5, 반대 0" in page) is told
    assert ("넘김을 5번 표시했습니다" in page) is told
    assert ("찬성 4" in page) is False


def test_everything_under_a_theme_comes_fifty_at_a_time(followed: FollowUp, client: FlaskClient) -> None:
    for number in range(53):
        followed.say(f"{number}번째 말", theme_id=followed.theme_id)
    path = f"/forums/{followed.slug}/results/themes/{followed.theme_id}"
    first, second = client.get(path).text, client.get(f"{path}?page=2").text
    assert "49번째 말" in first
    assert "50번째 말" not in first
    assert "52번째 말" in second
    assert client.get(f"{path}?page=99999999999").status_code == 200
    assert client.get(f"/forums/{followed.slug}/results/themes/99999").status_code == 404


def test_what_was_promised_stands_beside_its_theme(followed: FollowUp, client: FlaskClient) -> None:
    followed.say("초록불이 짧아요.", theme_id=followed.theme_id)
    followed.adopt(followed.commitment(), date(2027, 3, 20))
    page = client.get(f"/forums/{followed.slug}/results").text
    assert page.count('href="/commitments/1"') == 2
    assert "채택" in page
    report = client.get(f"/forums/{followed.slug}/report").text
    assert "시장 앞 보행 신호 연장" in report
    assert 'class="qr"' in report


def test_what_happens_next_is_written_by_coordinators_and_staff(followed: FollowUp) -> None:
    path = f"/forums/{followed.slug}/results/next-steps"
    fields = {"next_steps_ko": "12월 4일까지 부서를 정합니다.\n<b>공개</b>합니다.", "next_steps_en": ""}
    for role in Role:
        browser = followed.world.browser(followed.world.person(role))
        expected = 303 if role in (Role.STAFF, Role.COORDINATOR, Role.ADMINISTRATOR) else 403
        assert browser.post(path, data=fields).status_code == expected
    page = followed.world.browser().get(f"/forums/{followed.slug}/results").text
    assert "12월 4일까지 부서를 정합니다." in page
    assert "&lt;b&gt;공개" in page
    staff = followed.world.browser(followed.person_id)
    refused = staff.post(path, data={"next_steps_ko": "가" * 3001, "next_steps_en": ""})
    assert refused.status_code == 422
    assert "지금 3001자입니다." in refused.text


def test_english_results_hold_no_korean_sentence_of_ours(followed: FollowUp) -> None:
    followed.say("초록불이 짧아요.", theme_id=followed.theme_id)
    followed.change(followed.commitment(), CommitmentState.REVIEWING)
    browser = followed.world.browser()
    browser.set_cookie("locale", "en")
    page = browser.get(f"/forums/{followed.slug}/results").text
    assert "What was said" in page
    assert "Under review" in page
    assert "무슨 이야기가 나왔나" not in page


def _thousand(followed: FollowUp) -> None:
    """A thousand proposals in ten themes, written at once."""
    followed.say("첫 말", theme_id=followed.theme_id)
    themes = [followed.theme(f"묶음 {number}") for number in range(9)] + [followed.theme_id]

    def work(session: sqlalchemy.orm.Session) -> None:
        seat_id = session.scalars(sqlalchemy.select(Seat.id)).first()
        now = clock.now()
        base = {"forum_id": followed.forum_id, "origin": "phone", "state": "shown", "version": 1, "created_at": now}
        marks = {"verbatim": True, "read_back": False, "dissent": False, "top": False, "seat_id": seat_id}
        rows = [{**base, **marks, "id": 1000 + n, "table_number": n % 8 + 1} for n in range(1000)]
        session.execute(sqlalchemy.insert(Proposal), rows)
        versions = [
            {"proposal_id": 1000 + n, "number": 1, "text": f"말 {n}", "salt": "s", "by": "seat", "at": now}
            for n in range(1000)
        ]
        session.execute(
            sqlalchemy.text(
                "INSERT INTO proposal_versions (proposal_id, number, text, salt, consented, by, at)"
                " VALUES (:proposal_id, :number, :text, :salt, true, :by, :at)"
            ),
            versions,
        )
        session.execute(
            sqlalchemy.insert(ThemePlacement),
            [
                {"proposal_id": 1000 + n, "forum_id": followed.forum_id, "theme_id": themes[n % 10], "at": now}
                for n in range(990)
            ],
        )

    followed.world.place(work)


def test_a_thousand_proposals_take_no_more_queries_than_a_few(followed: FollowUp, client: FlaskClient) -> None:
    followed.seat(1)
    followed.commitment()
    slug = followed.slug
    followed.world.database.forget()
    with queries(followed.world) as few:
        assert client.get(f"/forums/{slug}/results").status_code == 200
    _thousand(followed)
    with queries(followed.world) as many:
        page = client.get(f"/forums/{slug}/results")
    assert page.status_code == 200
    assert "제안 99건" in page.text
    assert len(many) <= len(few) + 6
    assert len(many) <= 40
    assert len(page.data) < 300_000
    with queries(followed.world) as report:
        assert client.get(f"/forums/{slug}/report").status_code == 200
    assert len(report) <= 40
