"""What happens to a forum as a whole."""

from dataclasses import dataclass

from core.events.event import Event


@dataclass(frozen=True)
class ForumCreated(Event, kind="forum.created", stream="forum"):
    """It was made, as a draft."""

    forum: int


@dataclass(frozen=True)
class ForumConfigured(Event, kind="forum.configured", stream="forum"):
    """Its facts or its agenda were changed."""

    forum: int


@dataclass(frozen=True)
class ForumAnnounced(Event, kind="forum.announced", stream="forum"):
    """It can be seen by the public."""

    forum: int


@dataclass(frozen=True)
class ForumStarted(Event, kind="forum.started", stream="forum"):
    """The evening began with its first segment."""

    forum: int
    segment: int


@dataclass(frozen=True)
class SegmentStarted(Event, kind="segment.started", stream="forum"):
    """The room moved to a segment."""

    segment: int
    before: int


@dataclass(frozen=True)
class ClockPaused(Event, kind="clock.paused", stream="forum"):
    """The clock of the segment stands still."""

    segment: int


@dataclass(frozen=True)
class ClockResumed(Event, kind="clock.resumed", stream="forum"):
    """The clock runs again."""

    segment: int


@dataclass(frozen=True)
class ClockExtended(Event, kind="clock.extended", stream="forum"):
    """The segment got more (or less) time."""

    segment: int
    seconds: int


@dataclass(frozen=True)
class ForumClosed(Event, kind="forum.closed", stream="forum"):
    """The evening is over; the report is there."""

    forum: int


CLOCK_EVENTS = (ForumStarted, SegmentStarted, ClockPaused, ClockResumed, ClockExtended, ForumClosed)
