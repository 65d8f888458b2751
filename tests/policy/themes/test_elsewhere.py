"""What other rooms show of themes: the screen, ballots, phones, and what residents say was left out."""

from typing import Any

import pytest

from core.errors import Forbidden, TooLate, TooMany
from participation.forums.models import SegmentKind
from participation.proposals.models import Proposal
from participation.seats.phone import PHONE
from policy.themes import operations
from policy.themes.board import FrozenThemes, board
from policy.themes.queries import latest_version, settled_version
from policy.themes.queries.queue import queue
from tests.policy.themes.conftest import DeskWorld


@pytest.fixture
def two(desk: DeskWorld) -> tuple[int, int]:
    lamps = [desk.say(f"가로등을 밝게 {n}", table=n) for n in (1, 2, 3)]
    desk.say("아무 데도 없는 말")
    themes = desk.make("밤길", *lamps), desk.make("버스", desk.say("버스를 자주", table=4))
    desk.drain()
    desk.act(lambda s: operations.choose_quote(s, desk.analyst, desk.forum_id, themes[0], lamps[0]))
    desk.world.place(lambda s: setattr(s.get_one(Proposal, lamps[2]), "dissent", True))
    return themes


def freeze(desk: DeskWorld) -> int:
    return desk.act(lambda s: operations.freeze_version(s, desk.analyst, desk.forum_id).number)


def test_a_frozen_version_keeps_names_counts_and_quotation(desk: DeskWorld, two: tuple[int, int]) -> None:
    assert freeze(desk) == 1
    desk.act(lambda s: operations.rename_theme(s, desk.analyst, desk.forum_id, two[0], label_ko="다른 이름"))
    version = desk.world.read(lambda s: latest_version(s, desk.forum_id))
    assert version is not None
    first, second = version.entries
    assert (first.label, first.proposals, first.tables, first.dissent) == ("밤길", 3, 3, 1)
    assert (first.quote, second.label, second.quote) == ("가로등을 밝게 1", "버스", "")
    assert (version.proposals, version.unplaced, version.tables_total, version.settled) == (5, 1, 8, False)
    assert freeze(desk) == 2
    assert desk.world.read(lambda s: settled_version(s, desk.forum_id)) is None


def test_a_quotation_leaves_every_version_when_it_is_hidden(desk: DeskWorld, two: tuple[int, int]) -> None:
    freeze(desk)
    version = desk.world.read(lambda s: latest_version(s, desk.forum_id))
    assert version is not None
    desk.hide(version.entries[0].proposal_ids[0])
    version = desk.world.read(lambda s: latest_version(s, desk.forum_id))
    assert version is not None
    assert version.entries[0].quote == ""


def test_the_screen_shows_themes_forming_or_as_they_were_frozen(desk: DeskWorld, two: tuple[int, int]) -> None:
    freeze(desk)
    desk.move(two[0], desk.say("하나 더", table=5))

    def rows(frozen: bool) -> list[tuple[str, int, int]]:
        shown = desk.world.read(lambda s: board(s, desk.forum_id, frozen=frozen))
        assert (shown.tables_total, shown.unplaced) == (8, 1)
        return [(row.name, row.proposals, row.tables) for row in shown.rows]

    assert rows(frozen=True) == [("밤길", 3, 3), ("버스", 1, 1)]
    assert rows(frozen=False) == [("밤길", 4, 4), ("버스", 1, 1)]


def test_a_ballot_is_offered_the_frozen_themes_with_their_version(desk: DeskWorld, two: tuple[int, int]) -> None:
    source = FrozenThemes()
    assert desk.world.read(lambda s: source.offer(s, desk.forum_id)).options == ()
    freeze(desk)
    offer = desk.world.read(lambda s: source.offer(s, desk.forum_id))
    assert [(one.label_ko, one.proposals, one.tables, one.theme_id) for one in offer.options] == [
        ("밤길", 3, 3, two[0]),
        ("버스", 1, 1, two[1]),
    ]
    version = desk.world.read(lambda s: latest_version(s, desk.forum_id))
    assert version is not None
    assert offer.version == version.id


def on_phone(desk: DeskWorld) -> str:
    return desk.world.read(lambda s: PHONE.draw(s, desk.forum_id, "themes").html)


def test_phones_show_frozen_themes_only_while_the_room_looks_at_them(desk: DeskWorld, two: tuple[int, int]) -> None:
    freeze(desk)
    assert "밤길" not in on_phone(desk)
    for kind in (SegmentKind.THEME_CHECK, SegmentKind.SHARE_BACK):
        desk.to(kind)
        assert "밤길" in on_phone(desk)
        assert f'action="/forums/{desk.slug}/do/theme.missing"' in on_phone(desk)
    desk.to(SegmentKind.BREAK)
    assert "밤길" not in on_phone(desk)
    assert on_phone(desk).startswith("<div")


def test_what_was_left_out_reaches_the_desk_and_is_seen_to(desk: DeskWorld) -> None:
    _, token = desk.world.seat(desk.forum_id, table=4)
    desk.to(SegmentKind.THEME_CHECK)
    phone = desk.world.phone(desk.forum_id, token)
    path, words = f"/forums/{desk.slug}/do/theme.missing", "점자블록이 가게 앞에서 끊깁니다"
    assert phone.post(path, data={"text": words, "return_to": "/"}).status_code == 303
    (report,) = desk.world.read(lambda s: queue(s, desk.forum_id)).reports
    assert (report.text, report.table) == (words, 4)
    desk.act(lambda s: operations.resolve_missing(s, desk.analyst, desk.forum_id, report.id))
    assert desk.world.read(lambda s: queue(s, desk.forum_id)).reports == ()


SAYS = {SegmentKind.THEME_CHECK: True, SegmentKind.SHARE_BACK: True, SegmentKind.TABLE_ROUND: False}


@pytest.mark.parametrize("kind", SAYS)
def test_when_residents_can_say_that_something_is_missing(desk: DeskWorld, kind: SegmentKind) -> None:
    _, token = desk.world.seat(desk.forum_id)
    desk.to(kind)
    resident = desk.world.actor(desk.forum_id, token=token)

    def report(session: Any) -> None:
        operations.report_missing(session, resident, desk.forum_id, "빠졌어요")

    if SAYS[kind]:
        for _ in range(5):
            desk.act(report)
        with pytest.raises(TooMany):
            desk.act(report)
    else:
        with pytest.raises(TooLate):
            desk.act(report)


def test_without_a_seat_nobody_reports(desk: DeskWorld) -> None:
    desk.to(SegmentKind.THEME_CHECK)
    with pytest.raises(Forbidden):
        desk.act(lambda s: operations.report_missing(s, desk.analyst, desk.forum_id, "빠졌어요"))
