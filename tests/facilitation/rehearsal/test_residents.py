"""Simulated residents act for themselves alone, leave what real people do to them, and keep an evening going."""

from datetime import timedelta

import pytest

from core import clock
from core.live.presence import PRESENCE, Present
from core.permissions import Actor, Role
from facilitation.rehearsal.content_files import content
from facilitation.rehearsal.residents import Residents
from facilitation.stage.queries.messages import messages
from facilitation.tables.models import Turn, TurnState
from facilitation.tables.queries import open_help_calls
from participation.ballots.models import BallotState, Turnout
from participation.ballots.operations.preparing import practice_draft, prepare_ballot
from participation.ballots.operations.running import seal_ballot
from participation.ballots.queries import shown_ballot
from participation.forums.models import ForumState, SegmentKind
from participation.forums.queries import ForumView, the_forum
from participation.proposals.models import Proposal, ProposalOrigin, Stance
from participation.seats.models import Seat
from participation.seats.operations import take_over
from participation.surveys.queries import count_answered
from tests.facilitation.hall import Hall
from tests.factories import World

HOST = Actor(roles=frozenset({(Role.HOST, 0)}))
STEP = 4


class Play:
    """Two tables of simulated residents, and someone real who sits down at the first after the start."""

    def __init__(self, world: World, kind: SegmentKind = SegmentKind.TABLE_ROUND) -> None:
        self.hall = Hall(world, state=ForumState.ANNOUNCED)
        for place in range(1, 7):
            world.seat(self.hall.forum, 2, place)
        clock.advance(timedelta(minutes=1))
        self.hall.do("forum.start", self.hall.host)
        self.go(kind)
        self.guest, _ = world.seat(self.hall.forum, 1, 8, "은주")
        self.residents = Residents(world.app, self.hall.forum, seed=7, host=HOST)
        self.residents.come()

    def forum(self) -> ForumView:
        return self.hall.read(lambda session: the_forum(session, self.hall.forum))

    def go(self, kind: SegmentKind) -> None:
        target = next(one.id for one in self.forum().segments if one.kind is kind)
        self.hall.do("forum.move", self.hall.host, segment=target)

    def steps(self, number: int) -> None:
        for _ in range(number):
            clock.advance(timedelta(seconds=STEP))
            self.residents.step()

    def count(self, model: type, **wanted: object) -> int:
        return self.hall.read(lambda session: session.query(model).filter_by(**wanted).count())

    def open_ballot(self) -> int:
        self.go(SegmentKind.PLENARY_BALLOT)
        ballot = self.hall.write(lambda s: prepare_ballot(s, self.hall.host, self.hall.forum, practice_draft()))
        self.hall.do("ballot.open", self.hall.host, ballot=ballot)
        return ballot

    def arrive(self, surface: str, table: int | None = None) -> None:
        """A real person opens a page."""
        PRESENCE.arrive("somebody", Present(self.hall.forum, surface, "person:1", 1, None, 0, table))


@pytest.fixture
def play(world: World) -> Play:
    return Play(world)


def test_a_round_is_lively_and_lasts(play: Play) -> None:
    """Turns as long as people speak, something new every minute, and most of it left after a quarter of an hour."""
    play.steps(15 * 60 // STEP)
    turns = play.hall.read(lambda s: list(s.query(Turn).filter_by(state=TurnState.DONE)))
    assert len({turn.seat_id for turn in turns}) > 10
    assert {30 <= turn.spoken <= 125 for turn in turns} == {True}
    put_forward = play.count(Proposal)
    assert 15 < put_forward < len(content("proposals_street")["proposals"]) / 2
    assert play.count(Stance) > put_forward * 2
    assert play.count(Proposal, origin=ProposalOrigin.PHONE) < put_forward


def test_nobody_acts_for_a_real_person(play: Play) -> None:
    """Neither for who came after the start, nor for a seat taken over; a facilitator gives them a turn like anyone."""
    taken = play.hall.seats[0]
    code = play.hall.read(lambda s: s.get_one(Seat, taken).code)
    play.hall.write(lambda s: take_over(s, play.hall.forum, code))
    play.steps(120)
    play.open_ballot()
    play.steps(20)
    assert play.count(Turnout) == 9
    for seat in (play.guest, taken):
        assert [play.count(model, seat_id=seat) for model in (Stance, Proposal, Turnout)] == [0, 0, 0]
        assert play.count(Turn, seat_id=seat) > 0


def test_a_table_is_left_to_the_real_person_who_leads_it(play: Play) -> None:
    play.arrive("console", 1)
    play.steps(60)
    assert play.count(Turn, table_number=1) == 0
    assert play.count(Proposal, table_number=1, origin=ProposalOrigin.SPOKEN) == 0
    assert play.count(Proposal, table_number=1, origin=ProposalOrigin.PHONE) > 0
    assert play.count(Turn, table_number=2) > 0


def test_every_table_hears_a_message_but_the_one_led_by_a_real_person(play: Play) -> None:
    play.arrive("console", 1)
    play.hall.do("message.send", play.hall.host, text="5분 남았습니다")
    play.steps(6)
    (message,) = play.hall.read(lambda s: messages(s, play.hall.forum))
    assert message.missing == (1, 3)


def test_a_helper_comes_to_a_call_and_is_done(play: Play) -> None:
    play.arrive("console", 1)
    call = play.hall.do("help.call", table=1, reason="fact").result["call"]

    def seen() -> list[tuple[int, bool]]:
        found = play.hall.read(lambda s: open_help_calls(s, play.hall.forum))
        return [(one.id, one.coming_at is not None) for one in found if one.table == 1]

    play.steps(5)
    assert seen() == [(call, False)]
    play.steps(8)
    assert seen() == [(call, True)]
    play.steps(20)
    assert seen() == []


def test_everyone_simulated_answers_the_survey(world: World) -> None:
    play = Play(world, SegmentKind.SURVEY)
    play.steps(6)
    segment = play.forum().segment
    assert segment is not None
    assert play.hall.read(lambda s: count_answered(s, segment.id)) == 10


def test_a_round_gets_more_time_and_never_stands_still(play: Play) -> None:
    play.hall.do("forum.pause", play.hall.host)
    play.steps(1)
    assert play.forum().ends_at is not None
    clock.advance(timedelta(hours=3))
    play.steps(1)
    ends_at = play.forum().ends_at
    assert ends_at is not None
    assert clock.seconds_until(ends_at) > 300


def test_what_a_host_left_open_is_brought_to_an_end_and_the_room_talks_again(play: Play) -> None:
    ballot = play.open_ballot()
    clock.advance(timedelta(minutes=25))
    play.steps(1)
    assert play.forum().segment == next(one for one in play.forum().segments if one.kind is SegmentKind.PLENARY_BALLOT)
    clock.advance(timedelta(minutes=1))
    play.hall.write(lambda s: seal_ballot(s, None, play.hall.forum, ballot))
    play.steps(2)
    shown = play.hall.read(lambda s: shown_ballot(s, play.hall.forum))
    assert shown is not None
    assert shown.state is BallotState.PUBLISHED
    segment = play.forum().segment
    assert segment is not None
    assert segment.kind is SegmentKind.TABLE_ROUND


def test_a_real_host_is_not_overruled_even_while_they_look_elsewhere(play: Play) -> None:
    play.go(SegmentKind.BREAK)
    play.arrive("stage")
    play.steps(1)
    clock.advance(timedelta(minutes=30))
    play.steps(1)
    PRESENCE.leave("somebody")
    play.steps(10)
    segment = play.forum().segment
    assert segment is not None
    assert segment.kind is SegmentKind.BREAK
    clock.advance(timedelta(minutes=3))
    play.steps(1)
    assert play.forum().segment != segment


def test_a_turn_that_ran_when_the_demo_was_stopped_is_not_counted_for_hours(play: Play) -> None:
    play.hall.do("turn.start", table=1, seat=play.hall.seats[0])
    clock.advance(timedelta(hours=9))
    play.residents.come()
    (turn,) = play.hall.read(lambda s: list(s.query(Turn).filter_by(table_number=1)))
    assert turn.state == TurnState.DONE
    assert turn.spoken < 120
