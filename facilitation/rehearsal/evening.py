"""Playing an evening through the same operations as a real one, in its own time."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from core import clock
from core.db.work import Database
from core.permissions import Actor
from facilitation.moderation.operations import hide_proposal
from facilitation.rehearsal.content_files import content
from facilitation.rehearsal.people import Member
from facilitation.stage.operations import acknowledge_message, close_room, move_room, send_message
from facilitation.tables.operations import end_turn, start_turn
from participation.forums.clock import start_forum
from participation.forums.models import Forum, Segment
from participation.proposals.models import Proposal, StanceValue
from participation.proposals.operations import Capture, capture_proposal, submit_proposal, take_stance
from participation.seats.operations import Consents, add_walk_in, placement_of, take_seat

AGREED = Consents(process=True, opinions=True)


@dataclass
class Evening:
    """A forum being played: its seats by table, who facilitates which table, what was put forward.

    `without_phone` are the seats whose resident has none; `turns` counts those given at each table.
    """

    database: Database
    forum_id: int
    secret: str
    host: Actor
    facilitators: dict[int, Actor]
    seed: int
    seats: dict[int, list[Actor]] = field(default_factory=dict)
    filed: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    without_phone: set[int | None] = field(default_factory=set)
    turns: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    @property
    def everyone(self) -> list[Actor]:
        return [seat for table in sorted(self.seats) for seat in self.seats[table]]

    def phones(self, table: int) -> list[Actor]:
        """Who at a table has a phone in their hand."""
        return [seat for seat in self.seats[table] if seat.seat_id not in self.without_phone]

    def do(self, work: Callable[[Session], Any]) -> Any:
        """One transaction of the evening."""
        return self.database.perform(work)


def facilitators_of(members: list[Member], tables: int) -> dict[int, Actor]:
    """Who runs which table, in the order of the content."""
    found = [member for member in members if member.role == "facilitator"]
    return {number: found[number - 1].actor(frozenset({number})) for number in range(1, min(tables, len(found)) + 1)}


def seat_residents(evening: Evening, number: int, without_phone: int = 0) -> None:
    """Residents come in and take the next free seat; those without a phone are seated by the host."""
    names = content("names")["call_names"]
    walk_ins = {(index + 1) * number // without_phone - 1 for index in range(without_phone)}

    def sit(session: Session) -> None:
        for index in range(number):
            name = names[(index + evening.seed) % len(names)] if index % 7 or index in walk_ins else ""
            actor = _walk_in(session, evening, name) if index in walk_ins else _with_phone(session, evening, name)
            evening.seats.setdefault(actor.table or 0, []).append(actor)

    evening.do(sit)


def _with_phone(session: Session, evening: Evening, name: str) -> Actor:
    taken = take_seat(session, evening.forum_id, name=name, consents=AGREED, secret=evening.secret)
    return Actor(seat_id=taken.seat_id, epoch=1, table=taken.table)


def _walk_in(session: Session, evening: Evening, name: str) -> Actor:
    seat = add_walk_in(session, evening.host, evening.forum_id, name=name, table=None, secret=evening.secret)
    evening.without_phone.add(seat.id)
    return Actor(seat_id=seat.id, epoch=1, table=placement_of(session, seat.id).table_number)


def begin(evening: Evening) -> None:
    """The host starts the forum."""
    evening.do(lambda session: start_forum(session, evening.host, evening.forum_id).id)


def agenda(evening: Evening) -> list[Segment]:
    """The segments of the forum, in order."""
    with evening.database.reading() as session:
        return list(session.get_one(Forum, evening.forum_id).segments)


def go_to(evening: Evening, segment_id: int) -> None:
    """The host moves the room."""
    evening.do(lambda session: move_room(session, evening.host, evening.forum_id, segment_id).id)


def close(evening: Evening) -> None:
    """The host ends the evening."""
    evening.do(lambda session: close_room(session, evening.host, evening.forum_id).id)


def tell_tables(evening: Evening, key: str, heard_after: timedelta) -> None:
    """The host sends a message of the content; every table has heard it a little later (time has to be frozen)."""
    text = next(message["text_ko"] for message in content("stage_messages")["messages"] if message["key"] == key)
    message_id = evening.do(lambda session: send_message(session, evening.host, evening.forum_id, text).id)
    clock.advance(heard_after)

    def hear(session: Session) -> None:
        for table, facilitator in evening.facilitators.items():
            acknowledge_message(session, facilitator, evening.forum_id, message_id, table)

    evening.do(hear)


def file_proposal(session: Session, evening: Evening, entry: dict[str, Any], table: int) -> Proposal:
    """One proposal of the content: from a phone, or typed for someone who spoke."""
    facilitator = evening.facilitators.get(table)
    if entry["by"] == "phone" or facilitator is None:
        return submit_proposal(session, evening.random.choice(evening.phones(table)), evening.forum_id, entry["text"])
    seat = evening.random.choice(evening.seats[table])
    named = seat.seat_id if evening.random.random() < 0.85 else None
    capture = Capture(
        entry["text"],
        named,
        verbatim=entry["verbatim"],
        read_back=evening.random.random() < 0.8,
        dissent=entry["dissent"],
    )
    return capture_proposal(session, facilitator, evening.forum_id, table, capture)


def react(session: Session, evening: Evening, proposal: Proposal, dissent: bool) -> None:
    """Most at the table say what they think of it."""
    for seat in evening.phones(proposal.table_number):
        chance = evening.random.random()
        if chance > 0.82:
            continue
        leaning = (0.34, 0.66) if dissent else (0.68, 0.80)
        value = (
            StanceValue.AGREE
            if chance < leaning[0]
            else StanceValue.DISAGREE
            if chance < leaning[1]
            else StanceValue.PASS
        )
        take_stance(session, seat, evening.forum_id, proposal.id, value)


def speak(session: Session, evening: Evening, table: int, seat: Actor, begun: datetime) -> None:
    """One turn at a table, begun at a moment and ended now."""
    facilitator = evening.facilitators.get(table)
    if facilitator is None or seat.seat_id is None:
        return
    start_turn(session, facilitator, evening.forum_id, table, seat.seat_id, at=begun)
    end_turn(session, facilitator, evening.forum_id, table, at=clock.now())


def play_round(evening: Evening, entries: list[dict[str, Any]], minutes: float, *, tables: list[int]) -> None:
    """A round at the tables: turns, proposals and stances, spread over its minutes (time has to be frozen).

    What should not have been written is hidden by who runs the table.
    """
    steps = max(len(entries), 1)
    pause, since = timedelta(minutes=minutes) / (steps + 1), clock.now() + timedelta(seconds=1)
    home: dict[str, int] = {}
    for index, entry in enumerate(entries):
        clock.advance(pause)
        table = home.setdefault(entry.get("same_as") or f"own-{index}", tables[index % len(tables)])

        def step(session: Session, entry: dict[str, Any] = entry, table: int = table) -> int:
            given = evening.turns.get(table, 0)
            seat = evening.seats[table][given % len(evening.seats[table])]
            evening.turns[table] = given + 1
            begun = clock.now() - timedelta(seconds=evening.random.randint(22, 110))
            speak(session, evening, table, seat, max(since, begun))
            proposal = file_proposal(session, evening, entry, table)
            react(session, evening, proposal, entry["dissent"])
            return proposal.id

        proposal_id = evening.do(step)
        evening.filed.append((proposal_id, entry))
        if "hide_ko" in entry:
            _hide(evening, table, proposal_id, entry["hide_ko"])


def _hide(evening: Evening, table: int, proposal_id: int, reason: str) -> None:
    who, forum_id = evening.facilitators[table], evening.forum_id
    evening.do(lambda session: hide_proposal(session, who, forum_id, proposal_id, reason=reason).id)


def shuffled(evening: Evening, name: str, round_number: int) -> list[dict[str, Any]]:
    """The content's proposals of a round in the order of an evening, near duplicates one after another."""
    entries = [entry for entry in content(name)["proposals"] if entry["round"] == round_number]
    evening.random.shuffle(entries)
    return entries


def as_many(entries: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    """The first entries; whatever is hidden afterwards is always among them."""
    hidden = [entry for entry in entries[number:] if "hide_ko" in entry]
    return [*entries[: number - len(hidden)], *hidden]
