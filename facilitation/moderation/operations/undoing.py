"""Undo: the last of this person's acts at this table, taken back by a compensating event."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict
from core.events.event import Event
from core.events.log import record, salted_digest
from core.i18n import say
from core.permissions import Actor, check
from facilitation.moderation.models import STEPS_BACK, Deed, Mark, TableAct
from facilitation.moderation.operations.acts import HANDLED, add_version, demand_open, wording
from facilitation.moderation.operations.marking import has_mark, has_room_at_top, put_mark
from facilitation.moderation.permissions import may_run_table
from participation.proposals.events import (
    MergeUndone,
    ProposalHidden,
    ProposalMarked,
    ProposalRestored,
    ProposalReworded,
    ProposalWithdrawn,
)
from participation.proposals.models import Proposal, ProposalState

Compensate = Callable[[Session, Actor, Proposal, dict[str, Any]], Event | None]


def undo_last(session: Session, actor: Actor, forum_id: int, table: int) -> Deed:
    """Take back the last of this person's ten latest acts at a table that still can be; says which it was.

    An act that others have built upon since (merged, hidden, reworded again) is passed over.
    Raises `Forbidden` for others than who runs the table, `TooLate` outside the evening, `Conflict` where there
    is nothing to take back.
    """
    check(may_run_table(actor, forum_id, table) and actor.person_id is not None)
    demand_open(session, forum_id)
    wanted = select(TableAct).where(
        TableAct.forum_id == forum_id, TableAct.table_number == table, TableAct.person_id == actor.person_id
    )
    for act in session.scalars(wanted.order_by(TableAct.id.desc()).limit(STEPS_BACK)):
        if act.undone_at is not None:
            continue
        proposal = session.get_one(Proposal, act.proposal_id)
        event = _COMPENSATIONS[Deed(act.deed)](session, actor, proposal, act.before)
        if event is not None:
            act.undone_at = clock.now()
            record(session, forum_id, actor.person_key, event)
            return Deed(act.deed)
    raise Conflict("nothing", say("되돌릴 것이 없습니다."))


def _withdraw(_session: Session, _actor: Actor, proposal: Proposal, _before: dict[str, Any]) -> Event | None:
    if proposal.state not in HANDLED:
        return None
    proposal.state, proposal.top = ProposalState.WITHDRAWN, False
    return ProposalWithdrawn(proposal=proposal.id, table=proposal.table_number)


def _unword(_session: Session, actor: Actor, proposal: Proposal, before: dict[str, Any]) -> Event | None:
    present, written = wording(proposal, proposal.version), wording(proposal, before["after"])
    if proposal.state not in HANDLED or present.text != written.text:
        return None
    earlier = wording(proposal, before["version"])
    version = add_version(proposal, earlier.text, actor, consented=earlier.consented)
    digest = salted_digest(version.salt, version.text)
    return ProposalReworded(proposal=proposal.id, table=proposal.table_number, version=version.number, digest=digest)


def _unmark(session: Session, _actor: Actor, proposal: Proposal, before: dict[str, Any]) -> Event | None:
    mark, was = Mark(before["mark"]), bool(before["on"])
    if proposal.state not in HANDLED or has_mark(proposal, mark) == was:
        return None
    wants_top = was if mark is Mark.TOP else mark is Mark.PARKED and bool(before["top"])
    if wants_top and not has_room_at_top(session, proposal):
        return None
    put_mark(proposal, mark, was)
    proposal.top = proposal.top or wants_top
    return ProposalMarked(proposal=proposal.id, table=proposal.table_number)


def _unhide(session: Session, _actor: Actor, proposal: Proposal, before: dict[str, Any]) -> Event | None:
    if proposal.state != ProposalState.HIDDEN:
        return None
    proposal.state = before["state"]
    proposal.top = bool(before["top"]) and has_room_at_top(session, proposal)
    return ProposalRestored(proposal=proposal.id, table=proposal.table_number)


def _hide_again(_session: Session, _actor: Actor, proposal: Proposal, _before: dict[str, Any]) -> Event | None:
    if proposal.state not in HANDLED:
        return None
    proposal.state, proposal.top = ProposalState.HIDDEN, False
    return ProposalHidden(proposal=proposal.id, table=proposal.table_number)


def _unmerge(session: Session, _actor: Actor, proposal: Proposal, before: dict[str, Any]) -> Event | None:
    if proposal.state not in HANDLED:
        return None
    proposal.state, proposal.top = ProposalState.WITHDRAWN, False
    session.flush()
    for source_id, state, top in before["sources"]:
        source = session.get_one(Proposal, source_id)
        source.top = bool(top) and has_room_at_top(session, source)
        source.state, source.parent_id = state, None
        session.flush()
    listed = ",".join(str(source_id) for source_id, _, _ in before["sources"])
    return MergeUndone(proposal=proposal.id, table=proposal.table_number, sources=listed)


_COMPENSATIONS: dict[Deed, Compensate] = {
    Deed.CAPTURED: _withdraw,
    Deed.REWORDED: _unword,
    Deed.MARKED: _unmark,
    Deed.MERGED: _unmerge,
    Deed.HIDDEN: _unhide,
    Deed.RESTORED: _hide_again,
}
