"""Messages from the stage on a table's console."""

from sqlalchemy.orm import Session

from core.web.templates import draw
from facilitation.stage.events import MessageAcknowledged, MessageDelivered
from facilitation.stage.queries.messages import unheard
from facilitation.tables.fragments import CONSOLE
from participation.forums.queries import the_forum


@CONSOLE.region("message-{table}", within="notices")
def message(session: Session, forum_id: int, table: int) -> str:
    """The oldest message that the table has not confirmed; nothing where it has heard all."""
    waiting = unheard(session, forum_id, table)
    if not waiting:
        return ""
    slug = the_forum(session, forum_id).slug
    return draw("facilitation/stage/message.html", m=waiting[0], more=len(waiting) - 1, table=table, slug=slug)


@CONSOLE.contents
def contents(session: Session, forum_id: int, table: int) -> list[str]:
    return [f"message-{table}"]


@CONSOLE.on(MessageDelivered, MessageAcknowledged)
def touched(event: MessageDelivered | MessageAcknowledged) -> list[str]:
    return [f"message-{event.table}"]
