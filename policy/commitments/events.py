"""What happens to commitments. Texts stay in their tables."""

from dataclasses import dataclass

from core.events.event import Event


@dataclass(frozen=True)
class CommitmentMade(Event, kind="commitment.made", stream="forum"):
    """A theme became something a department undertakes; `theme` is 0 where it comes from none."""

    commitment: int
    theme: int


@dataclass(frozen=True)
class CommitmentChanged(Event, kind="commitment.changed", stream="forum"):
    """A line was added to its log."""

    commitment: int
    entry: int


@dataclass(frozen=True)
class ResponsePublished(Event, kind="response.published", stream="forum"):
    """The city answered, or corrected an answer."""

    commitment: int
    response: int


@dataclass(frozen=True)
class ResponseRated(Event, kind="response.rated", stream="forum"):
    """A resident said whether an answer was enough."""

    response: int
