"""Calls for help: a table has at most one open. Somebody says they are coming; the table or the stage closes it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict, Missing, TooLate
from core.events.log import record
from core.i18n import say
from core.permissions import Actor, Role, check
from facilitation.moderation.permissions import may_run_table
from facilitation.tables.events import HelpCalled, HelpCancelled, HelpComing, HelpSolved
from facilitation.tables.models import HelpCall, HelpReason, HelpState
from facilitation.tables.queries import open_help
from participation.forums.clock import locked_forum
from participation.forums.models import ForumState

HELPERS = (Role.HOST, Role.COORDINATOR, Role.FACILITATOR, Role.STAFF)


def call_help(
    session: Session, actor: Actor, forum_id: int, table: int, *, reason: HelpReason, note: str = ""
) -> HelpCall:
    """Call for help, seen by the stage and the helpers only.

    Raises `Forbidden` for others than who runs the table, `TooLate` outside the evening, `Conflict` where a call
    is open already.
    """
    check(may_run_table(actor, forum_id, table))
    forum = locked_forum(session, forum_id)
    if forum.state != ForumState.LIVE:
        raise TooLate("not_live", say("토론회가 진행 중일 때만 할 수 있습니다."))
    if open_help(session, forum_id, table) is not None:
        raise Conflict("called", say("이미 도움을 요청하셨습니다."))
    call = HelpCall(forum_id=forum_id, table_number=table, reason=reason, note=note, state=HelpState.CALLED)
    call.called_at = clock.now()
    session.add(call)
    session.flush()
    record(session, forum_id, actor.person_key, HelpCalled(call=call.id, table=table, reason=reason))
    return call


def _open_call(session: Session, forum_id: int, call_id: int) -> HelpCall:
    locked_forum(session, forum_id)
    wanted = select(HelpCall).where(HelpCall.id == call_id, HelpCall.forum_id == forum_id)
    call = session.scalars(wanted).one_or_none()
    if call is None:
        raise Missing("no_call", say("그런 도움 요청이 없습니다."))
    if call.state not in (HelpState.CALLED, HelpState.COMING):
        raise Conflict("closed", say("이미 끝난 도움 요청입니다."))
    return call


def come_to_help(session: Session, actor: Actor, forum_id: int, call_id: int, *, name: str = "") -> HelpCall:
    """Say who is on the way: `name`, else the actor.

    Raises `Forbidden` for others than the staff of the evening, `Missing`, `Conflict` where the call is closed.
    """
    check(actor.has_any(forum_id, *HELPERS))
    call = _open_call(session, forum_id, call_id)
    call.state, call.comer, call.coming_at = HelpState.COMING, (name or actor.name)[:40], clock.now()
    record(session, forum_id, actor.person_key, HelpComing(call=call.id, table=call.table_number))
    return call


def cancel_help(session: Session, actor: Actor, forum_id: int, call_id: int) -> HelpCall:
    """Take a call back. Raises `Forbidden` for others than who runs the table, `Missing`, `Conflict`."""
    call = _open_call(session, forum_id, call_id)
    check(may_run_table(actor, forum_id, call.table_number))
    call.state, call.ended_at = HelpState.CANCELLED, clock.now()
    record(session, forum_id, actor.person_key, HelpCancelled(call=call.id, table=call.table_number))
    return call


def solve_help(session: Session, actor: Actor, forum_id: int, call_id: int) -> HelpCall:
    """Note that it was dealt with. Raises `Forbidden`, `Missing`, `Conflict` where the call is closed."""
    call = _open_call(session, forum_id, call_id)
    check(may_run_table(actor, forum_id, call.table_number) or actor.has_any(forum_id, *HELPERS))
    call.state, call.ended_at = HelpState.SOLVED, clock.now()
    record(session, forum_id, actor.person_key, HelpSolved(call=call.id, table=call.table_number))
    return call
