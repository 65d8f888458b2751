"""The life of a ballot: open, close, seal, publish, open again."""

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict
from core.events.log import record
from core.i18n import say
from core.permissions import SYSTEM, Actor, check
from participation.ballots import queries
from participation.ballots.events import BallotClosing, BallotOpened, BallotPublished, BallotReopened, BallotSealed
from participation.ballots.keys import KeyStore
from participation.ballots.models import UNDER_WAY, Ballot, BallotState, Cast, PaperVote, SealedVote, Turnout
from participation.ballots.operations.finding import become, locked_ballot
from participation.ballots.operations.renewing import check_newest
from participation.ballots.permissions import may_run
from participation.ballots.sources import Offer
from participation.forums.clock import locked_forum
from participation.forums.models import ForumState


def _check_alone(session: Session, ballot: Ballot) -> None:
    other = select(Ballot.id).where(
        Ballot.forum_id == ballot.forum_id, Ballot.state.in_(UNDER_WAY), Ballot.id != ballot.id
    )
    if session.scalars(other).first() is not None:
        raise Conflict("another_ballot", say("다른 투표가 열려 있습니다. 그 투표를 먼저 닫아 주세요."))


def open_ballot(
    session: Session, actor: Actor, forum_id: int, ballot_id: int, keys: KeyStore, *, newest: Offer | None = None
) -> None:
    """Open a draft for votes.

    Raises `Forbidden` for others than the host, `Conflict` where the forum is not live, another ballot is under way,
    this one was opened before, or `newest` (what is on offer now, if it is to be asked) tells of its options
    differently.
    """
    check(may_run(actor, forum_id))
    forum = locked_forum(session, forum_id)
    if forum.state != ForumState.LIVE:
        raise Conflict("not_live", say("토론회를 시작한 뒤에 투표를 열 수 있습니다."))
    ballot = locked_ballot(session, forum_id, ballot_id)
    _check_alone(session, ballot)
    if ballot.state != BallotState.DRAFT:
        raise Conflict("ballot_state", say("지금은 이 투표를 열 수 없습니다."))
    if newest is not None:
        check_newest(ballot, newest)
    become(ballot, BallotState.OPEN)
    ballot.opened_at = clock.now()
    session.flush()
    keys.make(ballot_id)
    record(session, forum_id, actor.person_key, BallotOpened(ballot=ballot_id))


def close_ballot(session: Session, actor: Actor, forum_id: int, ballot_id: int) -> None:
    """Begin the waiting time, after which the ballot is sealed.

    Raises `Forbidden`, `Conflict` where the ballot is not open.
    """
    check(may_run(actor, forum_id))
    ballot = locked_ballot(session, forum_id, ballot_id)
    become(ballot, BallotState.CLOSING)
    ballot.closing_at = clock.now()
    ballot.seal_at = clock.now() + timedelta(seconds=ballot.grace_seconds)
    event = BallotClosing(ballot=ballot_id, seconds=ballot.grace_seconds)
    record(session, forum_id, actor.person_key, event)


def seal_ballot(session: Session, actor: Actor | None, forum_id: int, ballot_id: int) -> None:
    """Seal a closing ballot: votes go under fresh random ids, and nothing joins them to seats any more.

    `actor` is None where the house does it by itself. Raises `Forbidden`; `Conflict` where the ballot is not
    closing, the waiting time still runs and not every seat has voted, or papers and marks differ.
    """
    check(actor is None or may_run(actor, forum_id))
    ballot = locked_ballot(session, forum_id, ballot_id)
    turnout = queries.turnout_of(session, ballot_id)
    if ballot.state == BallotState.CLOSING:
        _check_ripe(ballot, turnout)
    become(ballot, BallotState.SEALED)
    ballot.sealed_at = clock.now()
    ballot.electorate = turnout.seats
    ballot.papers_sealed = turnout.papers_entered
    _mix(session, ballot_id)
    event = BallotSealed(ballot=ballot_id, voted=turnout.voted)
    record(session, forum_id, actor.person_key if actor else SYSTEM, event)


def _check_ripe(ballot: Ballot, turnout: queries.TurnoutView) -> None:
    waiting = ballot.seal_at is not None and clock.now() < ballot.seal_at
    if waiting and not turnout.is_complete:
        raise Conflict("waiting", say("아직 보내는 중인 표를 기다리고 있습니다. 기다리는 시간이 지나면 봉인합니다."))
    if not turnout.papers_agree:
        raise Conflict(
            "papers_differ",
            say(
                "종이로 표시한 자리는 %(marked)s곳인데 넣은 종이 표는 %(entered)s장입니다. 수를 맞추면 봉인합니다.",
                marked=turnout.papers_marked,
                entered=turnout.papers_entered,
            ),
        )


def _mix(session: Session, ballot_id: int) -> None:
    """All votes together under fresh ids, in the order of these; what led to them is dropped."""
    votes: list[list[int]] = []
    for table in (SealedVote, Cast, PaperVote):
        votes.extend(session.scalars(select(table.choices).where(table.ballot_id == ballot_id)))
        session.execute(delete(table).where(table.ballot_id == ballot_id))
    votes.sort()
    secrets.SystemRandom().shuffle(votes)
    ids = sorted(secrets.token_hex(16) for _ in votes)
    session.add_all(
        SealedVote(id=name, ballot_id=ballot_id, choices=choices) for name, choices in zip(ids, votes, strict=True)
    )
    bare = {"client_key": None, "counter": 0, "epoch": 0, "sealed": True}
    session.execute(update(Turnout).where(Turnout.ballot_id == ballot_id).values(**bare))


def publish_ballot(session: Session, actor: Actor, forum_id: int, ballot_id: int) -> None:
    """Count and publish; the event carries the numbers. Raises `Forbidden`, `Conflict` unless sealed."""
    check(may_run(actor, forum_id))
    ballot = locked_ballot(session, forum_id, ballot_id)
    counted = _numbers(session, ballot) if ballot.state == BallotState.SEALED else None
    become(ballot, BallotState.PUBLISHED)
    ballot.counted, ballot.published_at = counted, clock.now()
    record(session, forum_id, actor.person_key, BallotPublished(ballot=ballot_id, results=counted or {}))


def _numbers(session: Session, ballot: Ballot) -> dict[str, Any]:
    result = queries.count_sealed(session, queries.view_of(ballot))
    turnout = queries.turnout_of(session, ballot.id)
    return {
        "rows": [[number, result.tallies[number], result.ranks[number]] for number in result.order],
        "chosen": list(result.chosen),
        "tied": result.tied,
        "blank": result.blank,
        "voted": turnout.voted,
        "seats": turnout.seats,
        "phones": turnout.phones,
        "papers": turnout.papers_marked,
    }


def reopen_ballot(session: Session, actor: Actor, forum_id: int, ballot_id: int, keys: KeyStore) -> None:
    """Take votes again, before the result is out, of seats that have not voted. Their votes are mixed with the rest.

    Raises `Forbidden`, `Conflict` unless sealed and not published, or where another ballot is under way.
    """
    check(may_run(actor, forum_id))
    locked_forum(session, forum_id)
    ballot = locked_ballot(session, forum_id, ballot_id)
    if ballot.state == BallotState.PUBLISHED:
        raise Conflict("published", say("결과를 발표한 투표는 다시 열 수 없습니다."))
    if ballot.state != BallotState.SEALED:
        raise Conflict("ballot_state", say("봉인한 투표만 다시 열 수 있습니다."))
    _check_alone(session, ballot)
    become(ballot, BallotState.OPEN)
    ballot.reopened += 1
    ballot.closing_at = ballot.seal_at = ballot.sealed_at = ballot.electorate = None
    session.flush()
    keys.make(ballot_id)
    record(session, forum_id, actor.person_key, BallotReopened(ballot=ballot_id))
