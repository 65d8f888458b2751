"""The screen says what is so at its moment: themes as fixed or forming, what phones can do, what was decided."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from core import clock
from core.live.regions import Surface
from core.permissions import Role
from facilitation.stage.fragments.screen import SCREEN
from participation.ballots.operations.preparing import practice_draft, prepare_ballot
from participation.forums.models import Forum, SegmentKind
from participation.seats.phone import PHONE
from policy.themes.models import Theme, ThemePlacement
from policy.themes.operations import freeze_version
from tests.facilitation.hall import Hall
from tests.factories import World


def _theme(hall: Hall) -> int:
    def work(session: Session) -> int:
        theme = Theme(forum_id=hall.forum, label_ko="막히는 골목", origin="machine", created_at=clock.now())
        session.add(theme)
        session.flush()
        return theme.id

    return hall.world.place(work)


def _say(hall: Hall, theme: int, table: int) -> None:
    proposal = hall.propose(f"{table}번 테이블 앞 골목이 막힙니다", table=table)

    def work(session: Session) -> None:
        place = ThemePlacement(forum_id=hall.forum, proposal_id=proposal, theme_id=theme, at=clock.now())
        session.add(place)

    hall.world.place(work)


def _freeze(hall: Hall) -> None:
    analyst = hall.actor(hall.world.person(Role.ANALYST, scope=hall.forum))
    hall.write(lambda session: freeze_version(session, analyst, hall.forum))


def _to(hall: Hall, kind: SegmentKind) -> None:
    def find(session: Session) -> int:
        return next(one.id for one in session.get_one(Forum, hall.forum).segments if one.kind == kind)

    hall.do("forum.move", hall.host, segment=hall.read(find))


def _drawn(hall: Hall, surface: Surface, name: str) -> str:
    return hall.read(lambda session: surface.draw(session, hall.forum, name).html)


@pytest.mark.parametrize("kind", [SegmentKind.THEME_CHECK, SegmentKind.SHARE_BACK])
def test_while_the_room_looks_at_themes_screen_and_phones_show_the_same_counts(world: World, kind: SegmentKind) -> None:
    hall = Hall(world)
    theme = _theme(hall)
    _say(hall, theme, 1)
    _freeze(hall)
    _say(hall, theme, 2)
    hall.do("screen.show", hall.host, view="themes")
    assert "<b>2</b>" in _drawn(hall, SCREEN, "themes")
    _to(hall, kind)
    for count in (1, 2):
        assert f"<b>{count}</b>" in _drawn(hall, SCREEN, "themes")
        assert f"제안 {count}건" in _drawn(hall, PHONE, "themes")
        _freeze(hall)


SAYS = {
    SegmentKind.TABLE_ROUND: "‘제안 쓰기’를 눌러 주세요.",
    SegmentKind.THEME_CHECK: "‘우리 이야기가 빠졌어요’를 눌러 주세요.",
    SegmentKind.SHARE_BACK: "‘우리 이야기가 빠졌어요’를 눌러 주세요.",
    SegmentKind.BREAK: "",
}


@pytest.mark.parametrize("kind", SAYS)
def test_under_the_themes_stands_only_what_a_phone_can_do_now(world: World, kind: SegmentKind) -> None:
    hall = Hall(world)
    _to(hall, kind)
    hall.do("screen.show", hall.host, view="themes")
    drawn = _drawn(hall, SCREEN, "themes")
    assert ("눌러 주세요" in drawn) == bool(SAYS[kind])
    assert SAYS[kind] in drawn


def test_themes_are_gathering_until_the_room_sees_them_together(world: World) -> None:
    hall = Hall(world)
    hall.do("screen.show", hall.host, view="themes")
    assert "제안이 이렇게 모이고 있습니다" in _drawn(hall, SCREEN, "view")
    _to(hall, SegmentKind.SHARE_BACK)
    assert "제안이 이렇게 모였습니다" in _drawn(hall, SCREEN, "view")


def test_a_practice_ballot_decides_nothing_on_the_screen(world: World) -> None:
    hall = Hall(world)
    ballot = hall.write(lambda session: prepare_ballot(session, hall.host, hall.forum, practice_draft()))
    hall.do("ballot.open", hall.host, ballot=ballot)
    hall.do("ballot.close", hall.host, ballot=ballot)
    clock.advance(timedelta(seconds=31))
    hall.do("ballot.seal", hall.host, ballot=ballot)
    hall.do("ballot.publish", hall.host, ballot=ballot)
    hall.do("screen.show", hall.host, view="result")
    drawn = _drawn(hall, SCREEN, "view")
    assert "이렇게 답하셨습니다" in drawn
    assert "연습이어서 결과로 정하는 것은 없습니다." in drawn
    for untrue in ("골랐습니다", "먼저 합니다", "결과와 답변"):
        assert untrue not in drawn
