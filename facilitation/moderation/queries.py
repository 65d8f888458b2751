"""A table's proposals as its console shows them: text, marks, lineage and exact counts of stances."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.proposals.models import Proposal, ProposalOrigin, ProposalState, ProposalVersion
from participation.proposals.queries import Counts, counts_of
from participation.seats.models import Placement, Seat


@dataclass(frozen=True)
class TableProposal:
    """One proposal of a table. `sources` are the texts it was merged from, all the way down."""

    id: int
    state: ProposalState
    origin: ProposalOrigin
    text: str
    place: int | None
    name: str | None
    seat_id: int | None
    verbatim: bool
    read_back: bool
    dissent: bool
    top: bool
    is_reworded: bool
    is_agreed: bool
    counts: Counts
    sources: tuple[str, ...]
    hidden_reason: str
    hidden_by: str
    hidden_at: datetime | None
    created_at: datetime

    @property
    def is_listed(self) -> bool:
        """Whether it stands in the table's list (shown, or hidden with its reason)."""
        return self.state in (ProposalState.SHOWN, ProposalState.HIDDEN)


def table_of_proposal(session: Session, forum_id: int, proposal_id: int) -> int | None:
    """The table a proposal belongs to, or None."""
    wanted = select(Proposal.table_number).where(Proposal.id == proposal_id, Proposal.forum_id == forum_id)
    return session.scalars(wanted).one_or_none()


def _authors(session: Session, ids: set[int]) -> dict[int, tuple[str | None, int | None]]:
    wanted = (
        select(Seat.id, Seat.call_name, Placement.place)
        .join(Placement, Placement.seat_id == Seat.id, isouter=True)
        .where(Seat.id.in_(ids))
        .order_by(Placement.round)
    )
    return {seat_id: (name, place) for seat_id, name, place in session.execute(wanted)}


def _sources(rows: list[Proposal], texts: dict[int, ProposalVersion]) -> dict[int, tuple[str, ...]]:
    children: defaultdict[int, list[int]] = defaultdict(list)
    for row in rows:
        if row.parent_id is not None:
            children[row.parent_id].append(row.id)

    def leaves(proposal_id: int) -> list[str]:
        found: list[str] = []
        for child in children.get(proposal_id, []):
            found += leaves(child) if child in children else [texts[child].text]
        return found

    return {row.id: tuple(leaves(row.id)) for row in rows}


def table_proposals(session: Session, forum_id: int, table: int) -> tuple[TableProposal, ...]:
    """All proposals ever filed at a table, the oldest first, in four queries however many there are."""
    wanted = select(Proposal).where(Proposal.forum_id == forum_id, Proposal.table_number == table)
    rows = list(session.scalars(wanted.order_by(Proposal.id)))
    ids = [row.id for row in rows]
    texts, first = _wordings(session, ids)
    counts = counts_of(session, ids)
    authors = _authors(session, {row.seat_id for row in rows if row.seat_id is not None})
    sources = _sources(rows, texts)
    return tuple(
        _view(
            row,
            texts[row.id],
            first[row.id],
            counts=counts.get(row.id, Counts()),
            author=authors.get(row.seat_id or 0),
            sources=sources[row.id],
        )
        for row in rows
    )


def _wordings(session: Session, ids: list[int]) -> tuple[dict[int, ProposalVersion], dict[int, str]]:
    """The present wording of each proposal, and its first text."""
    wanted = (
        select(ProposalVersion, Proposal.version)
        .join(Proposal, Proposal.id == ProposalVersion.proposal_id)
        .where(Proposal.id.in_(ids), ProposalVersion.number.in_((1, Proposal.version)))
    )
    present: dict[int, ProposalVersion] = {}
    first: dict[int, str] = {}
    for version, number in session.execute(wanted):
        if version.number == number:
            present[version.proposal_id] = version
        if version.number == 1:
            first[version.proposal_id] = version.text
    return present, first


def _view(
    row: Proposal,
    version: ProposalVersion,
    first: str,
    *,
    counts: Counts,
    author: tuple[str | None, int | None] | None,
    sources: tuple[str, ...],
) -> TableProposal:
    return TableProposal(
        id=row.id,
        state=ProposalState(row.state),
        origin=ProposalOrigin(row.origin),
        text=version.text,
        place=author[1] if author else None,
        name=author[0] if author else None,
        seat_id=row.seat_id,
        verbatim=row.verbatim,
        read_back=row.read_back,
        dissent=row.dissent,
        top=row.top,
        is_reworded=version.text != first,
        is_agreed=version.consented,
        counts=counts,
        sources=sources,
        hidden_reason=row.hidden_reason or "",
        hidden_by=row.hidden_by or "",
        hidden_at=row.hidden_at,
        created_at=row.created_at,
    )
