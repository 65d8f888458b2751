"""Ballots on live pages: old regions with what events touch are the fresh page; nothing personal for everyone."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.events.log import after
from core.live.regions import Region, Surface, apply_regions, drawn_for_all
from participation.ballots.fragments import DESK
from participation.ballots.models import UNDER_WAY, BallotState
from participation.ballots.operations.papers import mark_paper, remove_paper, unmark_paper
from participation.ballots.operations.preparing import discard_ballot, practice_draft
from participation.ballots.operations.running import close_ballot, open_ballot, publish_ballot, seal_ballot
from participation.forums.clock import move_to
from participation.forums.models import Forum, SegmentKind
from participation.seats.phone import PHONE
from tests.participation.ballots.conftest import Hall
from tests.participation.ballots.test_pages import phone
from tests.participation.ballots.test_running import enter


def regions(hall: Hall, surface: Surface, args: tuple[int, ...]) -> dict[str, Region]:
    def work(session: Any) -> dict[str, Region]:
        with drawn_for_all():
            drawn = surface.snapshot(session, hall.forum_id, args)
            ours = [region for region in drawn if surface is DESK or region.name.startswith("ballot")]
            return {region.name: region for region in ours if region.html}

    return hall.world.read(work)


def move_to_kind(hall: Hall, kind: SegmentKind) -> None:
    """The host moves the room to the segment of this kind, a minute later."""
    clock.advance(timedelta(seconds=60))

    def work(session: Any) -> None:
        forum = session.get_one(Forum, hall.forum_id)
        target = next(one.id for one in forum.segments if one.kind == kind)
        move_to(session, hall.host, hall.forum_id, target)

    hall.world.write(work)


def evening(hall: Hall, *, moves_on: bool) -> list[Callable[[], Any]]:
    """Every event of a ballot's life, one act after the other; `moves_on`: the room does while votes are taken."""
    seats = hall.sit(4)
    ballot_id, spare = hall.prepare(), hall.prepare(practice_draft())
    papers: list[str] = []

    def later(seconds: int, act: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> None:
            clock.advance(timedelta(seconds=seconds))
            act()

        return run

    return [
        lambda: hall.prepare(),
        lambda: hall.do(discard_ballot, spare),
        lambda: hall.do(open_ballot, ballot_id, hall.keys),
        lambda: hall.cast(seats[0], ballot_id, 1, 2),
        *([lambda: move_to_kind(hall, SegmentKind.SURVEY)] if moves_on else []),
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
        lambda: move_to_kind(hall, SegmentKind.SHARE_BACK),
    ]


@pytest.mark.parametrize("moves_on", [False, True])
def test_the_old_page_with_what_events_touch_is_the_fresh_page(hall: Hall, moves_on: bool) -> None:
    acts = evening(hall, moves_on=moves_on)
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


MOVED_ON = {
    BallotState.OPEN: "투표가 아직 열려 있습니다",
    BallotState.CLOSING: "투표가 아직 열려 있습니다",
    BallotState.SEALED: "사회자가 결과를 발표하면 여기에도 나옵니다.",
    BallotState.PUBLISHED: "전체 투표 결과",
}


@pytest.mark.parametrize("state", MOVED_ON)
def test_the_step_the_room_moved_on_to_has_the_phone_and_the_ballot_stands_beside(
    hall: Hall, state: BallotState
) -> None:
    hall.sit(1)
    move_to_kind(hall, SegmentKind.PLENARY_BALLOT)
    ballot_id = hall.open()
    assert "data-main" in regions(hall, PHONE, (1, hall.seats[0]))["ballot"].html
    move_to_kind(hall, SegmentKind.SURVEY)
    hall.reach(ballot_id, state)
    drawn = regions(hall, PHONE, (1, hall.seats[0]))
    assert "data-main" not in drawn["ballot"].html
    assert MOVED_ON[state] in drawn["ballot"].html
    assert ('href="/forums/' in drawn["ballot"].html) == (state in UNDER_WAY)
    assert "투표한 분" not in drawn["ballot-turnout"].html
    page = phone(hall).get(f"/forums/{hall.slug}", headers={"Accept": "text/html"}).text
    assert "data-survey-form" in page
    assert page.index('data-region="survey"') < page.index('data-region="ballot"')


def test_a_ballot_opened_before_its_step_has_the_phone_in_it_until_the_result_is_old(hall: Hall) -> None:
    hall.sit(1)

    def main() -> bool:
        return "data-main" in regions(hall, PHONE, (1, hall.seats[0]))["ballot"].html

    ballot_id = hall.open()
    assert main()
    move_to_kind(hall, SegmentKind.PLENARY_BALLOT)
    assert main()
    hall.reach(ballot_id, BallotState.PUBLISHED)
    assert main()
    move_to_kind(hall, SegmentKind.SHARE_BACK)
    assert not main()
    move_to_kind(hall, SegmentKind.PLENARY_BALLOT)
    assert not main()


def test_a_live_update_of_the_ballot_is_the_same_for_everyone(hall: Hall) -> None:
    (seat,) = hall.sit(1)
    ballot_id = hall.open()
    hall.cast(seat, ballot_id, 1)
    drawn = regions(hall, PHONE, (1, hall.seats[0]))["ballot"].html
    assert "data-receipt" not in drawn
    assert "csrf" not in drawn
    order = re.findall(r'data-option="(\d)"', drawn)
    assert order == ["1", "2", "3", "4", "5"]
