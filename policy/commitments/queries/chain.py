"""From a table to a theme to the ballot: the voices that stand for a theme, and how it fared in the vote."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from participation.ballots.models import Method
from participation.ballots.queries import Results, published_ballots, results
from participation.proposals.models import Proposal, ProposalState, Stance, StanceValue
from participation.proposals.queries import ProposalView, proposals_by_ids
from policy.themes.models import Theme, ThemePlacement
from policy.themes.queries import ThemeView, themes_of


@dataclass(frozen=True)
class Voices:
    """What stands for a theme in the words that were said; dissent keeps its own place."""

    chosen: tuple[ProposalView, ...]
    dissent: tuple[ProposalView, ...]


@dataclass(frozen=True)
class BallotPlace:
    """How a theme fared: its rank, the votes for it, how many took part; `dots` where points were spread."""

    title: str
    rank: int
    votes: int
    voted: int
    chosen: bool
    dots: bool


@dataclass(frozen=True)
class Chain:
    """The way of a commitment from the tables."""

    theme: ThemeView | None
    voices: Voices
    place: BallotPlace | None


def voices_of(
    session: Session, forum_id: int, themes: Sequence[ThemeView], *, most: int = 2, dissenting: int = 2
) -> dict[int, Voices]:
    """For each theme the analysts' quotation, then what the tables put first, then what most agreed with."""
    marks = {
        row[0]: (bool(row[1]), bool(row[2]))
        for row in session.execute(
            select(Proposal.id, Proposal.dissent, Proposal.top).where(
                Proposal.forum_id == forum_id, Proposal.state == ProposalState.SHOWN
            )
        )
    }
    agreed = _agreed(session, forum_id)

    def weight(proposal_id: int) -> tuple[bool, int, int]:
        return (not marks[proposal_id][1], -agreed.get(proposal_id, 0), proposal_id)

    picked: dict[int, tuple[list[int], list[int]]] = {}
    for theme in themes:
        ids = sorted((one for one in theme.proposal_ids if one in marks), key=weight)
        plain = [one for one in ids if not marks[one][0]]
        if theme.quote_proposal_id in plain:
            plain.remove(theme.quote_proposal_id)
            plain.insert(0, theme.quote_proposal_id)
        picked[theme.id] = (plain[:most], [one for one in ids if marks[one][0]][:dissenting])
    wanted = sorted({one for pair in picked.values() for part in pair for one in part})
    views = {view.id: view for view in proposals_by_ids(session, forum_id, wanted)}
    return {
        theme_id: Voices(tuple(views[one] for one in plain), tuple(views[one] for one in dissent))
        for theme_id, (plain, dissent) in picked.items()
    }


def _agreed(session: Session, forum_id: int) -> dict[int, int]:
    """How many agree with each proposal: to choose by, never to be shown."""
    rows = session.execute(
        select(Stance.proposal_id, func.count())
        .join(Proposal, Proposal.id == Stance.proposal_id)
        .where(Proposal.forum_id == forum_id, Stance.value == StanceValue.AGREE)
        .group_by(Stance.proposal_id)
    )
    return {int(row[0]): int(row[1]) for row in rows}


def published_results(session: Session, forum_id: int) -> list[Results]:
    """Every published result of a forum but of practice, in the order of the ballots."""
    found = (results(session, ballot.id) for ballot in published_ballots(session, forum_id))
    return [one for one in found if one is not None]


def places_of(outcomes: Iterable[Results]) -> dict[int, BallotPlace]:
    """By theme, how it fared in the last ballot that named it. A question of yes or no ranks nothing."""
    places: dict[int, BallotPlace] = {}
    for outcome in outcomes:
        if outcome.ballot.method is Method.YES_NO:
            continue
        for row in outcome.rows:
            if row.option.theme_id is not None:
                places[row.option.theme_id] = BallotPlace(
                    title=outcome.ballot.title,
                    rank=row.rank,
                    votes=row.votes,
                    voted=outcome.voted,
                    chosen=row.chosen,
                    dots=outcome.ballot.method is Method.DOTS,
                )
    return places


def themes_in_force(session: Session, theme_ids: Iterable[int]) -> dict[int, int]:
    """For each theme the one it is part of by now, itself where it stands alone."""
    wanted = set(theme_ids)
    forums = select(Theme.forum_id).where(Theme.id.in_(wanted))
    rows = session.execute(
        select(Theme.id, Theme.merged_into_id).where(Theme.forum_id.in_(forums), Theme.merged_into_id.is_not(None))
    )
    parents = {row[0]: row[1] for row in rows if row[1] is not None}
    heads: dict[int, int] = {}
    for theme_id in wanted:
        head, seen = theme_id, {theme_id}
        while head in parents and parents[head] not in seen:
            head = parents[head]
            seen.add(head)
        heads[theme_id] = head
    return heads


def chain_of(session: Session, forum_id: int, theme_id: int | None) -> Chain:
    """The way behind a commitment; empty where it comes from no theme."""
    if theme_id is None:
        return Chain(None, Voices((), ()), None)
    head = themes_in_force(session, [theme_id])[theme_id]
    theme = next((one for one in themes_of(session, forum_id) if one.id == head), None)
    if theme is None:
        return Chain(None, Voices((), ()), None)
    voices = voices_of(session, forum_id, [theme], most=1, dissenting=1)[theme.id]
    places = places_of(published_results(session, forum_id))
    return Chain(theme, voices, places.get(theme_id) or places.get(head))


def proposals_per_theme(session: Session, theme_ids: Iterable[int]) -> dict[int, int]:
    """How many proposals that are shown stand in each of these themes."""
    wanted = list(set(theme_ids))
    rows = session.execute(
        select(ThemePlacement.theme_id, ThemePlacement.second_theme_id)
        .join(Proposal, Proposal.id == ThemePlacement.proposal_id)
        .where(
            Proposal.state == ProposalState.SHOWN,
            or_(ThemePlacement.theme_id.in_(wanted), ThemePlacement.second_theme_id.in_(wanted)),
        )
    )
    counts = dict.fromkeys(wanted, 0)
    for first, second in rows:
        for theme_id in (first, second):
            if theme_id in counts:
                counts[theme_id] += 1
    return counts
