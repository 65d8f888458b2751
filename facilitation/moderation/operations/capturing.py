"""Capture at a table: filed, and kept so that it can be taken back."""

from sqlalchemy.orm import Session

from core.errors import Missing
from core.i18n import say
from core.permissions import Actor, check
from facilitation.moderation.models import Deed
from facilitation.moderation.operations.acts import note_act
from facilitation.moderation.permissions import may_watch_table
from participation.forums.clock import locked_forum
from participation.proposals.models import Proposal
from participation.proposals.operations import Capture, capture_proposal


def capture_statement(
    session: Session, actor: Actor, forum_id: int, table: int, said: Capture, *, segment_id: int | None = None
) -> Proposal:
    """File what was said at a table.

    Raises `Forbidden` for another's table, `Missing` for one that the forum does not have, and as
    `capture_proposal`.
    """
    check(may_watch_table(actor, forum_id, table))
    if table > locked_forum(session, forum_id).tables:
        raise Missing("no_table", say("그런 테이블이 없습니다."))
    proposal = capture_proposal(session, actor, forum_id, table, said, segment_id=segment_id)
    note_act(session, actor, forum_id, table, deed=Deed.CAPTURED, proposal_id=proposal.id, before={})
    return proposal
