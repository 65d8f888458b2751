"""The demo's live hall as the simulated residents find it, and how they act in it."""

import logging
import random
import secrets
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from core.accounts.models import Person
from core.db.work import Database
from core.errors import DomainError
from core.live.commands import perform_command
from core.live.presence import PRESENCE, Present
from core.permissions import Actor, Role
from facilitation.training.models import TableAssignment
from participation.forums.queries import ForumView
from participation.seats.models import Placement, Seat, SeatOrigin, SeatState

log = logging.getLogger("hyeondap.residents")
T = TypeVar("T")
SIMULATED = "simulated"


@dataclass(frozen=True)
class Room:
    """Who is in the hall. `phones` are simulated residents with a phone, by table; `facilitators` run a table each.

    `led` are the tables that a real person leads; `visited` those where a real person is, leading or seated.
    `has_host`: a real host is at the stage, or at its ballots.
    """

    forum: ForumView
    phones: dict[int, list[Actor]]
    facilitators: dict[int, Actor]
    helper: Actor
    led: frozenset[int]
    visited: frozenset[int]
    has_host: bool

    @property
    def tables(self) -> list[int]:
        """The tables where someone simulated sits."""
        return sorted(self.phones)

    @property
    def free(self) -> list[int]:
        """The tables that a simulated facilitator leads."""
        return [table for table in self.tables if table in self.facilitators and table not in self.led]


def read_room(session: Session, forum: ForumView) -> Room:
    """The hall at this moment."""
    real = [present for present in PRESENCE.of_forum(forum.id) if present.actor_key != SIMULATED]
    return Room(
        forum=forum,
        phones=_phones(session, forum),
        facilitators=_facilitators(session, forum),
        helper=_helper(session),
        led=frozenset(one.table for one in real if one.surface == "console" and one.table),
        visited=frozenset(one.table for one in real if one.surface in ("console", "phone") and one.table),
        has_host=any(one.surface in ("stage", "ballots") for one in real),
    )


def _phones(session: Session, forum: ForumView) -> dict[int, list[Actor]]:
    """Who came before the start, with a phone that nobody else has taken over: real people come later."""
    rows = session.execute(
        select(Seat.id, Placement.table_number)
        .join(Placement, Placement.seat_id == Seat.id)
        .where(
            Seat.forum_id == forum.id,
            Seat.state == SeatState.SEATED,
            Seat.origin == SeatOrigin.PHONE,
            Seat.epoch == 1,
            Seat.taken_at < forum.started_at,
        )
        .order_by(Seat.id, Placement.round)
    )
    latest: dict[int, int] = dict(rows.all())
    phones: defaultdict[int, list[Actor]] = defaultdict(list)
    for seat_id, table in latest.items():
        phones[table].append(Actor(seat_id=seat_id, epoch=1, table=table))
    return dict(phones)


def _facilitators(session: Session, forum: ForumView) -> dict[int, Actor]:
    runs = select(TableAssignment).where(TableAssignment.forum_id == forum.id)
    return {
        row.table_number: Actor(
            person_id=row.person_id,
            roles=frozenset({(Role.FACILITATOR, 0)}),
            tables=frozenset({row.table_number}),
        )
        for row in session.scalars(runs)
    }


def _helper(session: Session) -> Actor:
    person = session.scalars(select(Person).where(Person.login == "helper")).one_or_none()
    roles = frozenset({(Role.FACILITATOR, 0)})
    return Actor(person_id=person.id if person else None, name=person.name if person else "", roles=roles)


def hold_phones(room: Room) -> None:
    """Count as connected: residents with a phone in their hand, facilitators with a console on the table."""
    for table, seats in room.phones.items():
        for seat in seats:
            here = Present(room.forum.id, "phone", SIMULATED, None, seat.seat_id, seat.epoch, table)
            PRESENCE.arrive(f"{SIMULATED}/seat/{seat.seat_id}", here)
    for table in room.facilitators:
        here = Present(room.forum.id, "console", SIMULATED, None, None, 0, table)
        PRESENCE.arrive(f"{SIMULATED}/table/{table}", here)


@dataclass
class Scene:
    """One moment of the play: the hall, chance, and the way to act in it."""

    database: Database
    room: Room
    random: random.Random

    @property
    def forum(self) -> ForumView:
        return self.room.forum

    def happens(self, chance: float) -> bool:
        """Whether something that comes with this chance comes now."""
        return self.random.random() < chance

    def read(self, work: Callable[[Session], T]) -> T:
        """Look something up."""
        with self.database.reading() as session:
            return work(session)

    def do(self, actor: Actor, name: str, /, **values: Any) -> bool:
        """Send a live command as someone; False where the moment does not allow it."""
        sent = [
            (field, one) for field, value in values.items() for one in (value if isinstance(value, list) else [value])
        ]
        fields = MultiDict((field, str(one)) for field, one in sent)
        key = secrets.token_hex(12)
        try:
            perform_command(self.database, name, actor=actor, forum_id=self.forum.id, fields=fields, key=key)
        except DomainError as error:
            log.info("a resident was refused: %s %s", name, error.code)
            return False
        return True
