"""A forum with a theme desk: residents who put things forward, analysts who arrange them."""

from collections.abc import Callable
from typing import TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.events.event import Event
from core.events.log import record
from core.jobs.hub import followers, jobs
from core.permissions import Actor, Role
from participation.forums.events import SegmentStarted
from participation.forums.models import Forum, SegmentKind
from participation.proposals.events import ProposalHidden, ProposalsMerged, ProposalSubmitted, StanceTaken
from participation.proposals.models import Proposal, ProposalOrigin, ProposalState, ProposalVersion, Stance
from policy.themes import operations
from policy.themes.following import Placing
from policy.themes.models import Theme, ThemePlacement
from tests.factories import World
from tests.policy.themes.clustering.sentences import BY_SUBJECT

T = TypeVar("T")
TOPICS = tuple(BY_SUBJECT)


class DeskWorld:
    """One live forum with eight tables, its proposals and its analysts."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.forum_id = world.forum(tables=8)
        self.slug = world.slug(self.forum_id)
        self.analyst_id = world.person(Role.ANALYST, name="김다온")
        self.analyst = world.actor(self.forum_id, person_id=self.analyst_id)

    def another(self, role: Role = Role.ANALYST, name: str = "박서연") -> Actor:
        return self.world.actor(self.forum_id, person_id=self.world.person(role, name=name))

    def say(self, text: str, table: int = 1, seat_id: int | None = None) -> int:
        """A resident puts something forward; the id."""
        proposal_id = self.world.proposal(self.forum_id, table=table, seat_id=seat_id, text=text)
        event = ProposalSubmitted(proposal=proposal_id, table=table, seat=seat_id or 0, segment=0, digest="")
        self.happen(event)
        return proposal_id

    def say_much(self, topics: int = 3, each: int = 6) -> dict[str, list[int]]:
        """Several sentences on each of some topics, from every table in turn; ids by topic."""
        said: dict[str, list[int]] = {}
        for number, topic in enumerate(TOPICS[:topics]):
            lines = BY_SUBJECT[topic][:each]
            said[topic] = [self.say(line, (number + place) % 8 + 1) for place, line in enumerate(lines)]
        return said

    def happen(self, event: Event) -> None:
        self.world.write(lambda session: record(session, self.forum_id, "system", event))

    def drain_placing(self) -> None:
        """Let only what is new be placed."""
        Placing(self.world.database, jobs(self.world.app)).handle(self.forum_id, [])

    def drain(self) -> None:
        followers(self.world.app).drain()

    def hide(self, proposal_id: int) -> None:
        def work(session: Session) -> None:
            row = session.get_one(Proposal, proposal_id)
            row.state, row.hidden_reason, row.hidden_at = ProposalState.HIDDEN, "전화번호", clock.now()
            record(session, self.forum_id, "system", ProposalHidden(proposal=row.id, table=row.table_number))

        self.world.write(work)

    def merge_proposals(self, *sources: int) -> int:
        """Make a parent of these; the parent's id."""

        def work(session: Session) -> int:
            first = session.get_one(Proposal, sources[0])
            parent = Proposal(forum_id=self.forum_id, table_number=first.table_number, origin=ProposalOrigin.MERGED)
            parent.created_at = clock.now()
            text = first.versions[-1].text
            parent.versions = [ProposalVersion(number=1, text=text, salt="s", by="person", at=clock.now())]
            session.add(parent)
            session.flush()
            for one in sources:
                row = session.get_one(Proposal, one)
                row.state, row.parent_id = ProposalState.MERGED, parent.id
            listed = ",".join(str(one) for one in sources)
            event = ProposalsMerged(proposal=parent.id, table=first.table_number, sources=listed)
            record(session, self.forum_id, "system", event)
            return parent.id

        return self.world.write(work)

    def answer(self, proposal_id: int, seats: list[int], value: str = "agree") -> None:
        """These seats take a stance."""

        def work(session: Session) -> None:
            for seat in seats:
                row = Stance(proposal_id=proposal_id, seat_id=seat, version=1, value=value, at=clock.now())
                row.epoch = row.counter = 1
                session.add(row)
                record(session, self.forum_id, f"seat:{seat}", StanceTaken(proposal=proposal_id, table=1, seat=seat))

        self.world.write(work)

    def make(self, label: str, *proposals: int, actor: Actor | None = None) -> int:
        """An analyst makes a theme; its id."""
        who = actor or self.analyst
        return self.act(
            lambda session: operations.make_theme(session, who, self.forum_id, label=label, proposal_ids=proposals).id
        )

    def move(self, theme_id: int | None, *proposals: int) -> None:
        self.act(lambda session: operations.move_proposals(session, self.analyst, self.forum_id, proposals, theme_id))

    def act(self, work: Callable[[Session], T]) -> T:
        return self.world.write(work)

    def theme_ids(self) -> list[int]:
        wanted = select(Theme.id).where(Theme.forum_id == self.forum_id, Theme.state == "active").order_by(Theme.id)
        return self.world.read(lambda session: list(session.scalars(wanted)))

    def theme(self, theme_id: int) -> Theme:
        return self.world.read(lambda session: session.get_one(Theme, theme_id))

    def place_of(self, proposal_id: int) -> ThemePlacement:
        return self.world.read(lambda session: session.get_one(ThemePlacement, proposal_id))

    def to(self, kind: SegmentKind) -> None:
        """Move the room to the segment of this kind."""
        self.world.write(lambda session: _enter(session, self.forum_id, kind))


def _enter(session: Session, forum_id: int, kind: SegmentKind) -> None:
    forum = session.get_one(Forum, forum_id)
    before = forum.segment_id or 0
    forum.segment_id = next(segment.id for segment in forum.segments if segment.kind == kind)
    record(session, forum_id, "system", SegmentStarted(segment=forum.segment_id, before=before))


@pytest.fixture
def desk(world: World) -> DeskWorld:
    return DeskWorld(world)
