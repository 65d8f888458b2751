"""Live commands of the stage: the clock, the agenda, the screen, messages."""

from typing import Any

from sqlalchemy.orm import Session

from core.i18n import say
from core.live.commands import command
from core.permissions import Actor
from facilitation.stage import operations
from facilitation.stage.forms import (
    AUTO,
    CloseForm,
    ExtendForm,
    HeardForm,
    MessageForm,
    MoveForm,
    NothingForm,
    ResizeForm,
    ScreenForm,
)
from facilitation.stage.models import ScreenView
from participation.forums import clock

HOSTS = "forum.host"


@command("forum.start", form=NothingForm, permission=HOSTS, done=say("시작했습니다."))
def start(session: Session, actor: Actor, forum_id: int, _form: NothingForm) -> dict[str, Any]:
    clock.start_forum(session, actor, forum_id)
    return {}


@command("forum.move", form=MoveForm, permission=HOSTS, done=say("모두 옮겼습니다."))
def move(session: Session, actor: Actor, forum_id: int, form: MoveForm) -> dict[str, Any]:
    operations.move_room(session, actor, forum_id, form.number_of("segment"), sure=form.is_ticked("sure"))
    return {}


@command("forum.pause", form=NothingForm, permission=HOSTS, done=say("시계를 멈췄습니다."))
def pause(session: Session, actor: Actor, forum_id: int, _form: NothingForm) -> dict[str, Any]:
    clock.pause(session, actor, forum_id)
    return {}


@command("forum.resume", form=NothingForm, permission=HOSTS, done=say("시계가 다시 갑니다."))
def resume(session: Session, actor: Actor, forum_id: int, _form: NothingForm) -> dict[str, Any]:
    clock.resume(session, actor, forum_id)
    return {}


@command("forum.extend", form=ExtendForm, permission=HOSTS, done=say("시간을 바꿨습니다."))
def extend(session: Session, actor: Actor, forum_id: int, form: ExtendForm) -> dict[str, Any]:
    clock.extend(session, actor, forum_id, form.number_of("minutes") * 60)
    return {}


@command("forum.close", form=CloseForm, permission=HOSTS, done=say("토론회를 마쳤습니다. 결과가 열렸습니다."))
def close(session: Session, actor: Actor, forum_id: int, _form: CloseForm) -> dict[str, Any]:
    operations.close_room(session, actor, forum_id)
    return {}


@command("segment.resize", form=ResizeForm, permission=HOSTS, done=say("순서의 길이를 바꿨습니다."))
def resize(session: Session, actor: Actor, forum_id: int, form: ResizeForm) -> dict[str, Any]:
    segment_id, minutes = form.number_of("segment"), form.number_of("minutes")
    return {"minutes": operations.resize_segment(session, actor, forum_id, segment_id, minutes).minutes}


@command("screen.show", form=ScreenForm, permission=HOSTS, done=say("앞 화면을 바꿨습니다."))
def show(session: Session, actor: Actor, forum_id: int, form: ScreenForm) -> dict[str, Any]:
    chosen = form.text_of("view")
    view = None if chosen == AUTO else ScreenView(chosen)
    operations.show_view(session, actor, forum_id, view, ballot_id=form.number_or_none("ballot"))
    return {}


@command("message.send", form=MessageForm, permission=HOSTS, done=say("보냈습니다."))
def send(session: Session, actor: Actor, forum_id: int, form: MessageForm) -> dict[str, Any]:
    text, table = form.text_of("text"), form.number_or_none("table")
    return {"message": operations.send_message(session, actor, forum_id, text, table=table).id}


@command("message.acknowledge", form=HeardForm, permission="forum.facilitate", done=say("확인했다고 알렸습니다."))
def acknowledge(session: Session, actor: Actor, forum_id: int, form: HeardForm) -> dict[str, Any]:
    message_id, table = form.number_of("message"), form.number_of("table")
    operations.acknowledge_message(session, actor, forum_id, message_id, table)
    return {}
