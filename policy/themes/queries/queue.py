"""What needs a person: doubtful proposals, who looks at which, what residents missed, what might be opened."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.accounts.models import Person
from participation.proposals.models import Proposal, ProposalState
from policy.themes.models import (
    DeskClaim,
    MissingReport,
    PlacedBy,
    PlacementReason,
    ThemePlacement,
    ThemeSuggestion,
)
from policy.themes.queries.desk import DeskProposal, columns, proposals_on_desk

QUEUE_SHOWN = 12
SUGGESTIONS_SHOWN = 3


@dataclass(frozen=True)
class ClaimView:
    """Who looks at a proposal."""

    person_id: int
    name: str


@dataclass(frozen=True)
class ReportView:
    """What a resident missed."""

    id: int
    text: str
    table: int
    at: datetime


@dataclass(frozen=True)
class SuggestionView:
    """A theme that might be opened."""

    id: int
    label: str
    terms: tuple[str, ...]
    proposals: int


@dataclass(frozen=True)
class Queue:
    """What needs a person: the most doubtful first, what was left out, what might be opened."""

    cards: tuple[DeskProposal, ...]
    between: int
    nothing_near: int
    claims: dict[int, ClaimView]
    reports: tuple[ReportView, ...]
    suggestions: tuple[SuggestionView, ...]

    @property
    def waiting(self) -> int:
        return self.between + self.nothing_near + len(self.reports)


def queue(session: Session, forum_id: int) -> Queue:
    """What the machine could not tell and nobody has decided: the most doubtful first."""
    wanted = columns().where(
        ThemePlacement.forum_id == forum_id,
        ThemePlacement.theme_id.is_(None),
        ThemePlacement.placed_by == PlacedBy.MACHINE,
        Proposal.state == ProposalState.SHOWN,
    )
    rows = proposals_on_desk(session, forum_id, session.execute(wanted))
    ordered = sorted(rows, key=lambda one: (one.reason != PlacementReason.BETWEEN, one.doubt, one.id))
    between = sum(1 for one in rows if one.reason == PlacementReason.BETWEEN)
    return Queue(
        cards=tuple(ordered[:QUEUE_SHOWN]),
        between=between,
        nothing_near=len(rows) - between,
        claims=_claims(session, forum_id),
        reports=_reports(session, forum_id),
        suggestions=_suggestions(session, forum_id),
    )


def _claims(session: Session, forum_id: int) -> dict[int, ClaimView]:
    rows = session.execute(
        select(DeskClaim.proposal_id, Person.id, Person.name)
        .join(Person, Person.id == DeskClaim.person_id)
        .where(DeskClaim.forum_id == forum_id, DeskClaim.expires_at > clock.now())
    )
    return {proposal: ClaimView(person, name) for proposal, person, name in rows}


def _reports(session: Session, forum_id: int) -> tuple[ReportView, ...]:
    rows = session.scalars(
        select(MissingReport)
        .where(MissingReport.forum_id == forum_id, MissingReport.resolved_at.is_(None))
        .order_by(MissingReport.id)
        .limit(QUEUE_SHOWN)
    )
    return tuple(ReportView(row.id, row.text, row.table_number, row.at) for row in rows)


def _suggestions(session: Session, forum_id: int) -> tuple[SuggestionView, ...]:
    rows = session.scalars(
        select(ThemeSuggestion)
        .where(ThemeSuggestion.forum_id == forum_id, ThemeSuggestion.state == "open")
        .order_by(ThemeSuggestion.id)
        .limit(SUGGESTIONS_SHOWN)
    )
    return tuple(SuggestionView(row.id, row.label, tuple(row.terms), len(row.proposal_ids)) for row in rows)
