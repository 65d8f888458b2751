"""Who prepares ballots, who runs them, who types papers in. Voting itself belongs to the holder of a seat."""

from core.permissions import Actor, Role, permission


def may_prepare(actor: Actor, forum_id: int | None) -> bool:
    """Drafting ballots and seeing how they go."""
    return actor.has_any(forum_id, Role.HOST, Role.COORDINATOR, Role.STAFF)


def may_run(actor: Actor, forum_id: int | None) -> bool:
    """Opening, closing, sealing, publishing, reopening."""
    return actor.has(Role.HOST, forum_id)


def may_enter_papers(actor: Actor, forum_id: int | None) -> bool:
    """Typing papers in."""
    return actor.has_any(forum_id, Role.HOST, Role.COORDINATOR)


def may_mark_paper(actor: Actor, forum_id: int | None) -> bool:
    """Marking that a seat votes on paper: at its own table, or at the door."""
    return bool(actor.tables) or may_mark_everywhere(actor, forum_id)


def may_mark_everywhere(actor: Actor, forum_id: int | None) -> bool:
    """Marking seats of any table."""
    return actor.has_any(forum_id, Role.HOST, Role.COORDINATOR, Role.STAFF)


permission("ballot.prepare", may_prepare)
permission("ballot.run", may_run)
permission("ballot.enter_paper", may_enter_papers)
permission("ballot.mark_paper", may_mark_paper)
