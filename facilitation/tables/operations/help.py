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
from participation.seats.queries import seats_of_table

HELPERS = (Role.HOST, Role.COORDINATOR, Role.FACILITATOR, Role.STAFF)


def call_help(
    session: Session, actor: Actor, forum_id: int, table: int, *, reason: HelpReason, note: str = ""
) -> HelpCall:
    """Call for help, seen by the stage and the helpers only.

    Raises `Forbidden` for others than who runs the table, `TooLate` outside the evening, `Conflict` where a call
    is open already.
    """
    check(may_run_table(actor, forum_id, table))
    if _open_at(session, forum_id, table) is not None:
        raise Conflict("called", say("이미 도움을 요청하셨습니다."))
    return _called(session, actor.person_key, HelpCall(forum_id=forum_id, table_number=table, reason=reason, note=note))


def ask_for_helper(session: Session, actor: Actor, forum_id: int) -> HelpCall:
    """Call a helper to one's own seat, from the phone; where the table has called already, that call.

    Raises `Forbidden` without a seat at a table, `TooLate` outside the evening.
    """
    check(actor.seat_id is not None and actor.table is not None)
    seat_id, table = int(actor.seat_id or 0), int(actor.table or 0)
    call = _open_at(session, forum_id, table)
    if call is not None:
        return call
    place = next(seat.place for seat in seats_of_table(session, forum_id, table) if seat.id == seat_id)
    note = str(say("%(place)s번 자리에서 불렀습니다", place=place))
    asked = HelpCall(forum_id=forum_id, table_number=table, reason=HelpReason.DEVICE, note=note)
    return _called(session, actor.key, asked)


def _open_at(session: Session, forum_id: int, table: int) -> HelpCall | None:
    """The call a table has open, under the forum's lock. Raises `TooLate` outside the evening."""
    if locked_forum(session, forum_id).state != ForumState.LIVE:
        raise TooLate("not_live", say("토론회가 진행 중일 때만 할 수 있습니다."))
    return open_help(session, forum_id, table)


def _called(session: Session, by: str, call: HelpCall) -> HelpCall:
    call.state, call.called_at = HelpState.CALLED, clock.now()
    session.add(call)
    session.flush()
    event = HelpCalled(call=call.id, table=call.table_number, reason=call.reason)
    record(session, call.forum_id, by, event)
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
