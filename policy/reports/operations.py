"""What those who prepare the results write themselves."""

from sqlalchemy.orm import Session

from core.events.log import record
from core.permissions import Actor, check, is_allowed
from participation.forums.clock import locked_forum
from participation.forums.events import ForumConfigured
from participation.forums.models import Forum


def write_next_steps(session: Session, actor: Actor, forum_id: int, *, ko: str, en: str) -> Forum:
    """Say what happens after the evening. Raises `Forbidden` for others than coordinators and staff, `Missing`."""
    check(is_allowed("forum.configure", actor, forum_id))
    forum = locked_forum(session, forum_id)
    forum.next_steps_ko, forum.next_steps_en = ko, en
    session.flush()
    record(session, forum_id, actor.person_key, ForumConfigured(forum=forum_id))
    return forum
