"""Finding the ballot that is to be changed, locked."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, Missing
from core.i18n import say
from participation.ballots.models import Ballot, BallotState


def locked_ballot(session: Session, forum_id: int, ballot_id: int) -> Ballot:
    """A ballot of this forum, locked against other writers. Raises `Missing`."""
    wanted = select(Ballot).where(Ballot.id == ballot_id, Ballot.forum_id == forum_id).with_for_update()
    ballot = session.scalars(wanted).one_or_none()
    if ballot is None:
        raise Missing("no_ballot", say("그런 투표가 없습니다."))
    return ballot


def become(ballot: Ballot, state: BallotState) -> None:
    """Take the ballot on to `state`. Raises `Conflict` where its life does not go there from here."""
    if not ballot.may_become(state):
        sentences = {
            BallotState.OPEN: say("지금은 이 투표를 열 수 없습니다."),
            BallotState.CLOSING: say("열려 있는 투표가 아닙니다."),
            BallotState.SEALED: say("닫는 중인 투표가 아닙니다."),
            BallotState.PUBLISHED: say("봉인한 투표만 결과를 발표할 수 있습니다."),
        }
        raise Conflict("ballot_state", sentences[state])
    ballot.state = state
