"""The results of a forum: what was said and how it was grouped, what the room decided, what follows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.ballots.queries import Results
from participation.ballots.rules import rule_sentences
from participation.forums.queries import ForumView
from participation.proposals.models import Proposal, ProposalState
from participation.proposals.queries import ProposalView, proposals_by_ids
from policy.commitments.queries import (
    BallotPlace,
    CommitmentView,
    Voices,
    commitments_of_forum,
    places_of,
    published_results,
    themes_in_force,
    voices_of,
)
from policy.reports.queries.room import PeopleSpoken, RoomNumbers, room_numbers
from policy.reports.queries.survey import SurveyLine, survey_lines
from policy.themes.models import ThemePlacement
from policy.themes.queries import ThemeView, VersionView, settled_themes, settled_version

PER_PAGE = 50
MOST_APART = 4
"""How many of the voices that fit no theme stand on the results page itself; the rest has a page of its own."""


@dataclass(frozen=True)
class ThemeResult:
    """A theme with the voices that stand for it, its place in the ballot, and what it led to."""

    theme: ThemeView
    voices: Voices
    place: BallotPlace | None
    commitments: tuple[CommitmentView, ...]


@dataclass(frozen=True)
class BallotOutcome:
    """A published result with its rule in words."""

    results: Results
    rule: tuple[str, ...]


@dataclass(frozen=True)
class ForumResults:
    """Everything the results page and the printed report show.

    `apart` are the first of the `unplaced` voices that fit no theme: they keep their place. `settled` is None
    before staff settled the themes.
    """

    forum: ForumView
    themes: tuple[ThemeResult, ...]
    ballots: tuple[BallotOutcome, ...]
    room: RoomNumbers
    survey: tuple[SurveyLine, ...]
    unplaced: int
    apart: tuple[ProposalView, ...]
    settled: VersionView | None
    commitments: tuple[CommitmentView, ...]


def _led_to(session: Session, commitments: list[CommitmentView]) -> dict[int, list[CommitmentView]]:
    heads = themes_in_force(session, [one.theme_id for one in commitments if one.theme_id])
    found: defaultdict[int, list[CommitmentView]] = defaultdict(list)
    for one in commitments:
        if one.theme_id:
            found[heads[one.theme_id]].append(one)
    return found


def unplaced_ids(session: Session, forum_id: int) -> list[int]:
    """The proposals that are shown and stand in no theme, in the order in which they were said."""
    wanted = (
        select(Proposal.id)
        .join(ThemePlacement, ThemePlacement.proposal_id == Proposal.id, isouter=True)
        .where(Proposal.forum_id == forum_id, Proposal.state == ProposalState.SHOWN, ThemePlacement.theme_id.is_(None))
    )
    return list(session.scalars(wanted.order_by(Proposal.id)))


def results_of_forum(session: Session, forum: ForumView, people_spoken: PeopleSpoken) -> ForumResults:
    """The results as they stand: the same number of queries however much was said."""
    themes = settled_themes(session, forum.id)
    voices = voices_of(session, forum.id, themes)
    outcomes = published_results(session, forum.id)
    places, commitments = places_of(outcomes), commitments_of_forum(session, forum.id)
    led_to, apart = _led_to(session, commitments), unplaced_ids(session, forum.id)
    return ForumResults(
        forum=forum,
        themes=tuple(
            ThemeResult(theme, voices[theme.id], places.get(theme.id), tuple(led_to.get(theme.id, ())))
            for theme in themes
        ),
        ballots=tuple(
            BallotOutcome(one, tuple(str(sentence) for sentence in rule_sentences(one.ballot))) for one in outcomes
        ),
        room=room_numbers(session, forum, people_spoken),
        survey=survey_lines(session, forum),
        unplaced=len(apart),
        apart=tuple(proposals_by_ids(session, forum.id, apart[:MOST_APART])),
        settled=settled_version(session, forum.id),
        commitments=tuple(sorted(commitments, key=lambda one: (-one.late, one.is_ended, one.number))),
    )


@dataclass(frozen=True)
class ThemePage:
    """A page of everything that was said under a theme, or (`result` None) of what fits none."""

    result: ThemeResult | None
    number: int
    proposals: tuple[ProposalView, ...]
    page: int
    pages: int


def theme_page(session: Session, forum_id: int, theme_id: int, page: int) -> ThemePage | None:
    """One theme with a page of its proposals in the order in which they were said; None where there is no such theme in use."""
    theme = next((one for one in settled_themes(session, forum_id) if one.id == theme_id), None)
    if theme is None:
        return None
    commitments = _led_to(session, commitments_of_forum(session, forum_id)).get(theme_id, [])
    place = places_of(published_results(session, forum_id)).get(theme_id)
    result = ThemeResult(theme, Voices((), ()), place, tuple(commitments))
    return _page(session, forum_id, result, theme.proposal_ids, page)


def apart_page(session: Session, forum_id: int, page: int) -> ThemePage:
    """A page of the voices that fit no theme."""
    return _page(session, forum_id, None, unplaced_ids(session, forum_id), page)


def _page(session: Session, forum_id: int, result: ThemeResult | None, ids: Sequence[int], page: int) -> ThemePage:
    pages = max(1, -(-len(ids) // PER_PAGE))
    page = min(max(1, page), pages)
    wanted = ids[(page - 1) * PER_PAGE : page * PER_PAGE]
    return ThemePage(result, len(ids), tuple(proposals_by_ids(session, forum_id, wanted)), page, pages)
