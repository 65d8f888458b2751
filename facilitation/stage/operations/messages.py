"""Messages from the stage to the tables."""

from sqlalchemy.orm import Session

from core import clock
from core.errors import Missing, TooLate
from core.events.log import record
from core.i18n import say
from core.permissions import Actor, Role, check
from facilitation.moderation.permissions import may_run_table
from facilitation.stage.events import MessageAcknowledged, MessageDelivered, MessageSent
from facilitation.stage.models import MessageAck, StageMessage
from participation.forums.clock import locked_forum
from participation.forums.models import ForumState


def send_message(session: Session, actor: Actor, forum_id: int, text: str, *, table: int | None = None) -> StageMessage:
    """Send a message to all tables, or to one.

    Raises `Forbidden` for others than the host, `Missing` for a table the forum does not have, `TooLate` after
    the close.
    """
    check(actor.has(Role.HOST, forum_id))
    forum = locked_forum(session, forum_id)
    if forum.state == ForumState.CLOSED:
        raise TooLate("closed", say("토론회가 끝나 더 보낼 수 없습니다."))
    if table is not None and not 1 <= table <= forum.tables:
        raise Missing("no_table", say("그런 테이블이 없습니다."))
    message = StageMessage(forum_id=forum_id, table_number=table, text=text, at=clock.now(), by=actor.person_key)
    session.add(message)
    session.flush()
    record(session, forum_id, actor.person_key, MessageSent(message=message.id, table=table or 0))
    for number in [table] if table is not None else range(1, forum.tables + 1):
        record(session, forum_id, actor.person_key, MessageDelivered(message=message.id, table=number))
    return message


def acknowledge_message(session: Session, actor: Actor, forum_id: int, message_id: int, table: int) -> None:
    """Note that a table has heard a message; a second time changes nothing.

    Raises `Forbidden` for others than who runs the table, `Missing` for a message that was not for this table.
    """
    check(may_run_table(actor, forum_id, table))
    forum = locked_forum(session, forum_id)
    message = session.get(StageMessage, message_id)
    here = message is not None and message.forum_id == forum_id and message.table_number in (None, table)
    if not here or not 1 <= table <= forum.tables:
        raise Missing("no_message", say("그런 알림이 없습니다."))
    if session.get(MessageAck, (message_id, table)) is not None:
        return
    session.add(MessageAck(message_id=message_id, table_number=table, at=clock.now(), by=actor.person_key))
    record(session, forum_id, actor.person_key, MessageAcknowledged(message=message_id, table=table))
