"""Who someone is to a forum, and the named permissions that every route and live command must declare."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from core.errors import Forbidden
from core.i18n import say

WHOLE_CITY = 0


class Role(StrEnum):
    """What a person with an account may be, for one forum or for the whole city."""

    ADMINISTRATOR = "administrator"
    STAFF = "staff"
    COORDINATOR = "coordinator"
    HOST = "host"
    FACILITATOR = "facilitator"
    ANALYST = "analyst"
    OBSERVER = "observer"


@dataclass(frozen=True)
class Actor:
    """Who acts: a signed-in person, the holder of a seat in this forum, both, or nobody we know.

    `roles` holds `(role, scope)` where scope is a forum's id or `WHOLE_CITY`. `tables` are the numbers of the
    tables this person runs in the forum at hand; `seat_id`, `epoch`, `table` belong to the seat held there.
    """

    person_id: int | None = None
    name: str = ""
    roles: frozenset[tuple[Role, int]] = frozenset()
    tables: frozenset[int] = frozenset()
    seat_id: int | None = None
    epoch: int = 0
    table: int | None = None

    @property
    def key(self) -> str:
        """How the log and the receipts name this actor: the seat where there is one, else the person."""
        if self.seat_id is not None:
            return f"seat:{self.seat_id}"
        return f"person:{self.person_id}" if self.person_id is not None else "anonymous"

    @property
    def person_key(self) -> str:
        """The name of the person in the log, for acts done in an office and not from a seat."""
        return f"person:{self.person_id}" if self.person_id is not None else "anonymous"

    def has(self, role: Role, forum_id: int | None) -> bool:
        """Whether this person holds `role` here or for the whole city; administrators hold every role."""
        if (Role.ADMINISTRATOR, WHOLE_CITY) in self.roles or (role, WHOLE_CITY) in self.roles:
            return True
        return forum_id is not None and (role, forum_id) in self.roles

    def has_any(self, forum_id: int | None, *roles: Role) -> bool:
        return any(self.has(role, forum_id) for role in roles)

    def holds_anywhere(self, *roles: Role) -> bool:
        """Whether this person holds one of the roles in any forum or for the city."""
        held = {role for role, _ in self.roles}
        return Role.ADMINISTRATOR in held or bool(held & set(roles))


NOBODY = Actor()
SYSTEM = "system"
Predicate = Callable[[Actor, int | None], bool]
View = TypeVar("View", bound=Callable[..., Any])
PERMISSIONS: dict[str, Predicate] = {}


def permission(name: str, predicate: Predicate) -> Predicate:
    """Name a permission: a pure question about an actor and a forum (None outside of one)."""
    if name in PERMISSIONS:
        raise ValueError(f"two permissions are called {name}")
    PERMISSIONS[name] = predicate
    return predicate


def requires(name: str) -> Callable[[View], View]:
    """Declare which permission a route needs; a route without this is refused to everyone."""

    def declare(view: View) -> View:
        view.permission = name  # type: ignore[attr-defined]
        return view

    return declare


def is_allowed(name: str, actor: Actor, forum_id: int | None) -> bool:
    """Whether the named permission holds; an unknown name never does."""
    predicate = PERMISSIONS.get(name)
    return predicate is not None and predicate(actor, forum_id)


def check(allowed: bool) -> None:
    """Raise `Forbidden` unless allowed."""
    if not allowed:
        raise Forbidden("forbidden", say("이 일을 할 권한이 없습니다. 담당자에게 권한을 요청해 주세요."))


permission("public", lambda actor, forum_id: True)
permission("signed_in", lambda actor, forum_id: actor.person_id is not None)
permission("administrate", lambda actor, forum_id: actor.has(Role.ADMINISTRATOR, None))
permission("forum.create", lambda actor, forum_id: actor.has_any(None, Role.COORDINATOR, Role.STAFF))
permission("forum.configure", lambda actor, forum_id: actor.has_any(forum_id, Role.COORDINATOR, Role.STAFF))
permission("forum.host", lambda actor, forum_id: actor.has(Role.HOST, forum_id))
permission(
    "forum.facilitate",
    lambda actor, forum_id: bool(actor.tables) or actor.has_any(forum_id, Role.HOST, Role.COORDINATOR),
)
permission("forum.analyse", lambda actor, forum_id: actor.has_any(forum_id, Role.ANALYST, Role.STAFF))
permission("forum.follow_up", lambda actor, forum_id: actor.has(Role.STAFF, forum_id))
permission(
    "forum.check_in",
    lambda actor, forum_id: (
        bool(actor.tables) or actor.has_any(forum_id, Role.HOST, Role.COORDINATOR, Role.FACILITATOR, Role.STAFF)
    ),
)
permission(
    "forum.staffed",
    lambda actor, forum_id: bool(actor.tables) or actor.has_any(forum_id, *Role),
)
permission("seat.held", lambda actor, forum_id: actor.seat_id is not None)
permission("seat.or_table", lambda actor, forum_id: actor.seat_id is not None or bool(actor.tables))
