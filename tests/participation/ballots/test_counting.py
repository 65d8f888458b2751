"""Counting: the rule decides, in words and in numbers; order and names of voters never do."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation.ballots.counting import ABSTAIN, NO, YES, Rule, count
from participation.ballots.models import Method, Threshold, TieRule

OPTIONS = (1, 2, 3, 4, 5)
approvals = st.lists(st.lists(st.sampled_from(OPTIONS), max_size=3, unique=True), max_size=40)
dots = st.lists(st.lists(st.sampled_from(OPTIONS), max_size=5), max_size=40)
rules = st.builds(
    Rule,
    st.sampled_from([Method.APPROVAL, Method.DOTS]),
    st.integers(1, 4),
    st.sampled_from(list(Threshold)),
    st.sampled_from(list(TieRule)),
)


def votes_for(**tallies: int) -> list[list[int]]:
    return [[int(name[1:])] for name, number in tallies.items() for _ in range(number)]


def test_the_most_votes_win_up_to_the_number_of_places() -> None:
    result = count(Rule(Method.APPROVAL, winners=2), OPTIONS, votes_for(o1=3, o2=9, o3=5, o4=1))
    assert result.tallies == {1: 3, 2: 9, 3: 5, 4: 1, 5: 0}
    assert result.order == (2, 3, 1, 4, 5)
    assert result.chosen == (2, 3)
    assert not result.tied


def test_all_tied_at_the_line_are_taken_where_the_rule_says_so() -> None:
    result = count(Rule(Method.APPROVAL, winners=2), OPTIONS, votes_for(o1=4, o2=9, o3=4, o4=1))
    assert (result.chosen, result.tied) == ((2, 1, 3), True)
    assert [result.ranks[option] for option in (2, 1, 3, 4)] == [1, 2, 2, 4]


def test_more_tables_then_the_earlier_option_win_a_tie_where_the_rule_says_so() -> None:
    rule = Rule(Method.APPROVAL, winners=2, tie_rule=TieRule.TABLES_FIRST)
    votes = votes_for(o1=4, o2=9, o3=4, o4=4)
    assert count(rule, OPTIONS, votes, {1: 2, 3: 5, 4: 5}).chosen == (2, 3)
    assert count(rule, OPTIONS, votes).chosen == (2, 1)


def test_an_option_without_a_vote_is_never_taken() -> None:
    assert count(Rule(Method.APPROVAL, winners=3), OPTIONS, votes_for(o5=1)).chosen == (5,)
    assert count(Rule(Method.DOTS, winners=3), OPTIONS, []).chosen == ()


@pytest.mark.parametrize(("threshold", "chosen"), [(Threshold.HALF, (1,)), (Threshold.TWO_THIRDS, ())])
def test_approval_needs_its_share_of_the_valid_votes(threshold: Threshold, chosen: tuple[int, ...]) -> None:
    votes = [[1, 2], [1], [1], [2], [3], []]
    result = count(Rule(Method.APPROVAL, winners=3, threshold=threshold), OPTIONS, votes)
    assert (result.chosen, result.valid, result.blank) == (chosen, 5, 1)


@pytest.mark.parametrize(
    ("yes", "no", "abstain", "threshold", "passed"),
    [
        (5, 4, 50, Threshold.HALF, True),
        (5, 5, 0, Threshold.HALF, False),
        (0, 0, 9, Threshold.HALF, False),
        (6, 3, 9, Threshold.TWO_THIRDS, True),
        (5, 3, 0, Threshold.TWO_THIRDS, False),
        (0, 0, 0, Threshold.TWO_THIRDS, False),
    ],
)
def test_yes_carries_by_its_share_of_yes_and_no(
    yes: int, no: int, abstain: int, threshold: Threshold, passed: bool
) -> None:
    votes = [[YES]] * yes + [[NO]] * no + [[ABSTAIN]] * abstain
    result = count(Rule(Method.YES_NO, threshold=threshold), (YES, NO, ABSTAIN), votes)
    assert bool(result.chosen) is passed
    assert result.tallies == {YES: yes, NO: no, ABSTAIN: abstain}


def test_each_dot_counts() -> None:
    assert count(Rule(Method.DOTS), OPTIONS, [[1, 1, 3], [3]]).tallies == {1: 2, 2: 0, 3: 2, 4: 0, 5: 0}


@given(rules, dots, st.randoms(use_true_random=False))
def test_who_voted_first_and_in_which_order_makes_no_difference(
    rule: Rule, votes: list[list[int]], shuffler: random.Random
) -> None:
    mixed = [shuffler.sample(vote, len(vote)) for vote in votes]
    shuffler.shuffle(mixed)
    assert count(rule, OPTIONS, votes) == count(rule, OPTIONS, mixed)


@given(rules, approvals, st.permutations(OPTIONS))
def test_no_option_is_favoured_but_by_the_stated_tie_rule(rule: Rule, votes: list[list[int]], names: list[int]) -> None:
    other = dict(zip(OPTIONS, names, strict=True))
    plain = count(rule, OPTIONS, votes)
    renamed = count(rule, OPTIONS, [[other[option] for option in vote] for vote in votes])
    assert {other[option]: votes_ for option, votes_ in plain.tallies.items()} == renamed.tallies
    if not plain.tied or rule.tie_rule is TieRule.ALL_TIED:
        assert {other[option] for option in plain.chosen} == set(renamed.chosen)


@given(rules, approvals, st.data())
def test_one_more_vote_for_a_chosen_option_never_unseats_it(
    rule: Rule, votes: list[list[int]], data: st.DataObject
) -> None:
    before = count(rule, OPTIONS, votes)
    for option in before.chosen:
        without = [at for at, vote in enumerate(votes) if vote and option not in vote]
        if not without:
            continue
        at = data.draw(st.sampled_from(without))
        more = [[*vote, option] if place == at else vote for place, vote in enumerate(votes)]
        assert option in count(rule, OPTIONS, more).chosen


@given(rules, dots)
def test_numbers_add_up(rule: Rule, votes: list[list[int]]) -> None:
    result = count(rule, OPTIONS, votes)
    assert result.valid + result.blank == len(votes)
    if rule.method is Method.DOTS:
        assert sum(result.tallies.values()) == sum(len(vote) for vote in votes)
    assert sorted(result.order) == sorted(OPTIONS)
    lowest = min((result.tallies[option] for option in result.chosen), default=0)
    assert result.tied or len(result.chosen) <= rule.winners
    if rule.threshold is Threshold.NONE and not result.tied:
        assert all(result.tallies[o] <= lowest for o in OPTIONS if o not in result.chosen) or not result.chosen
