"""Finding the ballot that is to be changed or voted in, locked."""

from typing import cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from core.errors import Conflict, Missing
from core.i18n import say
from participation.ballots.models import Ballot, BallotOption, BallotState, Method
from participation.ballots.queries import Voting


def _missing() -> Missing:
    return Missing("no_ballot", say("그런 투표가 없습니다."))


def locked_ballot(session: Session, forum_id: int, ballot_id: int) -> Ballot:
    """A ballot of this forum, locked against other writers. Raises `Missing`."""
    wanted = select(Ballot).where(Ballot.id == ballot_id, Ballot.forum_id == forum_id).with_for_update()
    ballot = session.scalars(wanted).one_or_none()
    if ballot is None:
        raise _missing()
    return ballot


_BALLOT, _OPTION = cast(Table, Ballot.__table__), cast(Table, BallotOption.__table__)
_RULES = [_BALLOT.c[name] for name in ("method", "choose", "per_option", "grace_seconds", "state", "seal_at")]
_VOTING = (
    select(*_RULES, _OPTION.c.position)
    .select_from(_BALLOT.outerjoin(_OPTION, _OPTION.c.ballot_id == _BALLOT.c.id))
    .where(_BALLOT.c.id == bindparam("ballot"), _BALLOT.c.forum_id == bindparam("forum"))
    .with_for_update(of=_BALLOT)
)


def locked_voting(session: Session, forum_id: int, ballot_id: int) -> Voting:
    """What votes in a ballot of this forum are held against; the ballot is locked. Raises `Missing`."""
    rows = session.connection().execute(_VOTING, {"ballot": ballot_id, "forum": forum_id}).all()
    if not rows:
        raise _missing()
    first = rows[0]
    return Voting(
        id=ballot_id,
        forum_id=forum_id,
        method=Method(first.method),
        choose=first.choose,
        per_option=first.per_option,
        grace_seconds=first.grace_seconds,
        state=BallotState(first.state),
        seal_at=first.seal_at,
        numbers=frozenset(row.position for row in rows if row.position is not None),
    )


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
