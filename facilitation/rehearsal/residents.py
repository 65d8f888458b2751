"""Simulated residents who keep the demo's live forum moving, through the same commands as real people.

A table whose console a real person has open is left to them; so is the clock once a real host is on stage.
"""

import logging
import os
import random
import secrets
import threading
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from core import clock
from core.db.work import Database
from core.errors import DomainError
from core.live.commands import perform_command
from core.live.presence import PRESENCE, Present
from core.permissions import Actor, Role
from core.web.context import services
from facilitation.rehearsal.demo import LIVE, remaining_texts
from facilitation.training.models import TableAssignment
from participation.ballots.queries import open_ballot, seat_turnout
from participation.forums.models import Act
from participation.forums.queries import ForumView, forum_by_id, forum_id_by_slug
from participation.proposals.models import Proposal, ProposalState, ProposalVersion, Stance
from participation.seats.models import Placement, Seat, SeatState

log = logging.getLogger("hyeondap.residents")
EVERY = 4.0
LAST_SECONDS = 30
MORE_MINUTES = "10"
ENOUGH = 150


@dataclass
class Room:
    """Who is in the hall: seats by table, and who facilitates each table."""

    forum: ForumView
    seats: dict[int, list[Actor]]
    facilitators: dict[int, Actor]


def _room(session: Session, forum: ForumView) -> Room:
    rows = session.execute(
        select(Seat.id, Seat.epoch, Placement.table_number)
        .join(Placement, Placement.seat_id == Seat.id)
        .where(Seat.forum_id == forum.id, Seat.state == SeatState.SEATED)
        .order_by(Seat.id)
    )
    seats: dict[int, list[Actor]] = {}
    for seat_id, epoch, table in rows:
        if epoch == 1:
            seats.setdefault(table, []).append(Actor(seat_id=seat_id, epoch=epoch, table=table))
    runs = select(TableAssignment).where(TableAssignment.forum_id == forum.id)
    facilitators = {
        row.table_number: Actor(
            person_id=row.person_id,
            roles=frozenset({(Role.FACILITATOR, 0)}),
            tables=frozenset({row.table_number}),
        )
        for row in session.scalars(runs)
    }
    return Room(forum, seats, facilitators)


class Residents:
    """Plays one step at a time; `step` is all there is to call."""

    def __init__(self, database: Database, forum_id: int, *, seed: int = 5, host: Actor | None = None) -> None:
        self._database = database
        self._forum_id = forum_id
        self._random = random.Random(seed)
        self._host = host

    def step(self) -> None:
        """A few people do something; what the moment does not allow is left undone."""
        with self._database.reading() as session:
            forum = forum_by_id(session, self._forum_id)
            if forum is None or not forum.is_live:
                return
            room = _room(session, forum)
        self._keep_time(forum)
        if forum.opens(Act.PROPOSE):
            self._at_tables(room)
        self._vote(room)

    def hold_phones(self) -> None:
        """Count as connected: the demo's residents have a phone in their hand."""
        with self._database.reading() as session:
            forum = forum_by_id(session, self._forum_id)
            room = _room(session, forum) if forum else None
        for table, seats in (room.seats if room else {}).items():
            for seat in seats:
                here = Present(self._forum_id, "phone", seat.key, None, seat.seat_id, seat.epoch, table)
                PRESENCE.arrive(f"demo/{seat.seat_id}", here)

    def _do(self, actor: Actor, name: str, **values: Any) -> bool:
        fields = MultiDict({field: str(value) for field, value in values.items()})
        try:
            perform_command(
                self._database, name, actor=actor, forum_id=self._forum_id, fields=fields, key=secrets.token_hex(12)
            )
        except DomainError as error:
            log.info("a resident was refused: %s %s", name, error.code)
            return False
        return True

    def _keep_time(self, forum: ForumView) -> None:
        """Give the segment more time when it runs out, unless a real host is on stage."""
        if self._host is None or forum.ends_at is None or PRESENCE.people(forum.id, "stage"):
            return
        if clock.seconds_until(forum.ends_at) < LAST_SECONDS:
            self._do(self._host, "forum.extend", minutes=MORE_MINUTES)

    def _at_tables(self, room: Room) -> None:
        real = PRESENCE.consoles(room.forum.id)
        tables = [table for table in room.seats if table not in real]
        self._random.shuffle(tables)
        for table in tables[:2]:
            self._speak(room, table)
        if tables:
            self._propose(room, tables[0])
            for table in tables[:3]:
                self._react(room, table)

    def _speak(self, room: Room, table: int) -> None:
        facilitator = room.facilitators.get(table)
        if facilitator is not None and room.forum.opens(Act.SPEAK):
            seat = self._random.choice(room.seats[table])
            self._do(facilitator, "turn.start", table=table, seat=seat.seat_id)

    def _propose(self, room: Room, table: int) -> None:
        with self._database.reading() as session:
            words = select(ProposalVersion.text).join(Proposal, Proposal.id == ProposalVersion.proposal_id)
            said = set(session.scalars(words.where(Proposal.forum_id == room.forum.id)))
        left = remaining_texts(said)
        if not left or len(said) > ENOUGH or self._random.random() < 0.55:
            return
        entry = self._random.choice(left)
        facilitator, seat = room.facilitators.get(table), self._random.choice(room.seats[table])
        if entry["by"] == "phone" or facilitator is None:
            self._do(seat, "proposal.submit", text=entry["text"], segment=room.forum.segment.id)  # type: ignore[union-attr]
        else:
            marks = {"dissent": "1"} if entry["dissent"] else {}
            marks["wording"] = "verbatim" if entry["verbatim"] else "short"
            self._do(facilitator, "proposal.capture", table=table, seat=seat.seat_id, text=entry["text"], **marks)

    def _react(self, room: Room, table: int) -> None:
        with self._database.reading() as session:
            shown = select(Proposal.id).where(
                Proposal.forum_id == room.forum.id,
                Proposal.table_number == table,
                Proposal.segment_id == (room.forum.segment.id if room.forum.segment else 0),
                Proposal.state == ProposalState.SHOWN,
            )
            proposals = list(session.scalars(shown.order_by(Proposal.id.desc()).limit(4)))
            known = select(Stance.proposal_id, Stance.seat_id).where(Stance.proposal_id.in_(proposals))
            taken = {(proposal_id, seat_id) for proposal_id, seat_id in session.execute(known)}
        open_ones = [
            (proposal, seat)
            for proposal in proposals
            for seat in room.seats[table]
            if (proposal, seat.seat_id) not in taken
        ]
        self._random.shuffle(open_ones)
        for proposal, seat in open_ones[:3]:
            stance = self._random.choices(("agree", "disagree", "pass"), (70, 18, 12))[0]
            self._do(seat, "stance.take", proposal=proposal, stance=stance)

    def _vote(self, room: Room) -> None:
        """When a ballot is open, a few who have not voted do."""
        with self._database.reading() as session:
            ballot = open_ballot(session, room.forum.id)
            waiting = _not_voted(session, ballot.id, room) if ballot else []
        if ballot is None:
            return
        for seat in self._random.sample(waiting, min(4, len(waiting))):
            number = self._random.choice([option.number for option in ballot.options])
            self._do(seat, "ballot.cast", ballot=ballot.id, choice=number)


def _not_voted(session: Session, ballot_id: int, room: Room) -> list[Actor]:
    everyone = [seat for table in sorted(room.seats) for seat in room.seats[table]]
    return [seat for seat in everyone if seat_turnout(session, ballot_id, seat.seat_id or 0) is None]


def start(app: Flask) -> None:
    """Let the demo's residents live, in a served demo; they stop with the process."""
    house = services(app)
    with house.database.reading() as session:
        forum_id = forum_id_by_slug(session, LIVE)
    if not house.settings.demo or os.environ.get("DEMO_RESIDENTS") == "0" or forum_id is None:
        return
    host = Actor(person_id=None, name="", roles=frozenset({(Role.HOST, 0)}))
    residents = Residents(house.database, forum_id, host=host)
    residents.hold_phones()
    pause = threading.Event()

    def live() -> None:
        while not pause.wait(EVERY):
            try:
                residents.step()
            except Exception:
                log.exception("the demo's residents stumbled")

    threading.Thread(target=live, daemon=True, name="demo-residents").start()
