"""From a request to an actor: the signed-in person, the seat held in this browser, the tables run tonight."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from core.accounts.queries import Account
from core.permissions import Actor

SEAT_COOKIE_DAYS = 2


@dataclass(frozen=True)
class SeatHeld:
    """The seat that a browser speaks for in one forum."""

    seat_id: int
    epoch: int
    table: int | None


class Directory(Protocol):
    """What the kernel has to know of forums, given by the application."""

    def forum_id(self, session: Session, slug: str) -> int | None:
        """The forum behind a path, or None."""

    def seat_of_device(self, session: Session, forum_id: int, device_hash: str) -> SeatHeld | None:
        """The seat that this browser speaks for, or None."""

    def tables_of(self, session: Session, forum_id: int, person_id: int) -> frozenset[int]:
        """The tables this person runs in a forum."""


def seat_cookie(forum_id: int) -> str:
    """The name of the cookie that holds a browser's seat in a forum."""
    return f"seat-{forum_id}"


def new_token() -> str:
    """A fresh token of 128 bits."""
    return secrets.token_urlsafe(16)


def token_hash(token: str) -> str:
    """How a token is kept: never itself."""
    return hashlib.sha256(token.encode("utf-8", "ignore")).hexdigest()


def make_actor(
    session: Session,
    directory: Directory,
    account: Account | None,
    cookies: Mapping[str, str],
    forum_id: int | None,
) -> Actor:
    """Who acts in this forum (None: outside of one)."""
    tables: frozenset[int] = frozenset()
    held: SeatHeld | None = None
    if forum_id is not None:
        if account is not None:
            tables = directory.tables_of(session, forum_id, account.id)
        token = cookies.get(seat_cookie(forum_id))
        if token:
            held = directory.seat_of_device(session, forum_id, token_hash(token))
    return Actor(
        person_id=account.id if account else None,
        name=account.name if account else "",
        roles=account.roles if account else frozenset(),
        tables=tables,
        seat_id=held.seat_id if held else None,
        epoch=held.epoch if held else 0,
        table=held.table if held else None,
    )
