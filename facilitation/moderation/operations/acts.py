"""From the id in a request to a proposal that this person may handle now; and the record of what was done."""

import secrets
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict, Missing, TooLate
from core.i18n import say
from core.permissions import Actor
from facilitation.moderation.models import Deed, TableAct
from facilitation.moderation.permissions import may_run_table
from participation.forums.clock import locked_forum
from participation.forums.models import ForumState
from participation.proposals.models import Proposal, ProposalState, ProposalVersion

OPEN = frozenset({ForumState.LIVE})
OPEN_AND_AFTER = frozenset({ForumState.LIVE, ForumState.CLOSED})
HANDLED = frozenset({ProposalState.SHOWN, ProposalState.PARKED})


def _missing() -> Missing:
    return Missing("no_proposal", say("그런 제안이 없습니다."))


def demand_open(session: Session, forum_id: int, states: Iterable[ForumState] = OPEN) -> None:
    """Lock the forum. Raises `TooLate` where it is not in one of these states."""
    if locked_forum(session, forum_id).state not in set(states):
        raise TooLate("not_live", say("토론회가 진행 중일 때만 할 수 있습니다."))


def own_proposals(session: Session, actor: Actor, forum_id: int, ids: Iterable[int]) -> list[Proposal]:
    """These proposals, of one table that this person runs, oldest first.

    Raises `Missing` where one is not there, or not for this person, or of another table.
    """
    wanted = set(ids)
    found = list(
        session.scalars(
            select(Proposal).where(Proposal.id.in_(wanted), Proposal.forum_id == forum_id).order_by(Proposal.id)
        )
    )
    tables = {proposal.table_number for proposal in found}
    if len(found) != len(wanted) or len(tables) != 1:
        raise _missing()
    if not may_run_table(actor, forum_id, tables.pop()):
        raise _missing()
    return found


def own_proposal(session: Session, actor: Actor, forum_id: int, proposal_id: int) -> Proposal:
    """One proposal of a table that this person runs. Raises `Missing`."""
    return own_proposals(session, actor, forum_id, [proposal_id])[0]


def demand_handled(proposal: Proposal) -> None:
    """Raises `Conflict` where the proposal is hidden, merged into another or withdrawn."""
    if proposal.state not in HANDLED:
        raise Conflict("not_shown", say("가렸거나 합친 제안입니다. 먼저 되돌려 주세요."))


def wording(proposal: Proposal, number: int) -> ProposalVersion:
    """The version of this number."""
    return next(version for version in proposal.versions if version.number == number)


def add_version(proposal: Proposal, text: str, actor: Actor, *, consented: bool) -> ProposalVersion:
    """Give the proposal a further version and make it the present one."""
    number = len(proposal.versions) + 1
    version = ProposalVersion(number=number, text=text, salt=secrets.token_hex(16), consented=consented)
    version.by, version.at = actor.person_key, clock.now()
    proposal.versions.append(version)
    proposal.version = number
    return version


def note_act(
    session: Session, actor: Actor, forum_id: int, table: int, *, deed: Deed, proposal_id: int, before: dict[str, Any]
) -> None:
    """Keep what is needed to take this act back. Acts of someone without an account are not kept."""
    if actor.person_id is None:
        return
    act = TableAct(forum_id=forum_id, table_number=table, person_id=actor.person_id)
    act.deed, act.proposal_id, act.before, act.at = deed, proposal_id, before, clock.now()
    session.add(act)
