"""A receipt: one resident's own proposals and where each of them went. No name, no vote, nobody else's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.web.identity import token_hash
from participation.forums.models import ForumState
from participation.forums.queries import ForumView, forums, the_forum
from participation.proposals.queries import ProposalView, proposals_of_seat
from participation.seats.models import Seat
from policy.commitments.queries import (
    BallotPlace,
    CommitmentView,
    ResponseView,
    commitments_of_forum,
    places_of,
    published_results,
    responses_of,
    themes_in_force,
)
from policy.commitments.states import HANDED_ON
from policy.themes.queries import ThemeView, VersionView, latest_version, settled_version, themes_by_proposal, themes_of

FORUMS_OFFERED = 40


class StepState(StrEnum):
    """How a step of the way is drawn."""

    PAST = "past"
    NOW = "now"
    NEXT = "next"
    LATE = "late"


@dataclass(frozen=True)
class Path:
    """What a theme led to: one commitment with its answers, the newest first, corrected ones left out."""

    commitment: CommitmentView
    responses: tuple[ResponseView, ...]

    @property
    def answer(self) -> ResponseView | None:
        """The answer in force: the newest that is not one in between, else the newest of all."""
        final = next((one for one in self.responses if not one.is_interim), None)
        return final or (self.responses[0] if self.responses else None)

    @property
    def steps(self) -> tuple[StepState, StepState, StepState]:
        """How commitment, answer and completion are drawn."""
        one = self.commitment
        if one.state in HANDED_ON:
            return StepState.PAST, StepState.NOW, StepState.NEXT
        if one.answered_on is None:
            return (
                (StepState.PAST, StepState.LATE, StepState.NEXT)
                if one.late
                else (
                    StepState.NOW,
                    StepState.NEXT,
                    StepState.NEXT,
                )
            )
        if one.is_ended:
            return StepState.PAST, StepState.PAST, StepState.NOW
        return (
            StepState.PAST,
            StepState.NOW if not one.late else StepState.PAST,
            (StepState.LATE if one.late else StepState.NEXT),
        )


@dataclass(frozen=True)
class Journey:
    """The way of those proposals of one seat that stand in the same theme; `theme` None where in none yet."""

    proposals: tuple[ProposalView, ...]
    theme: ThemeView | None
    place: BallotPlace | None
    themed_at: datetime | None
    paths: tuple[Path, ...]

    @property
    def own_step(self) -> StepState:
        return StepState.PAST if self.theme else StepState.NOW

    @property
    def theme_step(self) -> StepState:
        if self.theme is None:
            return StepState.NEXT
        return StepState.PAST if self.paths else StepState.NOW


@dataclass(frozen=True)
class Receipt:
    """What the holder of a receipt sees."""

    forum: ForumView
    seat_id: int
    code: str
    journeys: tuple[Journey, ...]

    def path_to(self, number: int) -> Path | None:
        """The way to a commitment that the resident's own words led to, or None."""
        paths = (path for journey in self.journeys for path in journey.paths)
        return next((path for path in paths if path.commitment.number == number), None)

    @property
    def first_answer(self) -> Path | None:
        """The answer to read first, or None."""
        paths = [path for journey in self.journeys for path in journey.paths if path.answer is not None]
        return max(paths, key=lambda path: path.answer.at if path.answer else path.commitment.created_at, default=None)


def seat_by_token(session: Session, token: str) -> int | None:
    """The seat behind the token in a receipt's link, or None."""
    return session.scalars(select(Seat.id).where(Seat.receipt_hash == token_hash(token))).one_or_none()


def seat_by_code(session: Session, forum_id: int, code: str) -> tuple[int, str] | None:
    """The seat behind a receipt's code in this forum, with the hash of its link's token; or None."""
    row = session.execute(
        select(Seat.id, Seat.receipt_hash).where(Seat.forum_id == forum_id, Seat.receipt_code == code)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def forums_with_receipts(session: Session) -> list[ForumView]:
    """The forums that took place or are under way, the latest first."""
    return list(reversed(forums(session, ForumState.LIVE, ForumState.CLOSED)))[:FORUMS_OFFERED]


def receipt_of_seat(session: Session, seat_id: int) -> Receipt | None:
    """The receipt of a seat: every proposal of its own, spoken ones too, by the theme it stands in.

    While the forum is live a theme is named only once it was shown in the hall. None for an unknown seat.
    """
    seat = session.get(Seat, seat_id)
    if seat is None:
        return None
    own, forum = proposals_of_seat(session, seat_id), the_forum(session, seat.forum_id)
    themes = {theme.id: theme for theme in themes_of(session, seat.forum_id)} if own else {}
    placed = themes_by_proposal(session, [proposal.id for proposal in own]) if own else {}
    version = settled_version(session, seat.forum_id) or latest_version(session, seat.forum_id)
    if not forum.is_closed:
        shown = {entry.theme_id for entry in version.entries} if version else set()
        themes = {theme_id: theme for theme_id, theme in themes.items() if theme_id in shown}
    places = places_of(published_results(session, seat.forum_id))
    paths = _paths(session, seat.forum_id)
    groups: dict[int | None, list[ProposalView]] = {}
    for proposal in own:
        theme_id = placed.get(proposal.id)
        groups.setdefault(theme_id if theme_id in themes else None, []).append(proposal)
    journeys = tuple(
        _journey(proposals, themes.get(theme_id or 0), places, version, paths) for theme_id, proposals in groups.items()
    )
    return Receipt(forum, seat.id, seat.receipt_code, journeys)


def _journey(
    proposals: Sequence[ProposalView],
    theme: ThemeView | None,
    places: dict[int, BallotPlace],
    version: VersionView | None,
    paths: dict[int, list[Path]],
) -> Journey:
    if theme is None:
        return Journey(tuple(proposals), None, None, None, ())
    shown = version is not None and any(entry.theme_id == theme.id for entry in version.entries)
    at = version.at if version is not None and shown else None
    return Journey(tuple(proposals), theme, places.get(theme.id), at, tuple(paths.get(theme.id, ())))


def _paths(session: Session, forum_id: int) -> dict[int, list[Path]]:
    commitments = commitments_of_forum(session, forum_id)
    heads = themes_in_force(session, [one.theme_id for one in commitments if one.theme_id])
    responses = responses_of(session, [one.id for one in commitments])
    paths: dict[int, list[Path]] = {}
    for one in commitments:
        if one.theme_id:
            said = tuple(response for response in responses[one.id] if not response.corrected)
            paths.setdefault(heads[one.theme_id], []).append(Path(one, said))
    return paths
