"""Counting votes: pure numbers in, numbers out. The same votes give the same result on every machine.

A vote is a list of option numbers: for approval each once, for dots an option once for each dot on it, for yes or
no one of `YES`, `NO`, `ABSTAIN`. An empty vote (a blank or spoilt paper) is counted as having taken part, no more.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from participation.ballots.models import Method, Threshold, TieRule

YES, NO, ABSTAIN = 1, 2, 3


@dataclass(frozen=True)
class Rule:
    """How a result follows from the tallies."""

    method: Method
    winners: int = 1
    threshold: Threshold = Threshold.NONE
    tie_rule: TieRule = TieRule.ALL_TIED


@dataclass(frozen=True)
class Count:
    """The result. `order` holds the option numbers from most votes to fewest; `chosen` those taken, in that order.

    `tied` says that options tied at the line, so that the tie rule decided. `valid` counts votes that hold a choice.
    """

    tallies: Mapping[int, int]
    order: tuple[int, ...]
    chosen: tuple[int, ...]
    valid: int
    blank: int
    tied: bool = False
    ranks: Mapping[int, int] = field(default_factory=dict)


def tally(method: Method, options: Sequence[int], votes: Iterable[Sequence[int]]) -> dict[int, int]:
    """Votes (or dots) by option; every option has its number, 0 where nobody chose it."""
    total: Counter[int] = Counter()
    for vote in votes:
        total.update(vote if method is Method.DOTS else set(vote))
    return {option: total[option] for option in options}


def _passes(threshold: Threshold, votes: int, of: int) -> bool:
    if threshold is Threshold.HALF:
        return votes * 2 > of
    if threshold is Threshold.TWO_THIRDS:
        return votes * 3 >= of * 2 and votes > 0
    return votes > 0


def _line(order: Sequence[int], tallies: Mapping[int, int], rule: Rule) -> tuple[tuple[int, ...], bool]:
    """Those above the line among the ones that passed, and whether options tied at it."""
    if len(order) <= rule.winners:
        return tuple(order), False
    last = tallies[order[rule.winners - 1]]
    tied = tallies[order[rule.winners]] == last
    if tied and rule.tie_rule is TieRule.ALL_TIED:
        return tuple(option for option in order if tallies[option] >= last), True
    return tuple(order[: rule.winners]), tied


def count(
    rule: Rule,
    options: Sequence[int],
    votes: Sequence[Sequence[int]],
    tables: Mapping[int, int] | None = None,
) -> Count:
    """The result of `votes` over `options` (numbers in their stated order), by `rule`.

    `tables` says at how many tables each option was raised, for the tie rule. Approval: an option needs
    `threshold` of the valid votes. Yes or no: yes needs it of yes and no together; abstentions do not weigh.
    Dots: the sums decide. An option without a single vote is never taken.
    """
    known = tables or {}
    tallies = tally(rule.method, options, votes)
    valid = sum(1 for vote in votes if vote)
    place = {option: at for at, option in enumerate(options)}
    order, chosen, tied = tuple(options), tuple[int, ...](), False
    if rule.method is Method.YES_NO:
        if _passes(rule.threshold, tallies[YES], tallies[YES] + tallies[NO]):
            chosen = (YES,)
    else:
        order = tuple(sorted(options, key=lambda option: (-tallies[option], -known.get(option, 0), place[option])))
        chosen, tied = _line([o for o in order if _passes(rule.threshold, tallies[o], valid)], tallies, rule)
    ranks = {option: 1 + sum(1 for other in tallies.values() if other > tallies[option]) for option in options}
    return Count(tallies, order, chosen, valid, len(votes) - valid, tied, ranks)
