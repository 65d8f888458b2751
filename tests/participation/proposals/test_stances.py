"""Taking stances: at one's own table, while the round is on, in the order of (epoch, counter)."""

import itertools

import pytest

from core.errors import Conflict, Missing, TooLate
from core.permissions import Role
from participation.forums import clock as evening
from participation.forums.models import Forum, SegmentKind
from participation.proposals import operations, queries
from participation.proposals.models import Proposal, ProposalState, Stance, StanceValue
from participation.seats.models import Seat
from participation.seats.operations import take_over
from tests.factories import World

AGREE, DISAGREE, PASS = StanceValue


def take(world: World, forum: int, token: str, proposal: int, value: StanceValue, **order: int | None) -> Stance:
    actor = world.actor(forum, token=token)
    return world.write(lambda session: operations.take_stance(session, actor, forum, proposal, value, **order))


def standing(world: World, seat: int, proposal: int) -> StanceValue | None:
    return world.read(lambda session: queries.stances_of_seat(session, seat)).get(proposal)


def move(world: World, forum: int, kind: SegmentKind) -> None:
    host = world.actor(forum, person_id=world.person(Role.HOST))
    to = world.read(lambda session: next(s.id for s in session.get_one(Forum, forum).segments if s.kind == kind))
    world.write(lambda session: evening.move_to(session, host, forum, to))


def test_counts_are_of_seats_and_a_change_counts_once(world: World) -> None:
    forum = world.forum()
    proposal = world.proposal(forum)
    tokens = [world.seat(forum, place=place)[1] for place in range(1, 5)]
    for token, value in zip(tokens, (AGREE, AGREE, DISAGREE, PASS), strict=True):
        take(world, forum, token, proposal, value)
    take(world, forum, tokens[0], proposal, DISAGREE)
    counts = world.read(lambda session: queries.counts_of(session, [proposal]))[proposal]
    assert (counts.agree, counts.disagree, counts.skipped, counts.answered) == (1, 2, 1, 4)


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3])))
def test_whatever_the_order_of_arrival_the_latest_act_stands(world: World, order: tuple[int, ...]) -> None:
    forum = world.forum()
    seat, token = world.seat(forum)
    proposal = world.proposal(forum)
    values = {1: AGREE, 2: DISAGREE, 3: PASS}
    for counter in order:
        take(world, forum, token, proposal, values[counter], counter=counter)
    assert standing(world, seat, proposal) is PASS


def test_a_newer_phone_goes_before_an_older_one_whatever_its_counter(world: World) -> None:
    forum = world.forum()
    seat, old = world.seat(forum)
    proposal = world.proposal(forum)
    take(world, forum, old, proposal, AGREE, counter=90)
    new = world.write(lambda session: take_over(session, forum, session.get_one(Seat, seat).code)).token
    take(world, forum, new, proposal, DISAGREE, counter=1)
    with pytest.raises(Conflict) as refused:
        take(world, forum, old, proposal, PASS, counter=91)
    assert refused.value.code == "newer"
    assert standing(world, seat, proposal) is DISAGREE


def test_what_waited_on_an_older_phone_counts_where_nothing_newer_stands(world: World) -> None:
    forum = world.forum()
    seat, old = world.seat(forum)
    proposal = world.proposal(forum)
    world.write(lambda session: take_over(session, forum, session.get_one(Seat, seat).code))
    take(world, forum, old, proposal, AGREE, counter=4)
    assert standing(world, seat, proposal) is AGREE


def test_after_its_round_a_stance_is_refused_in_words_and_a_second_visit_reopens(world: World) -> None:
    forum = world.forum()
    seat, token = world.seat(forum)
    proposal = world.proposal(forum)
    take(world, forum, token, proposal, AGREE)
    move(world, forum, SegmentKind.SHARE_BACK)
    with pytest.raises(TooLate) as refused:
        take(world, forum, token, proposal, DISAGREE)
    assert str(refused.value.message) == "순서 2가 19:00에 끝나 더 바꿀 수 없습니다."
    assert standing(world, seat, proposal) is AGREE
    move(world, forum, SegmentKind.TABLE_ROUND)
    take(world, forum, token, proposal, DISAGREE)
    assert standing(world, seat, proposal) is DISAGREE


def test_steps_without_stances_take_none(world: World) -> None:
    forum = world.forum(kind=SegmentKind.OPEN_MICROPHONE)
    token = world.seat(forum)[1]
    with pytest.raises(Conflict):
        take(world, forum, token, world.proposal(forum), AGREE)


def test_only_ones_own_table_and_only_what_is_shown(world: World) -> None:
    forum = world.forum()
    token = world.seat(forum, table=1)[1]
    with pytest.raises(Missing):
        take(world, forum, token, world.proposal(forum, table=2), AGREE)
    with pytest.raises(Missing):
        take(world, forum, token, world.proposal(world.forum()), AGREE)
    parked = world.proposal(forum)
    world.place(lambda session: setattr(session.get_one(Proposal, parked), "state", ProposalState.PARKED))
    with pytest.raises(Conflict):
        take(world, forum, token, parked, AGREE)


def test_a_stance_names_the_wording_it_was_taken_on(world: World) -> None:
    forum = world.forum()
    seat, token = world.seat(forum)
    proposal = world.proposal(forum)
    world.place(lambda session: setattr(session.get_one(Proposal, proposal), "version", 3))
    assert take(world, forum, token, proposal, AGREE, version=2).version == 2
    assert take(world, forum, token, proposal, AGREE).version == 3
    assert take(world, forum, token, proposal, AGREE, version=9).version == 3
    assert world.read(lambda session: queries.own_stances(session, seat))[proposal].version == 3


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"proposal": 1},
        {"proposal": "x", "stance": "agree"},
        {"proposal": 1, "stance": "maybe"},
        {"proposal": 1, "stance": "agree", "counter": -1},
        {"proposal": 10**12, "stance": "agree"},
        {"proposal": 1, "stance": "agree", "version": "=1"},
        {"proposal": [1, 2], "stance": ["agree", "pass"]},
    ],
)
def test_bad_input_is_refused_in_words(world: World, data: dict[str, object]) -> None:
    forum = world.forum()
    phone = world.phone(forum, world.seat(forum)[1])
    answer = phone.post(f"/live/{forum}/do/stance.take", json={"data": data})
    assert answer.status_code in (404, 422)
    assert answer.get_json()["message"]


def test_without_script_a_stance_is_a_button_of_a_form(world: World) -> None:
    forum = world.forum()
    seat, token = world.seat(forum)
    proposal, slug, phone = world.proposal(forum), world.slug(forum), world.phone(forum, token)
    data = {"proposal": proposal, "stance": "agree", "return_to": f"/forums/{slug}"}
    assert phone.post(f"/forums/{slug}/do/stance.take", data=data).status_code == 303
    assert standing(world, seat, proposal) is AGREE
    page = phone.get(f"/forums/{slug}").get_data(as_text=True)
    assert 'value="agree" aria-pressed="true"' in page
