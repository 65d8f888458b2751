"""Who may run a table, and who may look over the shoulder of the one who does."""

from core.permissions import Actor, Role


def may_run_table(actor: Actor, forum_id: int, table: int) -> bool:
    """Whether this person acts for the table: its facilitator, or the host."""
    return table in actor.tables or actor.has(Role.HOST, forum_id)


def may_watch_table(actor: Actor, forum_id: int, table: int) -> bool:
    """Whether this person may open the table's console: who may run it, and coordinators."""
    return may_run_table(actor, forum_id, table) or actor.has(Role.COORDINATOR, forum_id)
