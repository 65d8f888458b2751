"""A seat votes: once for each key, the newest wins, and only while votes are taken."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from core import clock
from core.errors import Conflict, DomainError, Forbidden, Invalid, Missing, TooLate
from core.events.log import heads
from core.permissions import NOBODY
from participation.ballots.forms import CastForm, read_cast
from participation.ballots.models import BallotState, Cast, Channel, Method, Turnout
from participation.ballots.operations.papers import mark_paper
from participation.ballots.operations.preparing import BallotDraft
from participation.ballots.operations.running import close_ballot
from participation.ballots.queries import is_receipt, seat_turnout
from participation.seats.models import Seat, SeatState
from tests.participation.ballots.conftest import DRAFT, OPTIONS, Hall


def kept(hall: Hall) -> list[list[int]]:
    return sorted(hall.world.read(lambda session: list(session.scalars(select(Cast.choices)))))


def test_a_vote_is_kept_and_gives_a_receipt_without_content(hall: Hall) -> None:
    (seat,) = hall.sit(1)
    ballot_id = hall.open()
    accepted = hall.cast(seat, ballot_id, 3, 1)
    assert kept(hall) == [[1, 3]]
    assert len(accepted.receipt) == 6
    assert not accepted.closing
    assert hall.world.read(lambda session: is_receipt(session, ballot_id, accepted.receipt))
    assert not hall.world.read(lambda session: is_receipt(session, ballot_id, "AAAAAA"))
    assert (hall.turnout(ballot_id).voted, hall.turnout(ballot_id).seats) == (1, 1)


def test_the_same_key_gives_the_same_receipt_and_no_second_vote(hall: Hall) -> None:
    (seat,) = hall.sit(1)
    ballot_id = hall.open()
    receipts = {hall.cast(seat, ballot_id, 1, key="k" * 16, counter=1).receipt for _ in range(3)}
    assert len(receipts) == 1
    assert kept(hall) == [[1]]
    assert hall.world.read(lambda session: heads(session, hall.forum_id, ["turnout"])) == {"turnout": 1}


def test_the_same_key_for_another_vote_is_refused(hall: Hall) -> None:
    (seat,) = hall.sit(1)
    ballot_id = hall.open()
    hall.cast(seat, ballot_id, 1, key="k" * 16, counter=1)
    with pytest.raises(Conflict) as refused:
        hall.cast(seat, ballot_id, 2, key="k" * 16, counter=2)
    assert refused.value.code == "key_reused"
    assert kept(hall) == [[1]]


def test_a_change_of_mind_replaces_the_vote_and_keeps_the_receipt(hall: Hall) -> None:
    (seat,) = hall.sit(1)
    ballot_id = hall.open()
    first = hall.cast(seat, ballot_id, 1, key="a" * 16, counter=1)
    second = hall.cast(seat, ballot_id, 2, 4, key="b" * 16, counter=2)
    assert first.receipt == second.receipt
    assert kept(hall) == [[2, 4]]
    assert hall.turnout(ballot_id).voted == 1


def test_an_older_vote_of_the_same_phone_loses_to_the_newer(hall: Hall) -> None:
    (seat,) = hall.sit(1)
    ballot_id = hall.open()
    hall.cast(seat, ballot_id, 2, key="b" * 16, counter=7)
    with pytest.raises(Conflict) as refused:
        hall.cast(seat, ballot_id, 1, key="a" * 16, counter=6)
    assert refused.value.code == "ballot_older"
    assert kept(hall) == [[2]]


def test_a_vote_of_the_phone_that_took_the_seat_over_wins_whatever_its_counter(hall: Hall) -> None:
    (seat,) = hall.sit(1)
    ballot_id = hall.open()
    hall.cast(seat, ballot_id, 1, key="a" * 16, counter=40)
    hall.cast(replace(seat, epoch=2), ballot_id, 2, key="b" * 16, counter=1)
    for counter in (41, None):
        with pytest.raises(Conflict) as refused:
            hall.cast(seat, ballot_id, 3, key="c" * 16, counter=counter)
        assert refused.value.code == "ballot_older"
    assert kept(hall) == [[2]]


def test_a_form_without_script_has_no_counter_and_counts_as_now(hall: Hall) -> None:
    (seat,) = hall.sit(1)
    ballot_id = hall.open()
    hall.cast(seat, ballot_id, 1, key="a" * 16, counter=9)
    hall.cast(seat, ballot_id, 2)
    with pytest.raises(Conflict):
        hall.cast(seat, ballot_id, 3, key="b" * 16, counter=9)
    assert kept(hall) == [[2]]


def test_fifty_votes_at_once_from_one_seat_are_one_vote(hall: Hall) -> None:
    (seat,) = hall.sit(1)
    ballot_id = hall.open()

    def vote(number: int) -> str:
        try:
            return hall.cast(seat, ballot_id, 1 + number % 5, key=f"key-{number:08}", counter=number + 1).receipt
        except Conflict as error:
            return error.code

    with ThreadPoolExecutor(10) as pool:
        outcomes = set(pool.map(vote, range(50)))
    assert len(kept(hall)) == 1
    assert kept(hall) == [[5]]
    assert len(outcomes - {"ballot_older"}) == 1
    assert hall.turnout(ballot_id).voted == 1


@pytest.mark.parametrize(
    ("choices", "code"), [((), "choices"), ((1, 2, 3, 4), "choices"), ((6,), "choices"), ((0,), "choices")]
)
def test_choices_against_the_rule_are_refused_in_words(hall: Hall, choices: tuple[int, ...], code: str) -> None:
    (seat,) = hall.sit(1)
    ballot_id = hall.open()
    with pytest.raises(Invalid) as refused:
        hall.cast(seat, ballot_id, *choices)
    assert refused.value.code == code
    assert "choice" in refused.value.fields
    assert kept(hall) == []


def test_the_same_option_twice_is_one_approval_but_two_dots(hall: Hall) -> None:
    (seat,) = hall.sit(1)
    approval = hall.open()
    hall.cast(seat, approval, 2, 2)
    assert kept(hall) == [[2]]
    hall.reach(approval, BallotState.PUBLISHED)
    dots = hall.open(BallotDraft("점 나누기", method=Method.DOTS, choose=4, per_option=2, winners=2, options=OPTIONS))
    hall.cast(seat, dots, 2, 2, 5)
    assert kept(hall) == [[2, 2, 5]]
    for wrong in ((2, 2, 2), (1, 1, 2, 2, 3)):
        with pytest.raises(Invalid):
            hall.cast(seat, dots, *wrong)


def test_yes_no_and_abstain_take_one_answer(hall: Hall) -> None:
    (seat,) = hall.sit(1)
    ballot_id = hall.open(BallotDraft("시작할까요?", method=Method.YES_NO))
    hall.cast(seat, ballot_id, 3)
    with pytest.raises(Invalid):
        hall.cast(seat, ballot_id, 1, 2)
    assert kept(hall) == [[3]]


STATES = [
    (BallotState.DRAFT, "ballot_not_open"),
    (BallotState.OPEN, None),
    (BallotState.CLOSING, None),
    (BallotState.SEALED, "ballot_late"),
    (BallotState.PUBLISHED, "ballot_late"),
]


@pytest.mark.parametrize(("state", "code"), STATES)
def test_votes_follow_the_states(hall: Hall, state: BallotState, code: str | None) -> None:
    (seat,) = hall.sit(1)
    ballot_id = hall.prepare() if state is BallotState.DRAFT else hall.open()
    hall.reach(ballot_id, state)
    if code is None:
        assert hall.cast(seat, ballot_id, 1).closing is (state is BallotState.CLOSING)
        return
    with pytest.raises(DomainError) as refused:
        hall.cast(seat, ballot_id, 1)
    assert refused.value.code == code
    assert kept(hall) == []


def test_a_vote_within_the_waiting_time_counts_and_one_after_it_does_not(hall: Hall) -> None:
    early, late = hall.sit(2)
    ballot_id = hall.open(replace(DRAFT, grace_seconds=20))
    hall.do(close_ballot, ballot_id)
    clock.advance(timedelta(seconds=19))
    assert hall.cast(early, ballot_id, 1).closing
    clock.advance(timedelta(seconds=1))
    with pytest.raises(TooLate) as refused:
        hall.cast(late, ballot_id, 1)
    assert "20초" in str(refused.value.message)
    with pytest.raises(TooLate) as refused:
        hall.cast(early, ballot_id, 2)
    assert refused.value.code == "ballot_late_kept"
    assert kept(hall) == [[1]]


def test_only_someone_sitting_in_this_room_votes(hall: Hall) -> None:
    gone, present = hall.sit(2)
    ballot_id = hall.open()
    hall.world.write(lambda session: setattr(session.get_one(Seat, gone.seat_id), "state", SeatState.LEFT))
    other = Hall(hall.app, hall.world)
    (stranger,) = other.sit(1)
    for actor in (NOBODY, gone, stranger, hall.host):
        with pytest.raises(Forbidden):
            hall.cast(actor, ballot_id, 1)
    with pytest.raises(Missing):
        hall.cast(present, other.prepare(), 1)
    assert kept(hall) == []


def test_a_seat_marked_paper_is_refused_on_its_phone(hall: Hall) -> None:
    (seat,) = hall.sit(1)
    ballot_id = hall.open()
    hall.do(mark_paper, ballot_id, seat.seat_id)
    with pytest.raises(Conflict) as refused:
        hall.cast(seat, ballot_id, 1)
    assert refused.value.code == "votes_on_paper"
    took = hall.world.read(lambda session: seat_turnout(session, ballot_id, hall.seats[0]))
    assert took is not None
    assert took.channel is Channel.PAPER


def test_a_ballot_whose_key_is_gone_takes_no_votes(hall: Hall) -> None:
    (seat,) = hall.sit(1)
    ballot_id = hall.open()
    hall.keys.retire(ballot_id)
    with pytest.raises(Conflict) as refused:
        hall.cast(seat, ballot_id, 1)
    assert refused.value.code == "ballot_key"
    assert hall.world.read(lambda session: session.scalars(select(Turnout)).first()) is None


@pytest.mark.parametrize(
    "fields",
    [
        [("ballot", "3"), ("choice", "1"), ("choice", "2"), ("counter", "4")],
        [("ballot", "3")],
        [("ballot", "007"), ("choice", "01")],
        [("ballot", "0"), ("choice", "1")],
        [("ballot", ""), ("choice", "1")],
        [("choice", "1")],
        [("ballot", " 3 "), ("choice", "1"), ("counter", "")],
        [("ballot", "٣"), ("choice", "1")],
        [("ballot", "3"), ("choice", "x")],
        [("ballot", "3"), ("choice", "")],
        [("ballot", "3"), ("counter", "-1")],
        [("ballot", "1234567890")],
        [("ballot", "3"), *[("choice", "1")] * 61],
    ],
)
def test_a_vote_is_read_as_its_form_reads_it(fields: list[tuple[str, str]]) -> None:
    sent = MultiDict(fields)
    form, read = CastForm(sent), read_cast(sent)
    if read is not None:
        assert form.validate()
        assert read == form.asked()
    elif form.validate():
        assert fields == [("ballot", " 3 "), ("choice", "1"), ("counter", "")], "only where it is written oddly"
