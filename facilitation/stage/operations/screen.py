"""Choosing what the screen shows."""

from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict, Missing
from core.events.log import record
from core.i18n import say
from core.permissions import Actor, Role, check
from facilitation.stage.events import ScreenChanged
from facilitation.stage.models import ScreenState, ScreenView
from facilitation.stage.queries.screen import moment_of
from participation.ballots.queries import ballot_of, shown_ballot
from participation.forums.clock import locked_forum
from participation.forums.models import ForumState

NEEDS_BALLOT = (ScreenView.BALLOT, ScreenView.RESULT)


def show_view(
    session: Session, actor: Actor, forum_id: int, view: ScreenView | None, *, ballot_id: int | None = None
) -> None:
    """Put a view on the screen for as long as the present step lasts; None lets it follow the agenda again.

    Raises `Forbidden` for others than the host, `Missing` for a ballot that is not there or not open yet,
    `Conflict` where there is no ballot, or no result, to show.
    """
    check(actor.has(Role.HOST, forum_id))
    forum = locked_forum(session, forum_id)
    state = session.get(ScreenState, forum_id)
    if view is None:
        if state is not None:
            session.delete(state)
    else:
        _check_ballot(session, forum_id, view, ballot_id)
        if state is None:
            state = ScreenState(forum_id=forum_id)
            session.add(state)
        state.view, state.ballot_id, state.updated = view, ballot_id, clock.now()
        state.segment = moment_of(forum.segment_id, is_closed=forum.state == ForumState.CLOSED)
    record(session, forum_id, actor.person_key, ScreenChanged(view=view or "auto"))


def _check_ballot(session: Session, forum_id: int, view: ScreenView, ballot_id: int | None) -> None:
    if view not in NEEDS_BALLOT:
        return
    ballot = ballot_of(session, forum_id, ballot_id) if ballot_id else shown_ballot(session, forum_id)
    if ballot_id and (ballot is None or ballot.is_draft):
        raise Missing("no_ballot", say("그런 투표가 없습니다."))
    if ballot is None:
        raise Conflict("no_ballot", say("아직 연 투표가 없습니다. 투표를 먼저 열어 주세요."))
    if view is ScreenView.RESULT and not ballot.is_published:
        raise Conflict("no_result", say("아직 발표한 결과가 없습니다."))
