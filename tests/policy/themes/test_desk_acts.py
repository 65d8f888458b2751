"""Acts at the desk: what they do, who may, and that taking one back restores exactly."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict, Forbidden, Missing
from core.permissions import NOBODY, Actor, Role
from participation.forums.models import Forum, ForumState
from policy.themes import operations
from policy.themes.models import DeskAct, DeskClaim, ThemeSuggestion
from policy.themes.queries import themes_of
from policy.themes.queries.desk import members
from policy.themes.queries.queue import queue
from tests.policy.themes.conftest import DeskWorld

Do = Callable[[Session, Actor, int], Any]


class Arranged:
    """Two themes with three proposals each, and one that stands nowhere."""

    def __init__(self, desk: DeskWorld) -> None:
        self.desk = desk
        self.forum_id = desk.forum_id
        self.left = [desk.say(f"가로등을 밝게 {n}", table=n) for n in (1, 2, 3)]
        self.right = [desk.say(f"버스를 자주 {n}", table=n) for n in (4, 5, 6)]
        self.alone = desk.say("안내판이 필요해요", table=7)
        desk.drain()
        self.dark = desk.make("밤길", *self.left)
        self.bus = desk.make("버스", *self.right)
        suggestion = ThemeSuggestion(forum_id=desk.forum_id, label="안내", state="open", at=clock.now())
        suggestion.terms, suggestion.proposal_ids = ["안내판"], [self.alone]

        def work(session: Session) -> int:
            session.add(suggestion)
            session.flush()
            return suggestion.id

        self.suggestion = desk.act(work)

    def seen(self) -> list[Any]:
        """Everything the desk shows of themes."""

        def work(session: Session) -> list[Any]:
            themes = themes_of(session, self.forum_id)
            inside = [members(session, self.forum_id, theme.id) for theme in themes]
            return [themes, inside, members(session, self.forum_id, None), queue(session, self.forum_id)]

        return self.desk.world.read(work)

    def do(self, name: str, actor: Actor | None = None) -> Any:
        who = actor or self.desk.analyst
        return self.desk.act(lambda session: self.acts()[name](session, who, self.forum_id))

    def acts(self) -> dict[str, Do]:
        ops = operations
        return {
            "move": lambda s, a, f: ops.move_proposals(s, a, f, [self.left[0], self.alone], self.bus),
            "nowhere": lambda s, a, f: ops.move_proposals(s, a, f, [self.left[0]], None),
            "both": lambda s, a, f: ops.keep_in_both(s, a, f, self.alone, self.dark, self.bus),
            "make": lambda s, a, f: ops.make_theme(s, a, f, label="안내", proposal_ids=[self.alone]),
            "empty": lambda s, a, f: ops.make_theme(s, a, f, label="빈 묶음"),
            "split": lambda s, a, f: ops.split_theme(s, a, f, self.dark, proposal_ids=self.left[:2], label="센서등"),
            "merge": lambda s, a, f: ops.merge_themes(s, a, f, self.dark, self.bus),
            "rename": lambda s, a, f: ops.rename_theme(s, a, f, self.dark, label_ko="밤에도 환한 골목"),
            "pin": lambda s, a, f: ops.pin_theme(s, a, f, self.dark, pinned=False),
            "review": lambda s, a, f: ops.review_theme(s, a, f, self.dark, reviewed=True),
            "quote": lambda s, a, f: ops.choose_quote(s, a, f, self.dark, self.left[1]),
            "take": lambda s, a, f: ops.take_suggestion(s, a, f, self.suggestion),
            "leave": lambda s, a, f: ops.leave_suggestion(s, a, f, self.suggestion),
            "undo": lambda s, a, f: ops.undo(s, a, f),
            "claim": lambda s, a, f: ops.claim(s, a, f, self.alone),
            "freeze": lambda s, a, f: ops.freeze_version(s, a, f),
            "regroup": lambda s, a, f: ops.ask_to_regroup(s, a, f),
        }


UNDOABLE = (
    "move nowhere both make empty split merge rename pin review quote take leave".split()  # the acts kept for undo
)


@pytest.fixture
def arranged(desk: DeskWorld) -> Arranged:
    return Arranged(desk)


@pytest.mark.parametrize("name", UNDOABLE)
def test_taking_an_act_back_restores_exactly_what_was(arranged: Arranged, name: str) -> None:
    before = arranged.seen()
    arranged.do(name)
    assert arranged.seen() != before
    arranged.do("undo")
    assert arranged.seen() == before


def test_an_empty_theme_can_be_given_up_and_brought_back(arranged: Arranged) -> None:
    theme_id = arranged.do("empty").id
    before = arranged.seen()
    arranged.desk.act(lambda s: operations.drop_theme(s, arranged.desk.analyst, arranged.forum_id, theme_id))
    assert arranged.seen() != before
    arranged.do("undo")
    assert arranged.seen() == before


def test_a_theme_with_proposals_cannot_be_given_up(arranged: Arranged) -> None:
    with pytest.raises(Conflict) as refused:
        arranged.desk.act(lambda s: operations.drop_theme(s, arranged.desk.analyst, arranged.forum_id, arranged.dark))
    assert refused.value.code == "not_empty"


def test_several_acts_are_taken_back_one_by_one_and_at_most_twenty(arranged: Arranged) -> None:
    for number in range(22):
        label = f"이름 {number}"
        arranged.desk.act(
            lambda s, label=label: operations.rename_theme(
                s, arranged.desk.analyst, arranged.forum_id, arranged.dark, label_ko=label
            )
        )
    for _ in range(20):
        arranged.do("undo")
    assert arranged.desk.theme(arranged.dark).label_ko == "이름 1"
    with pytest.raises(Missing):
        arranged.do("undo")


def test_what_someone_else_changed_since_is_not_undone(arranged: Arranged) -> None:
    other = arranged.desk.another()
    arranged.do("rename")
    arranged.desk.act(
        lambda s: operations.rename_theme(s, other, arranged.forum_id, arranged.dark, label_ko="다른 이름")
    )
    with pytest.raises(Conflict) as refused:
        arranged.do("undo")
    assert refused.value.code == "changed_since"
    assert arranged.desk.theme(arranged.dark).label_ko == "다른 이름"


def test_undo_takes_back_my_own_act_and_not_another_persons(arranged: Arranged) -> None:
    other = arranged.desk.another()
    arranged.do("rename")
    arranged.do("make", other)
    arranged.do("undo")
    assert arranged.desk.theme(arranged.dark).label_ko == "밤길"
    acts = arranged.desk.world.read(
        lambda s: s.scalars(select(DeskAct).where(DeskAct.person_id == other.person_id)).all()
    )
    assert [act.undone_at for act in acts] == [None]


def test_splitting_needs_proposals_that_stand_there(arranged: Arranged) -> None:
    with pytest.raises(Conflict) as refused:
        arranged.desk.act(
            lambda s: operations.split_theme(
                s, arranged.desk.analyst, arranged.forum_id, arranged.dark, proposal_ids=arranged.right, label="x"
            )
        )
    assert refused.value.code == "not_in_theme"


def test_nothing_of_another_forum_can_be_touched(arranged: Arranged) -> None:
    elsewhere = DeskWorld(arranged.desk.world)
    theirs = elsewhere.say("다른 토론회의 제안")
    who = arranged.desk.analyst
    with pytest.raises(Missing):
        arranged.desk.act(lambda s: operations.move_proposals(s, who, arranged.forum_id, [theirs], arranged.dark))
    with pytest.raises(Missing):
        arranged.desk.act(lambda s: operations.rename_theme(s, who, elsewhere.forum_id, arranged.dark, label_ko="x"))


def test_a_quotation_must_be_shown_and_stand_in_the_theme(arranged: Arranged) -> None:
    who, forum_id = arranged.desk.analyst, arranged.forum_id
    with pytest.raises(Conflict):
        arranged.desk.act(lambda s: operations.choose_quote(s, who, forum_id, arranged.dark, arranged.right[0]))
    arranged.desk.hide(arranged.left[0])
    with pytest.raises(Conflict):
        arranged.desk.act(lambda s: operations.choose_quote(s, who, forum_id, arranged.dark, arranged.left[0]))


def test_two_analysts_do_not_decide_the_same_proposal(arranged: Arranged) -> None:
    other = arranged.desk.another()
    arranged.do("claim")
    for name in ("claim", "move", "make", "both"):
        with pytest.raises(Conflict) as refused:
            arranged.do(name, other)
        assert refused.value.code == "claimed"
    arranged.do("move")
    assert arranged.desk.world.read(lambda s: s.scalars(select(DeskClaim)).all()) == []


def test_a_claim_passes_after_two_minutes_and_can_be_let_go(arranged: Arranged) -> None:
    other = arranged.desk.another()
    arranged.do("claim")
    clock.advance(timedelta(minutes=2, seconds=1))
    arranged.do("claim", other)
    arranged.desk.act(lambda s: operations.release(s, arranged.desk.analyst, arranged.forum_id, arranged.alone))
    shown = arranged.desk.world.read(lambda s: queue(s, arranged.forum_id))
    assert shown.claims[arranged.alone].name == "박서연"
    arranged.desk.act(lambda s: operations.release(s, other, arranged.forum_id, arranged.alone))
    assert arranged.desk.world.read(lambda s: queue(s, arranged.forum_id)).claims == {}


ALLOWED = {
    (Role.ANALYST, False): True,
    (Role.STAFF, False): True,
    (Role.ADMINISTRATOR, False): True,
    (Role.ANALYST, True): False,
    (Role.STAFF, True): True,
    (Role.COORDINATOR, False): False,
    (Role.HOST, False): False,
    (Role.FACILITATOR, False): False,
    (Role.OBSERVER, False): False,
}


@pytest.mark.parametrize(("role", "settled"), ALLOWED)
def test_who_may_arrange_themes_before_and_after_they_are_settled(
    arranged: Arranged, role: Role, settled: bool
) -> None:
    desk = arranged.desk
    if settled:
        staff = desk.another(Role.STAFF, "정민수")
        desk.world.place(lambda s: setattr(s.get_one(Forum, desk.forum_id), "state", ForumState.CLOSED))
        desk.act(lambda s: operations.freeze_version(s, staff, desk.forum_id, settled=True))
    who = desk.another(role, "누구")
    for name in arranged.acts():
        if name == "undo":
            continue
        if ALLOWED[role, settled]:
            arranged.do(name, who)
            if name in UNDOABLE:
                arranged.do("undo", who)
        else:
            with pytest.raises(Forbidden):
                arranged.do(name, who)


def test_residents_and_strangers_may_do_nothing_here(arranged: Arranged) -> None:
    _, token = arranged.desk.world.seat(arranged.forum_id)
    resident = arranged.desk.world.actor(arranged.forum_id, token=token)
    for who in (resident, NOBODY):
        for name in arranged.acts():
            with pytest.raises(Forbidden):
                arranged.do(name, who)


def test_only_staff_settle(arranged: Arranged) -> None:
    with pytest.raises(Forbidden):
        arranged.desk.act(
            lambda s: operations.freeze_version(s, arranged.desk.analyst, arranged.forum_id, settled=True)
        )
