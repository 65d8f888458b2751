"""Saying that one looks at a proposal of the queue, so that two analysts do not decide it at once."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict
from core.events.log import record
from core.i18n import say
from core.permissions import Actor
from policy.themes.events import ClaimsChanged
from policy.themes.models import DeskClaim
from policy.themes.operations.acts import at_desk, placements

HOLDS = timedelta(minutes=2)


def claim(session: Session, actor: Actor, forum_id: int, proposal_id: int) -> DeskClaim:
    """Look at a proposal for two minutes; what this person looked at before is let go.

    Raises `Forbidden`, `Missing`, `Conflict` where someone else looks at it.
    """
    at_desk(session, actor, forum_id)
    placements(session, forum_id, [proposal_id])
    for held in session.scalars(
        select(DeskClaim).where(DeskClaim.forum_id == forum_id, DeskClaim.person_id == actor.person_id)
    ):
        if held.proposal_id != proposal_id:
            session.delete(held)
            record(session, forum_id, actor.person_key, ClaimsChanged(proposal=held.proposal_id))
    row = session.get(DeskClaim, proposal_id)
    if row is not None and row.person_id != actor.person_id and row.expires_at > clock.now():
        raise Conflict("claimed", say("다른 분이 보고 있는 제안입니다. 다음 것을 봐 주세요."))
    if row is None:
        row = DeskClaim(proposal_id=proposal_id, forum_id=forum_id)
        session.add(row)
    row.person_id, row.expires_at = actor.person_id or 0, clock.now() + HOLDS
    record(session, forum_id, actor.person_key, ClaimsChanged(proposal=proposal_id))
    return row


def release(session: Session, actor: Actor, forum_id: int, proposal_id: int) -> None:
    """Let a proposal go that this person looked at; nothing happens for one held by someone else."""
    at_desk(session, actor, forum_id)
    row = session.get(DeskClaim, proposal_id)
    if row is None or row.forum_id != forum_id or row.person_id != actor.person_id:
        return
    session.delete(row)
    record(session, forum_id, actor.person_key, ClaimsChanged(proposal=proposal_id))
