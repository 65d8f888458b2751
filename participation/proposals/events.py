"""What happens to proposals and stances. Texts stay in their table; the log holds salted digests."""

from dataclasses import dataclass

from core.events.event import Event


@dataclass(frozen=True)
class ProposalSubmitted(Event, kind="proposal.submitted", stream="table:{table}"):
    """A statement was put forward; `seat` is 0 where nobody is named."""

    proposal: int
    table: int
    seat: int
    segment: int
    digest: str


@dataclass(frozen=True)
class ProposalReworded(Event, kind="proposal.reworded", stream="table:{table}"):
    """It has a new version; also when a rewording was taken back."""

    proposal: int
    table: int
    version: int
    digest: str


@dataclass(frozen=True)
class ProposalMarked(Event, kind="proposal.marked", stream="table:{table}"):
    """Read back, dissent, verbatim, top of the table or parked: a mark changed."""

    proposal: int
    table: int


@dataclass(frozen=True)
class ProposalHidden(Event, kind="proposal.hidden", stream="table:{table}"):
    """Its text is no longer shown."""

    proposal: int
    table: int


@dataclass(frozen=True)
class ProposalRestored(Event, kind="proposal.restored", stream="table:{table}"):
    """Its text is shown again."""

    proposal: int
    table: int


@dataclass(frozen=True)
class ProposalWithdrawn(Event, kind="proposal.withdrawn", stream="table:{table}"):
    """It was taken back by whoever filed it."""

    proposal: int
    table: int


@dataclass(frozen=True)
class ProposalsMerged(Event, kind="proposals.merged", stream="table:{table}"):
    """Sources became part of a parent; `sources` as `3,5`."""

    proposal: int
    table: int
    sources: str


@dataclass(frozen=True)
class MergeUndone(Event, kind="proposals.merge_undone", stream="table:{table}"):
    """The sources stand alone again; the parent is gone."""

    proposal: int
    table: int
    sources: str


@dataclass(frozen=True)
class StanceTaken(Event, kind="stance.taken", stream="table:{table}", material=False):
    """A seat took or changed its stance; which one stays in its table."""

    proposal: int
    table: int
    seat: int


PROPOSAL_EVENTS = (
    ProposalSubmitted,
    ProposalReworded,
    ProposalMarked,
    ProposalHidden,
    ProposalRestored,
    ProposalWithdrawn,
    ProposalsMerged,
    MergeUndone,
)
