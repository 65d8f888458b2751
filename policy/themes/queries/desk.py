"""What the theme desk shows: the stream, one theme opened, counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from core.accounts.models import Person
from core.i18n import in_language
from participation.proposals.models import Proposal, ProposalState, ProposalVersion
from policy.themes.models import (
    PlacedBy,
    PlacementReason,
    Theme,
    ThemePlacement,
    ThemeState,
)
from policy.themes.queries.themes import ENOUGH_ANSWERS

STREAM_SHOWN = 30
ON_DESK = (ProposalState.SHOWN, ProposalState.HIDDEN)


@dataclass(frozen=True)
class Word:
    """A word that pulls a proposal to a theme, and its share of all pull in per cent."""

    text: str
    percent: int


@dataclass(frozen=True)
class Choice:
    """A theme that a proposal might belong to, with its share in per cent."""

    theme_id: int
    label: str
    percent: int


@dataclass(frozen=True)
class DeskProposal:
    """A proposal as the desk shows it. `text` is empty where it is hidden; support None under five answers."""

    id: int
    text: str
    hidden: bool
    hidden_reason: str
    table: int
    segment_id: int | None
    origin: str
    dissent: bool
    at: datetime
    theme_id: int | None
    theme: str
    second_theme_id: int | None
    second_theme: str
    reason: PlacementReason
    confidence: float
    by_person: bool
    read: bool
    agree: int | None
    disagree: int | None
    words: tuple[Word, ...]
    choices: tuple[Choice, ...]
    nearest: tuple[int, ...]

    @property
    def support(self) -> int:
        """What "most support first" sorts by; nothing where too few answered."""
        return (self.agree or 0) - (self.disagree or 0)

    @property
    def doubt(self) -> float:
        """How close the two nearest themes are: smaller is more doubtful."""
        if len(self.choices) < 2:
            return 101.0
        return float(abs(self.choices[0].percent - self.choices[1].percent))


@dataclass(frozen=True)
class DeskCounts:
    """Proposals shown, how many an analyst has seen to, and how many stand nowhere."""

    proposals: int
    read: int
    undecided: int


def columns() -> Select[Proposal, str, ThemePlacement]:
    """Proposals with their present words and their place."""
    wording = and_(ProposalVersion.proposal_id == Proposal.id, ProposalVersion.number == Proposal.version)
    return (
        select(Proposal, ProposalVersion.text, ThemePlacement)
        .join(ProposalVersion, wording)
        .join(ThemePlacement, ThemePlacement.proposal_id == Proposal.id)
    )


def theme_labels(session: Session, forum_id: int) -> dict[int, str]:
    """The names of the themes in use, in the reader's language."""
    rows = session.execute(
        select(Theme.id, Theme.label_ko, Theme.label_en).where(
            Theme.forum_id == forum_id, Theme.state == ThemeState.ACTIVE
        )
    )
    return {theme: in_language(ko, en) for theme, ko, en in rows}


def proposals_on_desk(session: Session, forum_id: int, rows: Iterable[Any]) -> list[DeskProposal]:
    """Rows of `columns` as records."""
    labels = theme_labels(session, forum_id)
    return [_proposal(proposal, text, placed, labels) for proposal, text, placed in rows]


def _proposal(proposal: Proposal, text: str, placed: ThemePlacement, labels: dict[int, str]) -> DeskProposal:
    hidden = proposal.state == ProposalState.HIDDEN
    enough = placed.answered >= ENOUGH_ANSWERS
    return DeskProposal(
        id=proposal.id,
        text="" if hidden else text,
        hidden=hidden,
        hidden_reason=(proposal.hidden_reason or "") if hidden else "",
        table=proposal.table_number,
        segment_id=proposal.segment_id,
        origin=proposal.origin,
        dissent=proposal.dissent,
        at=proposal.created_at,
        theme_id=placed.theme_id,
        theme=labels.get(placed.theme_id or 0, ""),
        second_theme_id=placed.second_theme_id,
        second_theme=labels.get(placed.second_theme_id or 0, ""),
        reason=PlacementReason(placed.reason),
        confidence=placed.confidence,
        by_person=placed.placed_by == PlacedBy.PERSON,
        read=placed.read,
        agree=placed.agree if enough else None,
        disagree=placed.disagree if enough else None,
        words=tuple(Word(str(word), round(100 * share)) for word, share in placed.words) if not hidden else (),
        choices=tuple(
            Choice(int(theme), labels[int(theme)], round(100 * share))
            for theme, share in placed.choices
            if int(theme) in labels
        ),
        nearest=tuple(placed.nearest),
    )


def stream(session: Session, forum_id: int, page: int = 1) -> list[DeskProposal]:
    """The proposals that came last, newest first, thirty to a page."""
    wanted = (
        columns()
        .where(Proposal.forum_id == forum_id, Proposal.state.in_(ON_DESK))
        .order_by(Proposal.id.desc())
        .limit(STREAM_SHOWN)
        .offset((page - 1) * STREAM_SHOWN)
    )
    return proposals_on_desk(session, forum_id, session.execute(wanted))


def members(session: Session, forum_id: int, theme_id: int | None) -> list[DeskProposal]:
    """All proposals of a theme, or those that stand nowhere, in the order in which they came."""
    here: Any = or_(ThemePlacement.theme_id == theme_id, ThemePlacement.second_theme_id == theme_id)
    if theme_id is None:
        here = ThemePlacement.theme_id.is_(None)
    wanted = columns().where(ThemePlacement.forum_id == forum_id, Proposal.state.in_(ON_DESK), here)
    return proposals_on_desk(session, forum_id, session.execute(wanted.order_by(Proposal.id)))


def everything(session: Session, forum_id: int) -> list[DeskProposal]:
    """All proposals on the desk, in the order in which they came."""
    wanted = columns().where(ThemePlacement.forum_id == forum_id, Proposal.state.in_(ON_DESK))
    return proposals_on_desk(session, forum_id, session.execute(wanted.order_by(Proposal.id)))


def near_texts(session: Session, proposals: Sequence[DeskProposal]) -> dict[int, tuple[str, int]]:
    """Words and table of the nearest proposals named by these, as far as they are shown."""
    wanted = {one for proposal in proposals for one in proposal.nearest}
    rows = session.execute(
        select(Proposal.id, ProposalVersion.text, Proposal.table_number)
        .join(
            ProposalVersion,
            and_(ProposalVersion.proposal_id == Proposal.id, ProposalVersion.number == Proposal.version),
        )
        .where(Proposal.id.in_(wanted), Proposal.state == ProposalState.SHOWN)
    )
    return {one: (text, table) for one, text, table in rows}


def counts(session: Session, forum_id: int) -> DeskCounts:
    """The numbers at the top of the desk."""
    one = case((ThemePlacement.read, 1), else_=0)
    nowhere = case((ThemePlacement.theme_id.is_(None), 1), else_=0)
    row = session.execute(
        select(func.count(), func.sum(one), func.sum(nowhere))
        .select_from(Proposal)
        .join(ThemePlacement, ThemePlacement.proposal_id == Proposal.id, isouter=True)
        .where(Proposal.forum_id == forum_id, Proposal.state == ProposalState.SHOWN)
    ).one()
    return DeskCounts(int(row[0]), int(row[1] or 0), int(row[2] or 0))


def unread_by_theme(session: Session, forum_id: int) -> dict[int, int]:
    """How many proposals of each theme no analyst has seen to yet."""
    rows = session.execute(
        select(ThemePlacement.theme_id, func.count())
        .join(Proposal, Proposal.id == ThemePlacement.proposal_id)
        .where(
            ThemePlacement.forum_id == forum_id,
            ThemePlacement.read.is_(False),
            ThemePlacement.theme_id.is_not(None),
            Proposal.state == ProposalState.SHOWN,
        )
        .group_by(ThemePlacement.theme_id)
    )
    return {theme: int(number) for theme, number in rows if theme is not None}


def names_of(session: Session, person_ids: Iterable[int]) -> list[str]:
    """The names of these people, in order."""
    wanted = select(Person.name).where(Person.id.in_(list(person_ids))).order_by(Person.name)
    return list(session.scalars(wanted))
