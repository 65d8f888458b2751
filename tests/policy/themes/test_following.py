"""Following the log: what arrives is placed, persons are never overruled, what leaves the desk leaves it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from core.jobs.worker import InProcess
from participation.proposals.events import ProposalReworded
from participation.proposals.models import Proposal, ProposalVersion
from policy.themes import operations
from policy.themes.following import GroupingAnew, Placing
from policy.themes.models import Theme, ThemePlacement, ThemeState, ThemeSuggestion
from policy.themes.queries import theme_of_proposal, themes_by_proposal, themes_of, unplaced_count
from tests.policy.themes.clustering.sentences import BY_SUBJECT
from tests.policy.themes.conftest import TOPICS, DeskWorld


def test_few_proposals_stay_at_cannot_tell(desk: DeskWorld) -> None:
    for line in BY_SUBJECT[TOPICS[0]][:5]:
        desk.say(line)
    desk.drain()
    assert desk.theme_ids() == []
    assert desk.world.read(lambda session: unplaced_count(session, desk.forum_id)) == 5
    placed = desk.world.read(lambda session: session.scalars(select(func.count()).select_from(ThemePlacement)).one())
    assert placed == 5


def test_enough_proposals_become_themes_with_names(desk: DeskWorld) -> None:
    desk.say_much(topics=3, each=8)
    desk.drain()
    themes = desk.world.read(lambda session: themes_of(session, desk.forum_id))
    assert 2 <= len(themes) <= 6
    assert all(theme.label and theme.terms for theme in themes if theme.proposals)
    assert sum(theme.proposals for theme in themes) >= 12


def test_a_proposal_is_placed_where_others_say_the_same(desk: DeskWorld) -> None:
    lines = BY_SUBJECT[TOPICS[0]]
    lamps = [desk.say(line) for line in lines[:8]]
    buses = [desk.say(line) for line in BY_SUBJECT[TOPICS[1]][:8]]
    dark, bus = desk.make("밤길", *lamps), desk.make("버스", *buses)
    new = desk.say("어두운 골목길에 가로등과 CCTV를 더 설치해 주세요", table=5)
    desk.drain()
    row = desk.place_of(new)
    assert row.theme_id == dark != bus
    assert row.placed_by == "machine"
    assert {word for word, _ in row.words} & {"가로등", "골목길", "어둡다", "CCTV"}
    assert row.choices[0][0] == dark


def test_what_a_person_placed_is_never_moved_by_the_machine(desk: DeskWorld) -> None:
    said = desk.say_much(topics=3, each=8)
    desk.drain()
    stray = said[TOPICS[0]][0]
    odd = desk.make("사람이 만든 묶음", stray)
    desk.act(lambda session: operations.ask_to_regroup(session, desk.analyst, desk.forum_id))
    for line in BY_SUBJECT[TOPICS[3]][:8]:
        desk.say(line)
    desk.drain()
    desk.act(lambda session: operations.ask_to_regroup(session, desk.analyst, desk.forum_id))
    desk.drain()
    row = desk.place_of(stray)
    assert (row.theme_id, row.placed_by, row.person_id) == (odd, "person", desk.analyst_id)
    assert desk.theme(odd).label_ko == "사람이 만든 묶음"


def test_untouched_themes_are_found_anew_as_more_is_said(desk: DeskWorld) -> None:
    desk.say_much(topics=2, each=6)
    desk.drain()
    before = set(desk.theme_ids())
    for topic in TOPICS[2:5]:
        for line in BY_SUBJECT[topic][:8]:
            desk.say(line)
    desk.drain()
    themes = desk.world.read(lambda session: themes_of(session, desk.forum_id))
    assert len(themes) > len(before)
    assert before & {theme.id for theme in themes}, "themes that go on keep their identity"


def test_after_a_person_came_new_themes_are_only_suggested(desk: DeskWorld) -> None:
    said = desk.say_much(topics=2, each=8)
    desk.drain()
    desk.make("사람의 묶음", said[TOPICS[0]][0])
    there = set(desk.theme_ids())
    for topic in TOPICS[2:4]:
        for line in BY_SUBJECT[topic][:12]:
            desk.say(line)
    desk.drain()
    desk.act(lambda session: operations.ask_to_regroup(session, desk.analyst, desk.forum_id))
    desk.drain()
    assert set(desk.theme_ids()) <= there
    open_ones = desk.world.read(lambda session: session.scalars(select(ThemeSuggestion)).all())
    assert all(one.state == "open" and len(one.proposal_ids) >= 6 for one in open_ones)


def test_a_reworded_proposal_is_read_again_unless_a_person_placed_it(desk: DeskWorld) -> None:
    lamps = [desk.say(line) for line in BY_SUBJECT[TOPICS[0]][:8]]
    buses = [desk.say(line) for line in BY_SUBJECT[TOPICS[1]][:8]]
    dark, bus = desk.make("밤길", *lamps[1:]), desk.make("버스", *buses)
    held = desk.say(BY_SUBJECT[TOPICS[0]][9])
    desk.drain()
    desk.move(bus, held)

    def reword(proposal_id: int, text: str) -> None:
        def work(session: object) -> None:
            row = session.get_one(Proposal, proposal_id)  # type: ignore[attr-defined]
            row.version = 2
            version = ProposalVersion(number=2, text=text, salt="s", by="person", at=row.created_at)
            row.versions.append(version)

        desk.world.place(work)
        desk.happen(ProposalReworded(proposal=proposal_id, table=1, version=2, digest=""))

    reword(lamps[0], "마을버스 배차 간격이 길고 버스 노선이 적어 출근이 힘들어요")
    reword(held, "가로등을 더 밝게")
    desk.drain()
    assert desk.place_of(lamps[0]).version == 2
    assert desk.place_of(lamps[0]).theme_id != dark
    assert desk.place_of(held).theme_id == bus


def test_hidden_proposals_are_not_counted_and_come_back_where_they_were(desk: DeskWorld) -> None:
    ids = [desk.say(f"보도 턱을 낮춰 주세요 {n}", table=n) for n in (1, 2, 3)]
    theme_id = desk.make("보도", *ids)
    desk.hide(ids[0])
    desk.drain()
    (view,) = desk.world.read(lambda session: themes_of(session, desk.forum_id))
    assert (view.proposals, view.tables, view.proposal_ids) == (2, 2, (ids[1], ids[2]))
    assert desk.place_of(ids[0]).theme_id == theme_id


def test_a_merged_proposal_inherits_the_place_its_sources_share(desk: DeskWorld) -> None:
    one, two, three = (desk.say(f"횡단보도 초록불이 짧아요 {n}", table=n) for n in (1, 2, 3))
    theme_id = desk.make("횡단보도", one, two, three)
    parent = desk.merge_proposals(one, two)
    desk.drain()
    row = desk.place_of(parent)
    assert (row.theme_id, row.placed_by) == (theme_id, "person")
    (view,) = desk.world.read(lambda session: themes_of(session, desk.forum_id))
    assert (view.proposals, view.tables) == (2, 3)
    assert desk.world.read(lambda session: themes_by_proposal(session, [one, three])) == {
        one: theme_id,
        three: theme_id,
    }
    found = desk.world.read(lambda session: theme_of_proposal(session, one))
    assert found is not None
    assert found.id == theme_id


def test_people_are_counted_by_seat_and_support_from_five_answers_on(desk: DeskWorld) -> None:
    seats = [desk.world.seat(desk.forum_id, table=1, place=place)[0] for place in range(1, 7)]
    ids = [desk.say("가로등", seat_id=seats[0]), desk.say("보안등", seat_id=seats[0]), desk.say("이름 없이")]
    desk.make("불빛", *ids)
    desk.answer(ids[0], seats[:4])
    (view,) = desk.world.read(lambda session: themes_of(session, desk.forum_id))
    assert (view.proposals, view.people, view.tables) == (3, 1, 1)
    assert (view.agree, view.disagree) == (None, None)
    desk.answer(ids[1], seats[4:5], "disagree")
    (view,) = desk.world.read(lambda session: themes_of(session, desk.forum_id))
    assert (view.agree, view.disagree) == (4, 1)


def test_a_theme_that_was_dropped_takes_no_more(desk: DeskWorld) -> None:
    lamps = [desk.say(line) for line in BY_SUBJECT[TOPICS[0]][:8]]
    other = [desk.say(line) for line in BY_SUBJECT[TOPICS[1]][:8]]
    dark, bus = desk.make("밤길", *lamps), desk.make("버스", *other)
    desk.act(lambda session: operations.merge_themes(session, desk.analyst, desk.forum_id, bus, dark))
    new = desk.say("어두운 골목길에 가로등을 더 세워 주세요")
    desk.drain()
    assert desk.place_of(new).theme_id in (None, bus)
    assert desk.world.read(lambda session: session.get_one(Theme, dark).state) == ThemeState.MERGED


class Meanwhile(InProcess):
    """Runs jobs, and lets something happen once while the first is under way."""

    def __init__(self, happen: Callable[[], object]) -> None:
        self._happen = [happen]

    def run(self, job: str, payload: Any, timeout: float = 0) -> Any:
        answer = super().run(job, payload)
        while self._happen:
            self._happen.pop()()
        return answer


def test_what_was_placed_while_all_were_grouped_is_placed_again(desk: DeskWorld) -> None:
    desk.say_much(topics=2, each=8)
    desk.drain()
    late: list[int] = []

    def say_more() -> None:
        late.append(desk.say(BY_SUBJECT[TOPICS[0]][9], table=3))
        desk.drain_placing()
        assert desk.place_of(late[0]).theme_id in before

    before = desk.theme_ids()
    for topic in TOPICS[2:5]:
        for line in BY_SUBJECT[topic][:9]:
            desk.say(line)
    GroupingAnew(desk.world.database, Meanwhile(say_more)).regroup(desk.forum_id)
    desk.drain_placing()
    placed = desk.place_of(late[0])
    assert placed.version == 1
    assert placed.theme_id is None or placed.theme_id in desk.theme_ids()


def test_a_theme_dropped_while_a_proposal_was_read_is_read_about_again(desk: DeskWorld) -> None:
    lines = BY_SUBJECT[TOPICS[0]]
    dark = desk.make("밤길", *(desk.say(line) for line in lines[:8]))
    bus = desk.make("버스", *(desk.say(line) for line in BY_SUBJECT[TOPICS[1]][:8]))
    desk.drain()
    new = desk.say("어두운 골목길에 가로등과 CCTV를 더 설치해 주세요", table=5)

    def merge() -> None:
        desk.act(lambda session: operations.merge_themes(session, desk.analyst, desk.forum_id, bus, dark))

    Placing(desk.world.database, Meanwhile(merge)).handle(desk.forum_id, [])
    assert desk.place_of(new).theme_id == bus
