"""What simulated residents do in a round: take turns, raise hands, put forward what they have not said, take stances."""

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.events.log import record
from core.permissions import SYSTEM, Actor
from facilitation.rehearsal.content_files import content
from facilitation.rehearsal.room import Scene
from facilitation.tables.events import TurnEnded
from facilitation.tables.models import Turn, TurnState
from facilitation.tables.operations.turns import close_turn
from facilitation.tables.queries import raised_hands, table_view
from participation.forums.models import Act
from participation.proposals.models import Proposal, ProposalState, ProposalVersion, Stance

SHORTEST_TURN, LONGEST_TURN = 35, 110
FORGOTTEN = timedelta(minutes=5)
HAND = 0.06
TEXTS_LAST = 600
LATELY = 4
SHY = 0.15
VISITED = 3.0


def talk(scene: Scene) -> None:
    """A few people at the tables do something, as far as the moment allows it."""
    if scene.forum.opens(Act.SPEAK):
        _raise_hand(scene)
        _take_turns(scene)
    if scene.forum.opens(Act.PROPOSE):
        _propose(scene)
    if scene.forum.opens(Act.TAKE_STANCE):
        for table in _some_tables(scene, 2):
            _take_stances(scene, table)


def _some_tables(scene: Scene, number: int) -> list[int]:
    """Tables by chance, those that a real person can see more often."""
    tables = scene.room.tables
    weights = [VISITED if table in scene.room.visited else 1.0 for table in tables]
    return scene.random.choices(tables, weights, k=number) if tables else []


def _raise_hand(scene: Scene) -> None:
    if scene.happens(HAND):
        for table in _some_tables(scene, 1):
            scene.do(scene.random.choice(scene.room.phones[table]), "hand.raise")


def length_of(turn: Turn) -> timedelta:
    """How long a simulated resident speaks in this turn."""
    return timedelta(seconds=Random(turn.id).uniform(SHORTEST_TURN, LONGEST_TURN))


def _take_turns(scene: Scene) -> None:
    """Where nobody speaks, or someone has come to an end, the next one begins."""
    running = scene.read(lambda session: _running(session, scene.forum.id))
    free = [
        table
        for table in scene.room.free
        if table not in running or clock.now() >= running[table].started_at + length_of(running[table])
    ]
    for table in scene.random.sample(free, min(2, len(free))):
        seat_id = scene.read(lambda session, table=table: _next(session, scene, table))  # type: ignore[misc]
        if seat_id is not None:
            scene.do(scene.room.facilitators[table], "turn.start", table=table, seat=seat_id)


def _running(session: Session, forum_id: int) -> dict[int, Turn]:
    wanted = select(Turn).where(Turn.forum_id == forum_id, Turn.state != TurnState.DONE)
    return {turn.table_number: turn for turn in session.scalars(wanted)}


def _next(session: Session, scene: Scene, table: int) -> int | None:
    """Among those who had the fewest turns in this step: who raised a hand first, else who is next round the table."""
    view = table_view(session, scene.forum.id, table)
    here = (Turn.forum_id == scene.forum.id) & (
        Turn.segment_id == (scene.forum.segment.id if scene.forum.segment else 0)
    )
    turns = Counter(session.scalars(select(Turn.seat_id).where(here, Turn.table_number == table)))
    ready = [seat.id for seat in view.here if not seat.is_speaking]
    fewest = [seat_id for seat_id in ready if turns[seat_id] == min(turns[one] for one in ready)]
    in_order = [*raised_hands(session, scene.forum.id, table), *([view.next.id] if view.next else []), *fewest]
    return next((seat_id for seat_id in in_order if seat_id in fewest), None)


def _propose(scene: Scene) -> None:
    """Something nobody has said yet; the less is left, the more seldom, so that an evening lasts."""
    left = scene.read(lambda session: _unsaid(session, scene.forum.id))
    if not scene.happens(len(left) / TEXTS_LAST):
        return
    latest = max(entry["round"] for entry in left)
    entry = scene.random.choice([entry for entry in left if entry["round"] == latest])
    for table in _some_tables(scene, 1):
        seat = scene.random.choice(scene.room.phones[table])
        if entry["by"] == "phone" or table not in scene.room.free:
            segment_id = scene.forum.segment.id if scene.forum.segment else 0
            scene.do(seat, "proposal.submit", text=entry["text"], segment=segment_id)
        else:
            marks = {"dissent": "1"} if entry["dissent"] else {}
            marks["wording"] = "verbatim" if entry["verbatim"] else "short"
            facilitator = scene.room.facilitators[table]
            scene.do(facilitator, "proposal.capture", table=table, seat=seat.seat_id, text=entry["text"], **marks)


def _unsaid(session: Session, forum_id: int) -> list[dict[str, Any]]:
    words = select(ProposalVersion.text).join(Proposal, Proposal.id == ProposalVersion.proposal_id)
    said = set(session.scalars(words.where(Proposal.forum_id == forum_id)))
    left = [entry for entry in content("proposals_street")["proposals"] if "hide_ko" not in entry]
    return [entry for entry in left if entry["text"] not in said]


def _take_stances(scene: Scene, table: int) -> None:
    """Up to two at a table say what they think of what was put forward lately; some never do."""
    waiting = scene.read(lambda session: _without_stance(session, scene, table))
    for proposal, seat in scene.random.sample(waiting, min(2, len(waiting))):
        weights = (38, 46, 16) if proposal.dissent else (74, 14, 12)
        stance = scene.random.choices(("agree", "disagree", "pass"), weights)[0]
        scene.do(seat, "stance.take", proposal=proposal.id, stance=stance)


def _without_stance(session: Session, scene: Scene, table: int) -> list[tuple[Proposal, Actor]]:
    shown = select(Proposal).where(
        Proposal.forum_id == scene.forum.id,
        Proposal.table_number == table,
        Proposal.segment_id == (scene.forum.segment.id if scene.forum.segment else 0),
        Proposal.state == ProposalState.SHOWN,
    )
    proposals = list(session.scalars(shown.order_by(Proposal.id.desc()).limit(LATELY)))
    taken = select(Stance.proposal_id, Stance.seat_id).where(Stance.proposal_id.in_([one.id for one in proposals]))
    known = {(proposal_id, seat_id) for proposal_id, seat_id in session.execute(taken)}
    return [
        (proposal, seat)
        for proposal in proposals
        for seat in scene.room.phones[table]
        if (proposal.id, seat.seat_id) not in known and Random(f"{proposal.id}/{seat.seat_id}").random() >= SHY
    ]


def end_forgotten_turns(session: Session, forum_id: int) -> None:
    """Turns that ran when the demo was stopped ended a little after they began."""
    for turn in _running(session, forum_id).values():
        if clock.now() - turn.started_at > FORGOTTEN:
            close_turn(turn, turn.started_at + length_of(turn))
            record(session, forum_id, SYSTEM, TurnEnded(turn=turn.id, table=turn.table_number, seat=turn.seat_id))
