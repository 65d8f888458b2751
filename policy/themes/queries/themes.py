"""The themes of a forum as they stand, counted in proposals, people and tables.

Only proposals that are shown count. A merged one counts once, with the people and tables of all its sources.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import and_, case, distinct, func, or_, select
from sqlalchemy.orm import Session

from core.i18n import in_language
from participation.proposals.models import Proposal, ProposalState, ProposalVersion, Stance, StanceValue
from policy.themes.models import Theme, ThemePlacement, ThemeState

ENOUGH_ANSWERS = 5
"""Stances are summed up only where at least so many people answered."""


@dataclass(frozen=True)
class ThemeView:
    """A theme as pages show it. `agree` and `disagree` are None where fewer than five people answered.

    `proposal_ids` are the proposals shown, the earliest first; `quote` is empty until an analyst picked one.
    """

    id: int
    label: str
    label_ko: str
    label_en: str
    proposals: int
    people: int
    tables: int
    dissent: int
    agree: int | None
    disagree: int | None
    reviewed: bool
    pinned: bool
    proposal_ids: tuple[int, ...]
    quote: str = ""
    quote_proposal_id: int | None = None
    terms: tuple[str, ...] = ()


@dataclass
class _Tally:
    """What is counted of one theme."""

    proposals: list[int] = field(default_factory=list)
    seats: set[int] = field(default_factory=set)
    tables: set[int] = field(default_factory=set)
    dissent: int = 0


def themes_of(session: Session, forum_id: int) -> list[ThemeView]:
    """The active themes, those with the most proposals first."""
    themes = session.scalars(
        select(Theme).where(Theme.forum_id == forum_id, Theme.state == ThemeState.ACTIVE).order_by(Theme.id)
    ).all()
    tallies, support = _tallies(session, forum_id), _support(session, forum_id)
    quotes = _quotes(session, [theme.quote_proposal_id for theme in themes])
    views = [_view(theme, tallies[theme.id], support.get(theme.id), quotes) for theme in themes]
    return sorted(views, key=lambda view: (-view.proposals, -view.tables, view.id))


def settled_themes(session: Session, forum_id: int) -> list[ThemeView]:
    """The themes that stand at the end of the evening: the active ones that hold a proposal."""
    return [view for view in themes_of(session, forum_id) if view.proposals]


def theme_of_proposal(session: Session, proposal_id: int) -> ThemeView | None:
    """The theme a proposal, or what it was merged into, stands in; None where nobody can tell."""
    found = themes_by_proposal(session, [proposal_id]).get(proposal_id)
    if found is None:
        return None
    forum_id = session.get_one(Theme, found).forum_id
    return next((view for view in themes_of(session, forum_id) if view.id == found), None)


def themes_by_proposal(session: Session, proposal_ids: Iterable[int]) -> dict[int, int]:
    """The theme's id for each of these proposals that has one; a merged proposal goes with its parent."""
    wanted = list(proposal_ids)
    merged = select(Proposal.id, Proposal.parent_id).where(Proposal.id.in_(wanted), Proposal.parent_id.is_not(None))
    parents = dict(session.execute(merged).all())
    heads = {one: parents.get(one) or one for one in wanted}
    standing = (
        select(ThemePlacement.proposal_id, ThemePlacement.theme_id)
        .join(Theme, Theme.id == ThemePlacement.theme_id)
        .where(ThemePlacement.proposal_id.in_(heads.values()), Theme.state == ThemeState.ACTIVE)
    )
    placed = dict(session.execute(standing).all())
    return {one: theme for one, head in heads.items() if (theme := placed.get(head)) is not None}


def unplaced_count(session: Session, forum_id: int) -> int:
    """How many proposals that are shown stand in no theme yet."""
    wanted = (
        select(func.count())
        .select_from(Proposal)
        .join(ThemePlacement, ThemePlacement.proposal_id == Proposal.id, isouter=True)
        .where(Proposal.forum_id == forum_id, Proposal.state == ProposalState.SHOWN, ThemePlacement.theme_id.is_(None))
    )
    return session.scalars(wanted).one()


def _view(theme: Theme, tally: "_Tally", support: tuple[int, int, int] | None, quotes: dict[int, str]) -> ThemeView:
    enough = support is not None and support[0] >= ENOUGH_ANSWERS
    quote_id = theme.quote_proposal_id if theme.quote_proposal_id in quotes else None
    return ThemeView(
        id=theme.id,
        label=in_language(theme.label_ko, theme.label_en),
        label_ko=theme.label_ko,
        label_en=theme.label_en,
        proposals=len(tally.proposals),
        people=len(tally.seats),
        tables=len(tally.tables),
        dissent=tally.dissent,
        agree=support[1] if support and enough else None,
        disagree=support[2] if support and enough else None,
        reviewed=theme.reviewed,
        pinned=theme.pinned,
        proposal_ids=tuple(tally.proposals),
        quote=quotes.get(quote_id, "") if quote_id else "",
        quote_proposal_id=quote_id,
        terms=tuple(theme.terms),
    )


def _tallies(session: Session, forum_id: int) -> defaultdict[int, _Tally]:
    rows = session.execute(
        select(
            ThemePlacement.theme_id,
            ThemePlacement.second_theme_id,
            Proposal.id,
            Proposal.table_number,
            Proposal.seat_id,
            Proposal.dissent,
        )
        .join(Proposal, Proposal.id == ThemePlacement.proposal_id)
        .where(
            ThemePlacement.forum_id == forum_id,
            ThemePlacement.theme_id.is_not(None),
            Proposal.state == ProposalState.SHOWN,
        )
        .order_by(Proposal.id)
    )
    sources = _sources(session, forum_id)
    tallies: defaultdict[int, _Tally] = defaultdict(_Tally)
    for first, second, proposal_id, table, seat, dissent in rows:
        voices = sources.get(proposal_id) or [(table, seat)]
        for theme_id in filter(None, (first, second)):
            tally = tallies[theme_id]
            tally.proposals.append(proposal_id)
            tally.dissent += dissent
            tally.tables.update(at for at, _ in voices)
            tally.seats.update(who for _, who in voices if who is not None)
    return tallies


def _sources(session: Session, forum_id: int) -> dict[int, list[tuple[int, int | None]]]:
    """Table and seat of everything that was merged, by the proposal that now stands for it."""
    rows = session.execute(
        select(Proposal.id, Proposal.parent_id, Proposal.table_number, Proposal.seat_id).where(
            Proposal.forum_id == forum_id, Proposal.state == ProposalState.MERGED
        )
    ).all()
    parents = {row[0]: row[1] for row in rows}
    voices: defaultdict[int, list[tuple[int, int | None]]] = defaultdict(list)
    for _, parent, table, seat in rows:
        while parent in parents:
            parent = parents[parent]
        if parent is not None:
            voices[parent].append((table, seat))
    return voices


def _support(session: Session, forum_id: int) -> dict[int, tuple[int, int, int]]:
    """By theme: how many people answered, and how many times they agreed and disagreed."""
    among = or_(ThemePlacement.theme_id == Theme.id, ThemePlacement.second_theme_id == Theme.id)
    rows = session.execute(
        select(
            Theme.id,
            func.count(distinct(Stance.seat_id)),
            func.sum(case((Stance.value == StanceValue.AGREE, 1), else_=0)),
            func.sum(case((Stance.value == StanceValue.DISAGREE, 1), else_=0)),
        )
        .join(ThemePlacement, and_(ThemePlacement.forum_id == Theme.forum_id, among))
        .join(Proposal, Proposal.id == ThemePlacement.proposal_id)
        .join(Stance, Stance.proposal_id == Proposal.id)
        .where(Theme.forum_id == forum_id, Proposal.state == ProposalState.SHOWN)
        .group_by(Theme.id)
    )
    return {theme: (int(people), int(agree), int(disagree)) for theme, people, agree, disagree in rows}


def _quotes(session: Session, proposal_ids: list[int | None]) -> dict[int, str]:
    """The present words of these proposals as far as they are shown."""
    rows = session.execute(
        select(Proposal.id, ProposalVersion.text)
        .join(
            ProposalVersion,
            and_(ProposalVersion.proposal_id == Proposal.id, ProposalVersion.number == Proposal.version),
        )
        .where(Proposal.id.in_([one for one in proposal_ids if one]), Proposal.state == ProposalState.SHOWN)
    )
    return dict(rows.all())
