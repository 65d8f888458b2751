"""Who sees the results before they are public, and who writes what happens next."""

from core.permissions import Actor, Role
from participation.forums.models import ForumState


def may_preview(actor: Actor, forum_id: int | None) -> bool:
    """Those who prepare the results see them before the evening is over."""
    return actor.has_any(forum_id, Role.STAFF, Role.COORDINATOR, Role.HOST, Role.ANALYST)


def may_see_results(actor: Actor, forum_id: int | None, state: ForumState) -> bool:
    """Everyone once the forum is closed."""
    return state is ForumState.CLOSED or may_preview(actor, forum_id)
