"""The desk as a live page: an old snapshot and the regions touched since give a fresh one, for every event."""

from collections.abc import Callable
from typing import Any

import pytest

from core import clock
from core.events.log import heads, since
from core.live.regions import Region, drawn_for_all
from core.permissions import Role
from participation.forums import clock as stage
from participation.forums.events import ForumConfigured
from participation.forums.models import Forum, SegmentKind
from participation.forums.queries import the_forum
from policy.themes import operations
from policy.themes.events import SupportChanged, ThemesFrozen
from policy.themes.fragments import DESK, until_shown
from policy.themes.queries.queue import queue
from tests.policy.themes.clustering.sentences import BY_SUBJECT
from tests.policy.themes.conftest import TOPICS, DeskWorld

Page = dict[str, Region]


class Watcher:
    """A desk page that was opened once and is kept up to date by touched regions alone."""

    def __init__(self, desk: DeskWorld, theme_id: int) -> None:
        self.desk, self.theme_id = desk, theme_id
        self.page = self.fresh()
        self.seen = self._heads()

    def _streams(self) -> tuple[str, ...]:
        return ("forum", "desk", *(f"table:{number}" for number in range(1, 9)))

    def _heads(self) -> dict[str, int]:
        return self.desk.world.read(lambda session: heads(session, self.desk.forum_id, self._streams()))

    def fresh(self) -> Page:
        def work(session: Any) -> Page:
            with drawn_for_all():
                regions = DESK.snapshot(session, self.desk.forum_id, (self.theme_id,))
            return {region.name: region for region in regions}

        return self.desk.world.read(work)

    def follow(self) -> None:
        """Draw what was touched since, as the page's script does: a region that is not on the page stays away."""

        def work(session: Any) -> None:
            names: dict[str, None] = {}
            for stream, number in self.seen.items():
                for item in since(session, self.desk.forum_id, stream, number, 1000):
                    names.update(dict.fromkeys(DESK.touched(item.event)))
            with drawn_for_all():
                for name in names:
                    if name in self.page:
                        self.page[name] = DESK.draw(session, self.desk.forum_id, name)

        self.desk.world.read(work)
        self.seen = self._heads()


class Scene:
    """A desk with two themes, and every act that can change what it shows."""

    def __init__(self, desk: DeskWorld) -> None:
        self.desk, self.forum_id = desk, desk.forum_id
        self.lamps = [desk.say(line, table=n % 3 + 1) for n, line in enumerate(BY_SUBJECT[TOPICS[0]][:8])]
        self.buses = [desk.say(line, table=n % 4 + 2) for n, line in enumerate(BY_SUBJECT[TOPICS[1]][:8])]
        self.loose = desk.say("점자블록이 가게 앞에서 끊깁니다", table=4)
        self.dark, self.bus = desk.make("밤길", *self.lamps), desk.make("버스", *self.buses)
        desk.drain()
        self.seats = [desk.world.seat(desk.forum_id, table=1, place=place) for place in range(1, 7)]
        self.staff = desk.another(Role.STAFF, "정민수")
        self.host = desk.another(Role.HOST, "사회자")

    def by_analyst(self, act: Callable[..., Any], *args: Any, **values: Any) -> None:
        self.desk.act(lambda session: act(session, self.desk.analyst, self.forum_id, *args, **values))

    def report(self) -> None:
        self.desk.to(SegmentKind.THEME_CHECK)
        resident = self.desk.world.actor(self.forum_id, token=self.seats[0][1])
        self.desk.act(lambda s: operations.report_missing(s, resident, self.forum_id, "점자블록 이야기가 빠졌어요"))

    def resolve(self) -> None:
        self.report()
        reports = self.desk.world.read(lambda session: queue(session, self.forum_id).reports)
        self.by_analyst(operations.resolve_missing, reports[0].id)

    def configure(self) -> None:
        self.desk.world.place(lambda s: setattr(s.get_one(Forum, self.forum_id), "tables", 9))
        self.desk.happen(ForumConfigured(forum=self.forum_id))

    def start_break(self) -> None:
        segment = self.desk.world.read(
            lambda s: next(one.id for one in s.get_one(Forum, self.forum_id).segments if one.kind == SegmentKind.BREAK)
        )
        self.desk.act(lambda s: stage.move_to(s, self.host, self.forum_id, segment))


ACTS: dict[str, Callable[[Scene], object]] = {
    "a proposal arrives": lambda s: s.desk.say("골목길 가로등이 어두워요", table=8),
    "a proposal is hidden": lambda s: s.desk.hide(s.lamps[0]),
    "proposals are merged": lambda s: s.desk.merge_proposals(s.lamps[1], s.buses[1]),
    "five people answer": lambda s: s.desk.answer(s.lamps[2], [seat for seat, _ in s.seats]),
    "moved": lambda s: s.desk.move(s.bus, s.lamps[3]),
    "moved nowhere": lambda s: s.desk.move(None, s.lamps[3]),
    "in both": lambda s: s.by_analyst(operations.keep_in_both, s.loose, s.dark, s.bus),
    "renamed": lambda s: (
        s.by_analyst(operations.keep_in_both, s.loose, s.dark, s.bus),
        s.by_analyst(operations.rename_theme, s.bus, label_ko="자주 오는 버스"),
    ),
    "made": lambda s: s.desk.make("새 묶음", s.lamps[0]),
    "split": lambda s: s.by_analyst(operations.split_theme, s.dark, proposal_ids=s.lamps[:2], label="CCTV"),
    "merged": lambda s: s.by_analyst(operations.merge_themes, s.dark, s.bus),
    "merged away": lambda s: s.by_analyst(operations.merge_themes, s.bus, s.dark),
    "dropped": lambda s: (s.desk.make("빈 묶음"), s.by_analyst(operations.drop_theme, max(s.desk.theme_ids()))),
    "pinned": lambda s: s.by_analyst(operations.pin_theme, s.dark, pinned=False),
    "quoted": lambda s: s.by_analyst(operations.choose_quote, s.dark, s.lamps[1]),
    "reviewed": lambda s: s.by_analyst(operations.review_theme, s.dark, reviewed=True),
    "undone": lambda s: (s.desk.move(s.bus, s.lamps[3]), s.by_analyst(operations.undo)),
    "claimed": lambda s: s.by_analyst(operations.claim, s.loose),
    "released": lambda s: (s.by_analyst(operations.claim, s.loose), s.by_analyst(operations.release, s.loose)),
    "something is missing": lambda s: s.report(),
    "what was missing is seen to": lambda s: s.resolve(),
    "frozen": lambda s: s.by_analyst(operations.freeze_version),
    "grouped again": lambda s: s.by_analyst(operations.ask_to_regroup),
    "the agenda goes on": lambda s: s.start_break(),
    "the forum is configured": lambda s: s.configure(),
}


@pytest.mark.parametrize("act", ACTS)
def test_an_old_snapshot_and_what_was_touched_give_a_fresh_one(desk: DeskWorld, act: str) -> None:
    scene = Scene(desk)
    watchers = [Watcher(desk, theme) for theme in (scene.dark, scene.bus, 0)]
    ACTS[act](scene)
    desk.drain()
    for watcher in watchers:
        watcher.follow()
        fresh = watcher.fresh()
        changed = [name for name in fresh if fresh[name] != watcher.page.get(name)]
        assert changed == [], f"{act}: not touched: {changed}"
        assert list(fresh) == list(watcher.page)


def test_a_hidden_text_is_masked_at_once_wherever_it_stood(desk: DeskWorld) -> None:
    scene = Scene(desk)
    text = BY_SUBJECT[TOPICS[0]][0]
    watcher = Watcher(desk, scene.dark)
    assert any(text in region.html for region in watcher.page.values())
    desk.hide(scene.lamps[0])
    assert not any(text in region.html for region in watcher.fresh().values())


def test_the_events_that_travel_to_other_pages_carry_ids_only() -> None:
    assert SupportChanged(themes="3,5").payload() == {"themes": "3,5"}
    assert ThemesFrozen(version=1, settled=False).stream == "forum"


def _clock(desk: DeskWorld, kind: SegmentKind) -> tuple[str | None, int]:
    """The step the band counts to (None: the present one), and how many minutes still."""
    desk.to(kind)

    def read(session: Any) -> tuple[str | None, int]:
        forum = the_forum(session, desk.forum_id)
        shown, ends_at, _left = until_shown(forum)
        assert ends_at is not None
        return shown.called if shown else None, round((ends_at - clock.now()).total_seconds() / 60)

    return desk.world.read(read)


def test_the_clock_counts_to_the_next_look_at_the_themes_the_check_included(desk: DeskWorld) -> None:
    """Each step takes 20 minutes; the check stands right after the round."""
    kinds = list(SegmentKind)
    to_check = kinds.index(SegmentKind.THEME_CHECK) - kinds.index(SegmentKind.TABLE_ROUND)
    check = f"순서 {kinds.index(SegmentKind.THEME_CHECK)}"
    assert _clock(desk, SegmentKind.TABLE_ROUND) == (check, 20 * to_check)
    for looking in (SegmentKind.THEME_CHECK, SegmentKind.SHARE_BACK, SegmentKind.BREAK):
        assert _clock(desk, looking) == (None, 20)
    band = desk.world.read(lambda session: DESK.draw(session, desk.forum_id, "band").html)
    assert "남은 시간" in band
