"""What happens to ballots. Turnout only: no event ever carries what someone chose."""

from dataclasses import dataclass
from typing import Any

from core.events.event import Event


@dataclass(frozen=True)
class BallotPrepared(Event, kind="ballot.prepared", stream="forum"):
    """A ballot was drafted, or its draft changed."""

    ballot: int


@dataclass(frozen=True)
class BallotDiscarded(Event, kind="ballot.discarded", stream="forum"):
    """A draft was thrown away."""

    ballot: int


@dataclass(frozen=True)
class BallotOpened(Event, kind="ballot.opened", stream="forum"):
    """Votes are taken."""

    ballot: int


@dataclass(frozen=True)
class BallotClosing(Event, kind="ballot.closing", stream="forum"):
    """Only what is under way still counts, for so many seconds."""

    ballot: int
    seconds: int


@dataclass(frozen=True)
class BallotSealed(Event, kind="ballot.sealed", stream="forum"):
    """Nothing can be added; nothing leads from a seat to a vote any more."""

    ballot: int
    voted: int


@dataclass(frozen=True)
class BallotPublished(Event, kind="ballot.published", stream="forum"):
    """The result, in numbers, travels with the event."""

    ballot: int
    results: dict[str, Any]


@dataclass(frozen=True)
class BallotReopened(Event, kind="ballot.reopened", stream="forum"):
    """Votes are taken again, of seats that had not voted."""

    ballot: int


@dataclass(frozen=True)
class VoteAccepted(Event, kind="vote.accepted", stream="turnout"):
    """A seat took part, on a phone. A change of mind leaves no further trace."""

    ballot: int
    seat: int


@dataclass(frozen=True)
class PaperMarked(Event, kind="paper.marked", stream="turnout"):
    """A seat votes on paper; its phone is refused."""

    ballot: int
    seat: int


@dataclass(frozen=True)
class PaperUnmarked(Event, kind="paper.unmarked", stream="turnout"):
    """The mark was taken back."""

    ballot: int
    seat: int


@dataclass(frozen=True)
class PaperEntered(Event, kind="paper.entered", stream="staff"):
    """A paper was typed in."""

    ballot: int


@dataclass(frozen=True)
class PaperRemoved(Event, kind="paper.removed", stream="staff"):
    """A paper that was typed in wrongly was taken out."""

    ballot: int


STATE_EVENTS = (BallotOpened, BallotClosing, BallotSealed, BallotPublished, BallotReopened)
TURNOUT_EVENTS = (VoteAccepted, PaperMarked, PaperUnmarked)
