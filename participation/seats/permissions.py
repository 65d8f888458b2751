"""Who may do what at the door."""

from core.permissions import Actor, Role, permission

SEAT_OR_STAFF = "seat.or_staff"


def may_handle_seat(actor: Actor, forum_id: int | None) -> bool:
    """Whoever holds a seat (their own), runs a table, or works at the door."""
    at_work = actor.has_any(forum_id, Role.HOST, Role.COORDINATOR, Role.FACILITATOR, Role.STAFF)
    return actor.seat_id is not None or bool(actor.tables) or at_work


permission(SEAT_OR_STAFF, may_handle_seat)
