"""Who follows up what a forum decided."""

from core.permissions import Actor, Role, is_allowed, permission


def may_follow_up(actor: Actor, forum_id: int | None) -> bool:
    """Policy staff of this forum, or of the city."""
    return is_allowed("forum.follow_up", actor, forum_id)


permission("commitments.manage", lambda actor, forum_id: actor.holds_anywhere(Role.STAFF))
permission("departments.manage", lambda actor, forum_id: actor.has(Role.STAFF, None))
