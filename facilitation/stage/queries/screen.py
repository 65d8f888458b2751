"""Reading the screen: which view it shows, following the agenda unless the host chose another."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from facilitation.stage.models import AFTER_CLOSE, BEFORE_START, ScreenState, ScreenView
from participation.ballots.queries import BallotView, ballot_of, shown_ballot
from participation.forums.models import SegmentKind
from participation.forums.queries import ForumView

BY_SEGMENT = {
    SegmentKind.WELCOME: ScreenView.JOIN,
    SegmentKind.THEME_CHECK: ScreenView.THEMES,
    SegmentKind.SHARE_BACK: ScreenView.THEMES,
    SegmentKind.PLENARY_BALLOT: ScreenView.BALLOT,
}


@dataclass(frozen=True)
class Showing:
    """What the screen shows now. `chosen`: by the host, rather than by the agenda."""

    view: ScreenView
    ballot: BallotView | None
    chosen: bool


def moment_of(segment_id: int | None, *, is_closed: bool) -> int:
    """The part of the evening a choice belongs to."""
    return AFTER_CLOSE if is_closed else segment_id or BEFORE_START


def showing(session: Session, forum: ForumView) -> Showing:
    """The view of the screen as it stands."""
    state = session.get(ScreenState, forum.id)
    now = moment_of(forum.segment.id if forum.segment else None, is_closed=forum.is_closed)
    if state is not None and state.segment != now:
        state = None
    ballot = ballot_of(session, forum.id, state.ballot_id) if state and state.ballot_id else None
    if ballot is None or ballot.is_draft:
        ballot = shown_ballot(session, forum.id)
    wanted = ScreenView(state.view) if state else _by_agenda(forum)
    timely = ballot if state is not None or (ballot is not None and _of_this_step(ballot, forum)) else None
    return Showing(_possible(wanted, timely), ballot, state is not None)


def _of_this_step(ballot: BallotView, forum: ForumView) -> bool:
    """Whether a ballot was opened in the present step; an earlier one is shown only where the host chose so."""
    began = forum.segment.started_at if forum.segment else None
    return began is not None and ballot.opened_at is not None and ballot.opened_at >= began


def _by_agenda(forum: ForumView) -> ScreenView:
    if forum.is_closed:
        return ScreenView.THANKS
    if forum.segment is None:
        return ScreenView.JOIN
    return BY_SEGMENT.get(forum.segment.kind, ScreenView.QUESTION)


def _possible(wanted: ScreenView, ballot: BallotView | None) -> ScreenView:
    """A ballot shows its result once published and not before; without a ballot there is the question."""
    if wanted not in (ScreenView.BALLOT, ScreenView.RESULT):
        return wanted
    if ballot is None:
        return ScreenView.QUESTION
    return ScreenView.RESULT if ballot.is_published else ScreenView.BALLOT
