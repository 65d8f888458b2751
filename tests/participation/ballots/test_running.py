"""The life of a ballot: who takes it from state to state, papers against marks, results, opening again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.errors import Conflict, Forbidden, Invalid, Missing
from core.events.log import after
from core.permissions import NOBODY, Role
from participation.ballots import queries
from participation.ballots.models import BallotState, Method, Threshold, TieRule
from participation.ballots.operations.papers import enter_paper, mark_paper, remove_paper, unmark_paper
from participation.ballots.operations.preparing import BallotDraft, change_ballot, discard_ballot, practice_draft
from participation.ballots.operations.running import (
    close_ballot,
    open_ballot,
    publish_ballot,
    reopen_ballot,
    seal_ballot,
)
from participation.forums.models import ForumState
from tests.participation.ballots.conftest import DRAFT, OPTIONS, Hall

RUN: dict[str, Callable[[Hall, int, Any], Any]] = {
    "open": lambda hall, ballot, actor: hall.do(open_ballot, ballot, hall.keys, actor=actor),
    "close": lambda hall, ballot, actor: hall.do(close_ballot, ballot, actor=actor),
    "seal": lambda hall, ballot, actor: hall.do(seal_ballot, ballot, actor=actor),
    "publish": lambda hall, ballot, actor: hall.do(publish_ballot, ballot, actor=actor),
    "reopen": lambda hall, ballot, actor: hall.do(reopen_ballot, ballot, hall.keys, actor=actor),
}
LEGAL = {
    ("open", BallotState.DRAFT),
    ("close", BallotState.OPEN),
    ("seal", BallotState.CLOSING),
    ("publish", BallotState.SEALED),
    ("reopen", BallotState.SEALED),
}


def enter(hall: Hall, ballot_id: int, *choices: int, blank: bool = False, key: str | None = None) -> str:
    who, forum_id, keys = hall.host, hall.forum_id, hall.keys
    return hall.world.write(
        lambda session: enter_paper(session, who, forum_id, ballot_id, choices, blank=blank, key=key, keys=keys)
    )


@pytest.mark.parametrize("act", list(RUN))
@pytest.mark.parametrize("state", list(BallotState))
def test_each_act_belongs_to_one_state(hall: Hall, act: str, state: BallotState) -> None:
    hall.sit(2)
    ballot_id = hall.prepare() if state is BallotState.DRAFT else hall.open()
    hall.reach(ballot_id, state)
    clock.advance(timedelta(minutes=2))
    if (act, state) in LEGAL:
        RUN[act](hall, ballot_id, hall.host)
        assert hall.view(ballot_id).state is not state
        return
    with pytest.raises(Conflict):
        RUN[act](hall, ballot_id, hall.host)
    assert hall.view(ballot_id).state is state


@pytest.mark.parametrize(("act", "state"), sorted(LEGAL))
@pytest.mark.parametrize("role", [None, *Role])
def test_the_host_alone_runs_ballots(hall: Hall, act: str, state: BallotState, role: Role | None) -> None:
    hall.sit(1)
    ballot_id = hall.prepare() if state is BallotState.DRAFT else hall.open()
    hall.reach(ballot_id, state)
    clock.advance(timedelta(minutes=2))
    scope = 0 if role is Role.ADMINISTRATOR else hall.forum_id
    actor = NOBODY
    if role is not None:
        actor = hall.world.actor(hall.forum_id, person_id=hall.world.person(role, scope=scope))
    if role in (Role.HOST, Role.ADMINISTRATOR):
        RUN[act](hall, ballot_id, actor)
        return
    with pytest.raises(Forbidden):
        RUN[act](hall, ballot_id, actor)


def test_a_host_of_another_forum_is_refused_and_its_ballot_is_not_found(hall: Hall) -> None:
    other = Hall(hall.app, hall.world)
    ballot_id = hall.prepare()
    with pytest.raises(Forbidden):
        hall.do(open_ballot, ballot_id, hall.keys, actor=other.host)
    with pytest.raises(Missing):
        other.do(open_ballot, ballot_id, other.keys)


def test_one_ballot_at_a_time(hall: Hall) -> None:
    first, second = hall.open(), hall.prepare()
    with pytest.raises(Conflict) as refused:
        hall.do(open_ballot, second, hall.keys)
    assert refused.value.code == "another_ballot"
    hall.reach(first, BallotState.SEALED)
    hall.do(open_ballot, second, hall.keys)
    with pytest.raises(Conflict):
        hall.reopen(first)


def test_a_ballot_opens_only_while_the_forum_is_live(hall: Hall) -> None:
    forum_id = hall.world.forum(state=ForumState.ANNOUNCED)
    host = hall.world.actor(forum_id, person_id=hall.world.person(Role.HOST, scope=forum_id))
    hall.forum_id, hall.host = forum_id, host
    ballot_id = hall.prepare()
    with pytest.raises(Conflict) as refused:
        hall.do(open_ballot, ballot_id, hall.keys)
    assert refused.value.code == "not_live"


def test_sealing_waits_unless_everyone_has_voted(hall: Hall) -> None:
    one, two = hall.sit(2)
    ballot_id = hall.open()
    hall.cast(one, ballot_id, 1)
    hall.do(close_ballot, ballot_id)
    with pytest.raises(Conflict) as refused:
        hall.do(seal_ballot, ballot_id)
    assert refused.value.code == "waiting"
    hall.cast(two, ballot_id, 2)
    hall.do(seal_ballot, ballot_id)
    assert hall.view(ballot_id).state is BallotState.SEALED


def test_papers_have_to_equal_the_marked_seats_before_sealing(hall: Hall) -> None:
    seats = hall.sit(3)
    ballot_id = hall.open()
    hall.do(mark_paper, ballot_id, seats[0].seat_id)
    hall.do(mark_paper, ballot_id, seats[1].seat_id)
    enter(hall, ballot_id, 1, 2)
    hall.do(close_ballot, ballot_id)
    clock.advance(timedelta(seconds=40))
    with pytest.raises(Conflict) as refused:
        hall.do(seal_ballot, ballot_id)
    assert refused.value.code == "papers_differ"
    assert "2곳" in str(refused.value.message)
    assert "1장" in str(refused.value.message)
    enter(hall, ballot_id, blank=True)
    hall.do(seal_ballot, ballot_id)
    hall.do(publish_ballot, ballot_id)
    results = hall.results(ballot_id)
    assert results is not None
    assert (results.voted, results.seats, results.phones, results.papers, results.blank) == (2, 3, 0, 2, 1)


def test_a_paper_is_typed_once_for_each_key_and_can_be_taken_out(hall: Hall) -> None:
    (seat,) = hall.sit(1)
    ballot_id = hall.open()
    hall.do(mark_paper, ballot_id, seat.seat_id)
    first = enter(hall, ballot_id, 1, key="p" * 16)
    assert enter(hall, ballot_id, 1, key="p" * 16) == first
    with pytest.raises(Conflict):
        enter(hall, ballot_id, 2, key="p" * 16)
    assert hall.turnout(ballot_id).papers_entered == 1
    hall.do(remove_paper, ballot_id, first)
    assert hall.turnout(ballot_id).papers_entered == 0
    with pytest.raises(Missing):
        hall.do(remove_paper, ballot_id, first)


def test_a_mark_can_be_taken_back_and_the_phone_votes_again(hall: Hall) -> None:
    (seat,) = hall.sit(1)
    ballot_id = hall.open()
    hall.do(mark_paper, ballot_id, seat.seat_id)
    hall.do(mark_paper, ballot_id, seat.seat_id)
    assert hall.turnout(ballot_id).papers_marked == 1
    hall.do(unmark_paper, ballot_id, seat.seat_id)
    hall.cast(seat, ballot_id, 1)
    with pytest.raises(Conflict) as refused:
        hall.do(mark_paper, ballot_id, seat.seat_id)
    assert refused.value.code == "voted_by_phone"


def test_a_facilitator_marks_only_at_the_own_table(hall: Hall) -> None:
    seats = hall.sit(9)
    ballot_id = hall.open()
    facilitator = hall.world.actor(hall.forum_id, person_id=hall.world.facilitator(hall.forum_id, table=2))
    with pytest.raises(Forbidden):
        hall.do(mark_paper, ballot_id, seats[0].seat_id, actor=facilitator)
    hall.do(mark_paper, ballot_id, seats[8].seat_id, actor=facilitator)
    with pytest.raises(Forbidden):
        hall.do(remove_paper, ballot_id, "x" * 32, actor=facilitator)


def test_results_are_kept_back_until_published_and_then_travel_in_the_event(hall: Hall) -> None:
    seats = hall.sit(4)
    ballot_id = hall.open()
    for seat, choices in zip(seats, [(1, 2), (1,), (3, 1)], strict=False):
        hall.cast(seat, ballot_id, *choices)
    hall.reach(ballot_id, BallotState.SEALED)
    assert hall.results(ballot_id) is None
    hall.do(publish_ballot, ballot_id)
    results = hall.results(ballot_id)
    assert results is not None
    assert (results.rows[0].option.number, results.rows[0].votes) == (1, 3)
    (published,) = hall.world.read(lambda session: after(session, hall.forum_id, 0, ["ballot.published"]))
    view = hall.view(ballot_id)
    assert queries.results_of(view, published.event.payload()["results"]) == results
    recounted = hall.world.read(lambda session: queries.count_sealed(session, view))
    assert tuple(recounted.order) == tuple(row.option.number for row in results.rows)
    assert set(recounted.chosen) == {row.option.number for row in results.chosen}


def test_reopening_admits_only_seats_that_have_not_voted(hall: Hall) -> None:
    voted, on_paper, late = hall.sit(3)
    ballot_id = hall.open()
    hall.cast(voted, ballot_id, 1)
    hall.do(mark_paper, ballot_id, on_paper.seat_id)
    enter(hall, ballot_id, 1)
    hall.reach(ballot_id, BallotState.SEALED)
    hall.run_waiting()
    hall.reopen(ballot_id)
    assert hall.view(ballot_id).reopened == 1
    with pytest.raises(Conflict) as refused:
        hall.cast(voted, ballot_id, 2)
    assert refused.value.code == "ballot_sealed"
    with pytest.raises(Conflict):
        hall.do(unmark_paper, ballot_id, on_paper.seat_id)
    hall.cast(late, ballot_id, 2)
    hall.cast(late, ballot_id, 3)
    hall.reach(ballot_id, BallotState.PUBLISHED)
    results = hall.results(ballot_id)
    assert results is not None
    assert {row.option.number: row.votes for row in results.rows if row.votes} == {1: 2, 3: 1}
    assert (results.voted, results.papers) == (3, 1)


def test_a_seat_that_left_after_voting_still_counts_among_the_seats(hall: Hall) -> None:
    from_seat = hall.sit(3)[0]
    ballot_id = hall.open()
    hall.cast(from_seat, ballot_id, 1)
    assert hall.turnout(ballot_id).seats == 3


WRONG = [
    (replace(DRAFT, options=OPTIONS[:1]), "options"),
    (replace(DRAFT, options=[OPTIONS[0], OPTIONS[0]]), "options"),
    (replace(DRAFT, choose=6), "choose"),
    (replace(DRAFT, winners=5), "winners"),
    (replace(DRAFT, method=Method.DOTS, choose=20, per_option=2), "choose"),
]


@pytest.mark.parametrize(("draft", "field"), WRONG)
def test_rules_that_do_not_fit_the_options_are_refused_with_their_field(
    hall: Hall, draft: BallotDraft, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        hall.prepare(draft)
    assert list(refused.value.fields) == [field]


def test_a_yes_no_ballot_has_its_three_answers_and_a_majority(hall: Hall) -> None:
    view = hall.view(hall.prepare(BallotDraft("시작할까요?", method=Method.YES_NO, tie_rule=TieRule.TABLES_FIRST)))
    assert [option.text for option in view.options] == ["찬성", "반대", "기권"]
    assert (view.threshold, view.choose) == (Threshold.HALF, 1)


def test_a_draft_can_be_changed_and_discarded_until_it_opens(hall: Hall) -> None:
    ballot_id = hall.prepare()
    hall.do(change_ballot, ballot_id, replace(DRAFT, title_ko="다른 물음", options=OPTIONS[:4], winners=2))
    assert (hall.view(ballot_id).title, len(hall.view(ballot_id).options)) == ("다른 물음", 4)
    hall.do(open_ballot, ballot_id, hall.keys)
    for act in (lambda: hall.do(change_ballot, ballot_id, DRAFT), lambda: hall.do(discard_ballot, ballot_id)):
        with pytest.raises(Conflict):
            act()
    draft_id = hall.prepare(practice_draft())
    assert hall.view(draft_id).practice
    hall.do(discard_ballot, draft_id)
    assert hall.world.read(lambda session: queries.ballot_of(session, hall.forum_id, draft_id)) is None


def test_read_models_show_the_ballot_under_way_and_the_last_one_opened(hall: Hall) -> None:
    def shown() -> tuple[int | None, int | None]:
        one = hall.world.read(lambda session: queries.open_ballot(session, hall.forum_id))
        last = hall.world.read(lambda session: queries.shown_ballot(session, hall.forum_id))
        return one.id if one else None, last.id if last else None

    hall.prepare()
    assert shown() == (None, None)
    practice = hall.open(practice_draft())
    assert shown() == (practice, practice)
    hall.reach(practice, BallotState.PUBLISHED)
    assert shown() == (None, practice)
    assert hall.world.read(lambda session: queries.published_ballots(session, hall.forum_id)) == []
    clock.advance(timedelta(minutes=1))
    real = hall.open()
    assert shown() == (real, real)
