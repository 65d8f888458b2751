"""Live commands of a table: turns, hands, help, steps."""

from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from core.i18n import say
from core.live.commands import command
from core.live.hub import live_server
from core.live.presence import Present
from core.permissions import Actor
from facilitation.moderation.forms import TableForm
from facilitation.tables import operations
from facilitation.tables.forms import CallForm, ComingForm, HelpForm, ModeForm, NoForm, StepForm, TurnForm
from facilitation.tables.fragments import CONSOLE
from facilitation.tables.models import HelpReason, TurnMode

FACILITATES = "forum.facilitate"


@command("turn.start", form=TurnForm, permission=FACILITATES, done=say("발언을 시작했습니다."))
def start_turn(session: Session, actor: Actor, forum_id: int, form: TurnForm) -> dict[str, Any]:
    table, seat_id = form.number_of("table"), form.number_of("seat")
    turn = operations.start_turn(session, actor, forum_id, table, seat_id, at=form.moment)
    return {"turn": turn.id}


@command("turn.end", form=TableForm, permission=FACILITATES, done=say("발언을 마쳤습니다."))
def end_turn(session: Session, actor: Actor, forum_id: int, form: TableForm) -> dict[str, Any]:
    turn = operations.end_turn(session, actor, forum_id, form.number_of("table"), at=form.moment)
    return {"turn": turn.id if turn else None}


@command("turn.pause", form=TableForm, permission=FACILITATES, done=say("발언 시간을 멈췄습니다."))
def pause_turn(session: Session, actor: Actor, forum_id: int, form: TableForm) -> dict[str, Any]:
    return {"turn": operations.pause_turn(session, actor, forum_id, form.number_of("table"), at=form.moment).id}


@command("turn.resume", form=TableForm, permission=FACILITATES, done=say("발언 시간이 다시 갑니다."))
def resume_turn(session: Session, actor: Actor, forum_id: int, form: TableForm) -> dict[str, Any]:
    return {"turn": operations.resume_turn(session, actor, forum_id, form.number_of("table"), at=form.moment).id}


@command("turn.add", form=TableForm, permission=FACILITATES, done=say("30초를 더했습니다."))
def extend_turn(session: Session, actor: Actor, forum_id: int, form: TableForm) -> dict[str, Any]:
    return {"turn": operations.extend_turn(session, actor, forum_id, form.number_of("table")).id}


@command("turn.mode", form=ModeForm, permission=FACILITATES, done=say("발언 순서를 바꿨습니다."))
def choose_mode(session: Session, actor: Actor, forum_id: int, form: ModeForm) -> dict[str, Any]:
    mode = TurnMode(form.text_of("mode"))
    return {"mode": operations.choose_mode(session, actor, forum_id, form.number_of("table"), mode).mode}


@command("step.move", form=StepForm, permission=FACILITATES, done=say("할 일을 옮겼습니다."))
def move_step(session: Session, actor: Actor, forum_id: int, form: StepForm) -> dict[str, Any]:
    table, line = form.number_of("table"), form.number_of("line")
    return {"line": operations.move_step(session, actor, forum_id, table, line).line}


@command("hand.raise", form=NoForm, permission="seat.held", done=say("손을 들었습니다."))
def raise_hand(session: Session, actor: Actor, forum_id: int, _form: NoForm) -> dict[str, Any]:
    operations.raise_hand(session, actor, forum_id)
    return {}


@command("hand.lower", form=NoForm, permission="seat.held", done=say("손을 내렸습니다."))
def lower_hand(session: Session, actor: Actor, forum_id: int, _form: NoForm) -> dict[str, Any]:
    operations.lower_hand(session, actor, forum_id)
    return {}


@command("help.call", form=HelpForm, permission=FACILITATES, done=say("도움을 요청했습니다."))
def call_help(session: Session, actor: Actor, forum_id: int, form: HelpForm) -> dict[str, Any]:
    reason, note = HelpReason(form.text_of("reason")), form.text_of("note")
    table = form.number_of("table")
    return {"call": operations.call_help(session, actor, forum_id, table, reason=reason, note=note).id}


@command("help.ask", form=NoForm, permission="seat.held", done=say("도우미를 불렀습니다. 자리에서 기다려 주세요."))
def ask_for_helper(session: Session, actor: Actor, forum_id: int, _form: NoForm) -> dict[str, Any]:
    return {"call": operations.ask_for_helper(session, actor, forum_id).id}


@command("help.come", form=ComingForm, permission="forum.check_in", done=say("가고 있다고 알렸습니다."))
def come_to_help(session: Session, actor: Actor, forum_id: int, form: ComingForm) -> dict[str, Any]:
    name = form.text_of("name")
    return {"call": operations.come_to_help(session, actor, forum_id, form.number_of("call"), name=name).id}


@command("help.cancel", form=CallForm, permission=FACILITATES, done=say("도움 요청을 거두었습니다."))
def cancel_help(session: Session, actor: Actor, forum_id: int, form: CallForm) -> dict[str, Any]:
    return {"call": operations.cancel_help(session, actor, forum_id, form.number_of("call")).id}


@command("help.solve", form=CallForm, permission="forum.check_in", done=say("해결된 것으로 적었습니다."))
def solve_help(session: Session, actor: Actor, forum_id: int, form: CallForm) -> dict[str, Any]:
    return {"call": operations.solve_help(session, actor, forum_id, form.number_of("call")).id}


def connect(app: Flask) -> None:
    """Show on the console when a phone of its table comes or goes."""
    server = live_server(app)

    def tell(present: Present) -> None:
        if present.surface == "phone" and present.table:
            names = [f"ring-{present.table}", f"seats-{present.table}"]
            server.delivery.refresh(present.forum_id, f"table:{present.table}", CONSOLE, names)

    server.listen(tell)
