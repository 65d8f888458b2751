"""Live commands about seats: names, leaving, walk-ins, moving."""

from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from core.i18n import say
from core.live.commands import command
from core.permissions import Actor
from core.web.context import services
from participation.seats import operations
from participation.seats.forms import MoveForm, NameForm, SeatForm, WalkInForm
from participation.seats.permissions import SEAT_OR_STAFF


@command("seat.rename", form=NameForm, permission=SEAT_OR_STAFF, done=say("이름을 바꾸었습니다."))
def rename(session: Session, actor: Actor, forum_id: int, form: NameForm) -> dict[str, Any]:
    seat_id = form.number_or_none("seat")
    return {"seat": operations.rename_seat(session, actor, forum_id, seat_id, form.text_of("name")).id}


@command("seat.leave", form=SeatForm, permission=SEAT_OR_STAFF, done=say("자리를 비웠습니다. 고맙습니다."))
def leave(session: Session, actor: Actor, forum_id: int, form: SeatForm) -> dict[str, Any]:
    operations.leave_seat(session, actor, forum_id, form.number_or_none("seat"))
    return {}


@command("seat.add_walk_in", form=WalkInForm, permission="forum.check_in", done=say("자리를 드렸습니다."))
def add_walk_in(session: Session, actor: Actor, forum_id: int, form: WalkInForm) -> dict[str, Any]:
    secret = services(current_app).settings.secret_key
    table = form.number_or_none("table")
    seat = operations.add_walk_in(session, actor, forum_id, name=form.text_of("name"), table=table, secret=secret)
    return {"seat": seat.id}


@command("seat.move", form=MoveForm, permission="forum.check_in", done=say("자리를 옮겼습니다."))
def move(session: Session, actor: Actor, forum_id: int, form: MoveForm) -> dict[str, Any]:
    placement = operations.move_seat(session, actor, forum_id, form.number_of("seat"), form.number_of("table"))
    return {"table": placement.table_number, "place": placement.place}
