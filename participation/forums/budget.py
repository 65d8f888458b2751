"""Whether an evening fits its time: the sum of the steps, the time each resident gets at a table, what to shorten."""

from dataclasses import dataclass

from participation.forums.kinds import KINDS
from participation.forums.models import SegmentKind
from participation.forums.queries import ForumView, SegmentView

TURN_SECONDS = 120
"""How long one resident speaks in a round, by the promise of the evening."""

SHORTEST_TURN = 45
"""Less than this for each resident is no turn."""


@dataclass(frozen=True)
class Cut:
    """A step that can be shortened: from so many minutes to so many."""

    segment: SegmentView
    to: int

    @property
    def minutes(self) -> int:
        return self.segment.minutes - self.to


@dataclass(frozen=True)
class RoundBudget:
    """What one resident gets in a table round: seconds each, and the minutes that full turns would take."""

    segment: SegmentView
    seats: int
    seconds_each: int
    minutes_wanted: int

    @property
    def is_full(self) -> bool:
        """Whether everyone can speak for a whole turn."""
        return self.seconds_each >= TURN_SECONDS

    @property
    def is_too_short(self) -> bool:
        return self.seconds_each < SHORTEST_TURN


@dataclass(frozen=True)
class Budget:
    """The time of an evening: minutes planned, minutes used, and what to do where they differ."""

    planned: int
    used: int
    cuts: tuple[Cut, ...]
    rounds: tuple[RoundBudget, ...]
    overfull: tuple[SegmentView, ...]

    @property
    def over(self) -> int:
        """Minutes too many; 0 where it fits."""
        return max(0, self.used - self.planned)

    @property
    def left(self) -> int:
        """Minutes not used yet."""
        return max(0, self.planned - self.used)

    @property
    def is_enough(self) -> bool:
        """Whether the cuts together bring the evening into its time."""
        return sum(cut.minutes for cut in self.cuts) >= self.over


def least_minutes(segment: SegmentView, seats: int) -> int:
    """How short a step can be; a round needs a whole turn for each seat unless it is a short one already."""
    if segment.kind is SegmentKind.TABLE_ROUND:
        full = -(-seats * TURN_SECONDS // 60)
        return full if segment.minutes >= full else segment.minutes
    return min(segment.minutes, KINDS[segment.kind].least)


def _cuts(segments: tuple[SegmentView, ...], seats: int, over: int) -> tuple[Cut, ...]:
    """The fewest cuts that suffice, where the most can be cut first; started steps stay as they are."""
    slack = [(one.minutes - least_minutes(one, seats), one) for one in segments if one.started_at is None]
    cuts = []
    for minutes, segment in sorted(slack, key=lambda pair: (-pair[0], -pair[1].position)):
        if over <= 0 or minutes <= 0:
            break
        taken = min(over, minutes)
        cuts.append(Cut(segment, segment.minutes - taken))
        over -= taken
    return tuple(cuts)


def _round(segment: SegmentView, seats: int) -> RoundBudget:
    speaking = max((line.seconds for line in segment.lines), default=0) or segment.minutes * 60
    seconds = min(speaking, segment.minutes * 60)
    return RoundBudget(segment, seats, seconds // seats, -(-seats * TURN_SECONDS // 60))


def budget_of(forum: ForumView) -> Budget:
    """The time budget of a forum's agenda."""
    used = sum(segment.minutes for segment in forum.segments)
    seats = forum.seats_per_table
    rounds = tuple(_round(one, seats) for one in forum.segments if one.kind is SegmentKind.TABLE_ROUND)
    overfull = tuple(one for one in forum.segments if sum(line.seconds for line in one.lines) > one.minutes * 60)
    cuts = _cuts(forum.segments, seats, used - forum.planned_minutes)
    return Budget(forum.planned_minutes, used, cuts, rounds, overfull)
