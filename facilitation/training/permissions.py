"""Who may write down certificates."""

from core.permissions import Role, permission

permission("training.certify", lambda actor, forum_id: actor.holds_anywhere(Role.COORDINATOR, Role.STAFF))
