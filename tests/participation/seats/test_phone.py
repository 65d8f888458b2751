"""The phone page: what it shows at each moment; what is drawn anew for each event."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy
from sqlalchemy.orm import Session

from core import clock
from core.events.log import Recorded, record
from core.i18n import using_locale
from core.live.regions import Region, apply_regions, drawn_for_all
from core.permissions import Role
from participation.forums import clock as evening
from participation.forums.models import Forum, ForumState, Segment, SegmentKind
from participation.proposals import operations as proposals
from participation.proposals.events import ProposalHidden, ProposalReworded, ProposalWithdrawn
from participation.proposals.models import Proposal, ProposalState, ProposalVersion, StanceValue
from participation.seats import operations
from participation.seats.observing import OBSERVER
from participation.seats.phone import PHONE
from tests.factories import World

Act = Callable[[World, int, str], None]


def change(world: World, forum: int, work: Callable[[Session], object], event: object) -> None:
    def both(session: Session) -> None:
        work(session)
        record(session, forum, "person:1", event)  # type: ignore[arg-type]

    world.write(both)


def host(world: World, forum: int, act: Callable[..., object], *more: object) -> None:
    actor = world.actor(forum, person_id=world.person(Role.HOST))
    world.write(lambda session: act(session, actor, forum, *more))


def to(world: World, forum: int, kind: SegmentKind) -> None:
    segment = world.read(lambda session: next(s.id for s in session.get_one(Forum, forum).segments if s.kind == kind))
    host(world, forum, evening.move_to, segment)


def first_proposal(world: World) -> int:
    return (
        world.read(lambda session: session.scalars(sqlalchemy.select(Proposal.id).order_by(Proposal.id)).first()) or 0
    )


def put_forward(world: World, forum: int, token: str) -> None:
    actor = world.actor(forum, token=token)
    world.write(lambda session: proposals.submit_proposal(session, actor, forum, "등받이 있는 의자를 놓아 주세요."))


def answer(world: World, forum: int, token: str) -> None:
    actor, proposal = world.actor(forum, token=token), first_proposal(world)
    world.write(lambda session: proposals.take_stance(session, actor, forum, proposal, StanceValue.AGREE))


def hide(world: World, forum: int, token: str) -> None:
    def work(session: Session) -> None:
        proposal = session.get_one(Proposal, first_proposal(world))
        proposal.state, proposal.hidden_reason, proposal.hidden_at = (
            ProposalState.HIDDEN,
            "전화번호가 있습니다.",
            clock.now(),
        )

    change(world, forum, work, ProposalHidden(proposal=first_proposal(world), table=1))


def reword(world: World, forum: int, token: str) -> None:
    def work(session: Session) -> None:
        proposal = session.get_one(Proposal, first_proposal(world))
        version = ProposalVersion(number=2, text="다듬은 글", salt="s", by="person:1", at=clock.now())
        proposal.versions.append(version)
        proposal.version = 2

    change(world, forum, work, ProposalReworded(proposal=first_proposal(world), table=1, version=2, digest="d"))


def withdraw(world: World, forum: int, token: str) -> None:
    def work(session: Session) -> None:
        session.get_one(Proposal, first_proposal(world)).state = ProposalState.WITHDRAWN

    change(world, forum, work, ProposalWithdrawn(proposal=first_proposal(world), table=1))


def another_sits(world: World, forum: int, token: str) -> None:
    agreed = operations.Consents(process=True, opinions=True)
    world.write(lambda s: operations.take_seat(s, forum, name="영호", consents=agreed, secret="s" * 40, table=1))


def my_seat(world: World, forum: int, token: str) -> int:
    return world.actor(forum, token=token).seat_id or 0


ACTS: dict[str, Act] = {
    "proposal": put_forward,
    "stance": answer,
    "hidden": hide,
    "reworded": reword,
    "withdrawn": withdraw,
    "someone sits down": another_sits,
    "renamed": lambda w, f, t: host(w, f, operations.rename_seat, my_seat(w, f, t), "하늘"),
    "moved": lambda w, f, t: host(w, f, operations.move_seat, my_seat(w, f, t), 2),
    "left": lambda w, f, t: host(w, f, operations.leave_seat, my_seat(w, f, t)),
    "next segment": lambda w, f, t: to(w, f, SegmentKind.SHARE_BACK),
    "survey": lambda w, f, t: to(w, f, SegmentKind.SURVEY),
    "ballot": lambda w, f, t: to(w, f, SegmentKind.PLENARY_BALLOT),
    "pause": lambda w, f, t: host(w, f, evening.pause),
    "extend": lambda w, f, t: host(w, f, evening.extend, 300),
    "close": lambda w, f, t: host(w, f, evening.close_forum),
}


@pytest.mark.parametrize("locale", ["ko", "en"])
@pytest.mark.parametrize("act", ACTS)
def test_an_old_page_with_what_an_event_touches_is_a_fresh_page(world: World, act: str, locale: str) -> None:
    forum = world.forum()
    seat, token = world.seat(forum)
    world.proposal(forum, seat_id=seat)
    args, recorded = (1, seat), list[Recorded]()
    world.database.listen(recorded.extend)

    def shown(names: list[str] | None = None) -> list[Region]:
        with using_locale(locale), drawn_for_all(), world.database.reading() as session:
            if names is None:
                return PHONE.snapshot(session, forum, args)
            return [PHONE.draw(session, forum, name) for name in names]

    before = {region.name: region for region in shown() if region.html}
    ACTS[act](world, forum, token)
    mine = ("forum", "table:1", "turnout", f"seat:{seat}")
    events = [one.event for one in recorded if one.stream in mine]
    assert events, act
    names = [name for event in events for name in PHONE.touched(event)]
    after = apply_regions(before, shown(names))
    fresh = {region.name: region for region in shown() if region.html}
    mine_only = {name: region for name, region in after.items() if name in fresh or name in before}
    assert mine_only == fresh


def test_what_is_drawn_for_all_says_nothing_of_one_seat(world: World) -> None:
    forum = world.forum()
    seat, token = world.seat(forum)
    world.proposal(forum, seat_id=seat)
    answer(world, forum, token)
    with drawn_for_all(), world.database.reading() as session:
        html = "".join(region.html for region in PHONE.snapshot(session, forum, (1, seat)))
    assert 'aria-pressed="true"' not in html
    assert "내 제안" not in html
    assert "csrf_token" not in html


def page(world: World, forum: int, token: str) -> str:
    return world.phone(forum, token).get(f"/forums/{world.slug(forum)}").get_data(as_text=True)


def test_the_page_shows_the_band_ones_own_marks_and_what_can_be_done(world: World) -> None:
    forum = world.forum()
    seat, token = world.seat(forum, place=5)
    own, other = world.proposal(forum, seat_id=seat), world.proposal(forum)
    world.proposal(forum, table=2, text="다른 테이블의 말")
    text = page(world, forum, token)
    assert "1번 테이블" in text
    assert "5번 자리" in text
    assert "우리 테이블 제안 2" in text
    assert "다른 테이블의 말" not in text
    assert text.index(f'id="proposal-{other}"') < text.index(f'id="proposal-{own}"')
    assert f'data-own="{own}"' in text
    assert text.count("badge-chosen") >= 1
    assert "제안 쓰기" in text
    assert "19:20까지" in text


def test_a_hidden_proposal_shows_its_reason_and_only_its_author_the_way_to_rewrite(world: World) -> None:
    forum = world.forum()
    seat, token = world.seat(forum)
    other = world.seat(forum, place=2)[1]
    proposal = world.proposal(forum, seat_id=seat, text="가려질 말")
    hide(world, forum, token)
    for one in (token, other):
        assert "가려질 말" not in page(world, forum, one)
        assert "전화번호가 있습니다. 퍼실리테이터가 19:00에 가렸습니다." in page(world, forum, one)
    assert f"?write={proposal}" in page(world, forum, token)
    assert f"?write={proposal}" not in page(world, forum, other)
    again = f"/forums/{world.slug(forum)}?write={proposal}"
    assert "가려질 말" in world.phone(forum, token).get(again).get_data(as_text=True)
    assert "가려질 말" not in world.phone(forum, other).get(again).get_data(as_text=True)


def test_a_reworded_proposal_shows_the_first_wording_and_asks_again(world: World) -> None:
    forum = world.forum()
    seat, token = world.seat(forum)
    world.proposal(forum, seat_id=seat, text="처음 말")
    answer(world, forum, token)
    reword(world, forum, token)
    text = page(world, forum, token)
    assert "다듬은 글" in text
    assert "처음 말" in text
    assert "제 뜻과 다릅니다" in text
    assert re.search(r"data-ask-again>", text)
    answer(world, forum, token)
    assert re.search(r"data-ask-again hidden>", page(world, forum, token))


@pytest.mark.parametrize("kind", SegmentKind)
def test_every_step_has_a_page(world: World, kind: SegmentKind) -> None:
    forum = world.forum(kind=kind)
    token = world.seat(forum)[1]
    world.proposal(forum)
    text = page(world, forum, token)
    assert 'data-surface="phone"' in text
    assert ("우리 테이블에 보내기" in text.split("<dialog")[0]) == (
        kind in (SegmentKind.TABLE_ROUND, SegmentKind.THEME_CHECK, SegmentKind.OPEN_MICROPHONE)
    )


def test_before_the_start_and_after_the_close_the_phone_says_so(world: World) -> None:
    coming = world.forum(state=ForumState.ANNOUNCED)
    assert "곧 시작합니다" in page(world, coming, world.seat(coming)[1])
    closed = world.forum(state=ForumState.CLOSED)
    text = page(world, closed, world.seat(closed)[1])
    assert "함께해 주셔서 고맙습니다" in text
    assert "결과 보기" in text
    assert "/receipt/" in text


def test_a_closed_round_holds_its_stances_shut_and_says_since_when(world: World) -> None:
    forum = world.forum()
    token = world.seat(forum)[1]
    world.proposal(forum)
    to(world, forum, SegmentKind.BREAK)
    text = page(world, forum, token)
    assert "순서 2가 19:00에 끝나 더 바꿀 수 없습니다.</span>" in text
    assert 'aria-pressed="false" disabled' in text
    assert world.read(lambda s: [x.kind for x in s.scalars(sqlalchemy.select(Segment)) if x.ended_at]) == [
        "table_round"
    ]


def test_only_who_chose_hears_that_the_choice_stays(world: World) -> None:
    forum = world.forum()
    chose, newcomer = (world.seat(forum, place=place)[1] for place in (1, 2))
    world.proposal(forum)
    answer(world, forum, chose)
    to(world, forum, SegmentKind.BREAK)
    stays = "더 바꿀 수 없습니다. 고르신 것은 그대로 남아 있습니다.</span>"
    assert stays in page(world, forum, chose)
    assert stays not in page(world, forum, newcomer)


def test_the_ground_rules_stand_one_to_a_line(world: World) -> None:
    forum = world.forum(kind=SegmentKind.WELCOME)
    world.place(lambda s: setattr(s.get_one(Forum, forum), "ground_rules_ko", "한 번에 한 분씩.\n\n끝까지 듣기."))
    client = world.phone(forum, world.seat(forum)[1])
    for path in ("", "/seat"):
        text = client.get(f"/forums/{world.slug(forum)}{path}", headers={"Accept": "text/html"}).text
        assert "<li>한 번에 한 분씩.</li><li>끝까지 듣기.</li>" in text


def test_a_round_is_called_by_its_number_within_a_sentence(world: World) -> None:
    """Not “무엇부터 바꿀까요가 … 끝나”; nor twice over the question in the band."""
    forum = world.forum()
    world.place(lambda s: setattr(s.get_one(Forum, forum).segments[2], "title_ko", "2라운드 · 무엇부터 바꿀까요"))
    token = world.seat(forum)[1]
    world.proposal(forum)
    assert '<span data-slot="step">2라운드</span>' in page(world, forum, token)
    to(world, forum, SegmentKind.BREAK)
    assert "2라운드가 19:00에 끝나 더 바꿀 수 없습니다." in page(world, forum, token)


def test_whoever_looks_on_sees_the_band_anew_at_each_step(world: World) -> None:
    forum = world.forum()
    recorded: list[Recorded] = []
    world.database.listen(recorded.extend)

    def snapshot() -> dict[str, Region]:
        with drawn_for_all(), world.database.reading() as session:
            return {region.name: region for region in OBSERVER.snapshot(session, forum, ())}

    before = snapshot()
    to(world, forum, SegmentKind.BREAK)
    with drawn_for_all(), world.database.reading() as session:
        names = [name for one in recorded for name in OBSERVER.touched(one.event)]
        after = apply_regions(before, [OBSERVER.draw(session, forum, name) for name in names])
    assert after == snapshot() != before


def test_only_the_table_s_own_page_may_be_kept_on_the_phone(world: World) -> None:
    forum = world.forum()
    _, token = world.seat(forum)
    phone, stranger, slug = world.phone(forum, token), world.browser(), world.slug(forum)
    assert phone.get(f"/forums/{slug}").headers["Hyeondap-Keep"] == "page"
    for browser, path in ((phone, "/seat"), (phone, "/observe"), (stranger, ""), (stranger, "/join")):
        assert "Hyeondap-Keep" not in browser.get(f"/forums/{slug}{path}").headers
    worker = stranger.get("/sw.js")
    assert worker.content_type.startswith("text/javascript")
    assert worker.headers["Cache-Control"] == "no-cache"
