"""Merging: a parent with a text, its sources kept; stances carried over where a seat's stances agree."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Invalid
from core.events.log import record
from core.i18n import say
from core.permissions import Actor
from facilitation.moderation.models import Deed
from facilitation.moderation.operations.acts import (
    add_version,
    demand_handled,
    demand_open,
    note_act,
    own_proposals,
    wording,
)
from participation.proposals.events import ProposalsMerged
from participation.proposals.models import Proposal, ProposalOrigin, ProposalState, Stance
from participation.proposals.wording import check_wording

FEWEST = 2


@dataclass(frozen=True)
class MergeDraft:
    """Which proposals become one, and with what text: that of the source `keep`, or a new one."""

    sources: tuple[int, ...]
    keep: int | None = None
    text: str = ""


def merge_proposals(session: Session, actor: Actor, forum_id: int, draft: MergeDraft) -> Proposal:
    """Make one proposal of several of a table; counts on it are distinct seats.

    Raises `TooLate` outside the evening, `Invalid` for fewer than two or without a text, `Missing` for another
    table's, `Conflict` where one is hidden, merged already or withdrawn.
    """
    demand_open(session, forum_id)
    if len(set(draft.sources)) < FEWEST:
        raise Invalid("two", say("합칠 제안을 두 개 이상 골라 주세요."))
    sources = own_proposals(session, actor, forum_id, draft.sources)
    for source in sources:
        demand_handled(source)
    parent = _parent(actor, sources, _text(draft, sources))
    session.add(parent)
    session.flush()
    before = {"sources": [[source.id, source.state, source.top] for source in sources]}
    for source in sources:
        source.state, source.parent_id, source.top = ProposalState.MERGED, parent.id, False
    carry_stances(session, parent, sources)
    table = parent.table_number
    note_act(session, actor, forum_id, table, deed=Deed.MERGED, proposal_id=parent.id, before=before)
    listed = ",".join(str(source.id) for source in sources)
    record(session, forum_id, actor.person_key, ProposalsMerged(proposal=parent.id, table=table, sources=listed))
    return parent


def _text(draft: MergeDraft, sources: Sequence[Proposal]) -> str:
    if draft.text:
        check_wording(draft.text)
        return draft.text
    for source in sources:
        if source.id == draft.keep:
            return wording(source, source.version).text
    message = say("남길 글을 고르거나 새로 적어 주세요.")
    raise Invalid("text", message, {"text": [message]})


def _parent(actor: Actor, sources: Sequence[Proposal], text: str) -> Proposal:
    first = sources[0]
    seats = {source.seat_id for source in sources}
    parent = Proposal(forum_id=first.forum_id, segment_id=first.segment_id, table_number=first.table_number)
    parent.origin, parent.created_at = ProposalOrigin.MERGED, clock.now()
    parent.seat_id = seats.pop() if len(seats) == 1 else None
    parent.recorder_id = actor.person_id
    parent.verbatim = parent.read_back = False
    parent.dissent = any(source.dissent for source in sources)
    parent.top = any(source.top for source in sources)
    parent.state = ProposalState.SHOWN
    add_version(parent, text, actor, consented=True)
    return parent


def carry_stances(session: Session, parent: Proposal, sources: Sequence[Proposal]) -> None:
    """Give the parent one stance of each seat whose stances on the sources agree; the others are asked again."""
    wanted = select(Stance).where(Stance.proposal_id.in_([source.id for source in sources]))
    by_seat: defaultdict[int, list[Stance]] = defaultdict(list)
    for stance in session.scalars(wanted):
        by_seat[stance.seat_id].append(stance)
    for seat_id, taken in by_seat.items():
        if len({stance.value for stance in taken}) != 1:
            continue
        latest = max(taken, key=lambda stance: (stance.epoch, stance.counter))
        carried = Stance(proposal_id=parent.id, seat_id=seat_id, version=1, value=latest.value, carried=True)
        carried.epoch, carried.counter, carried.at = latest.epoch, latest.counter, clock.now()
        session.add(carried)
