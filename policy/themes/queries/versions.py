"""Frozen versions of the themes, for the screen, the phones, ballots and the report."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from core.i18n import in_language
from participation.proposals.models import Proposal, ProposalState
from policy.themes.models import ThemeVersion, ThemeVersionEntry


@dataclass(frozen=True)
class VersionEntryView:
    """One theme of a version, in the reader's language. The quotation goes when its proposal is hidden."""

    theme_id: int | None
    label: str
    label_ko: str
    label_en: str
    proposals: int
    people: int
    tables: int
    dissent: int
    agree: int | None
    disagree: int | None
    quote: str
    proposal_ids: tuple[int, ...]


@dataclass(frozen=True)
class VersionView:
    """A frozen version, the largest theme first."""

    id: int
    number: int
    settled: bool
    at: datetime
    proposals: int
    unplaced: int
    tables_total: int
    entries: tuple[VersionEntryView, ...]


def latest_version(session: Session, forum_id: int) -> VersionView | None:
    """The version frozen last, or None."""
    return _version(session, forum_id, settled=None)


def settled_version(session: Session, forum_id: int) -> VersionView | None:
    """The last version that policy staff settled, or None."""
    return _version(session, forum_id, settled=True)


def _version(session: Session, forum_id: int, *, settled: bool | None) -> VersionView | None:
    wanted = (
        select(ThemeVersion)
        .where(ThemeVersion.forum_id == forum_id)
        .options(selectinload(ThemeVersion.entries))
        .order_by(ThemeVersion.number.desc())
        .limit(1)
    )
    if settled is not None:
        wanted = wanted.where(ThemeVersion.settled == settled)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        return None
    quoted = [entry.quote_proposal_id for entry in found.entries if entry.quote_proposal_id]
    gone = (ProposalState.HIDDEN, ProposalState.WITHDRAWN)
    shown = set(session.scalars(select(Proposal.id).where(Proposal.id.in_(quoted), Proposal.state.not_in(gone))))
    entries = tuple(_entry(entry, entry.quote_proposal_id in shown) for entry in found.entries)
    return VersionView(
        id=found.id,
        number=found.number,
        settled=found.settled,
        at=found.at,
        proposals=found.proposals,
        unplaced=found.unplaced,
        tables_total=found.tables_total,
        entries=entries,
    )


def _entry(entry: ThemeVersionEntry, quotable: bool) -> VersionEntryView:
    return VersionEntryView(
        theme_id=entry.theme_id,
        label=in_language(entry.label_ko, entry.label_en),
        label_ko=entry.label_ko,
        label_en=entry.label_en,
        proposals=entry.proposals,
        people=entry.people,
        tables=entry.tables,
        dissent=entry.dissent,
        agree=entry.agree,
        disagree=entry.disagree,
        quote=entry.quote if quotable else "",
        proposal_ids=tuple(entry.proposal_ids),
    )
