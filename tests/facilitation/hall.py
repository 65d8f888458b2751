"""A table in a hall, for the tests of the console: eight seats, a facilitator, a host, and pages that follow."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from core.events.log import Recorded
from core.live.catchup import catch_up
from core.live.commands import Outcome, perform_command
from core.live.regions import Region, Surface, Watch, apply_regions, drawn_for_all
from core.permissions import Actor, Role
from participation.forums.models import ForumState, SegmentKind
from participation.proposals.models import Proposal, Stance, StanceValue
from tests.factories import World

T = TypeVar("T")
NAMES = ("재현", "은숙", "도윤", "미경")


class Hall:
    """Table 1 of a forum with four seats taken; `facilitator` runs it, `other` runs table 2."""

    def __init__(
        self, world: World, *, state: ForumState = ForumState.LIVE, kind: SegmentKind = SegmentKind.TABLE_ROUND
    ) -> None:
        self.world, self.database = world, world.database
        self.forum = world.forum(state=state, kind=kind)
        taken = [world.seat(self.forum, 1, place, name) for place, name in enumerate(NAMES, 1)]
        self.seats = [seat for seat, _ in taken]
        self.tokens = [token for _, token in taken]
        self.facilitator_id = world.facilitator(self.forum, 1)
        self.facilitator = self.actor(self.facilitator_id)
        self.other = self.actor(world.facilitator(self.forum, 2))
        self.host = self.actor(world.person(Role.HOST, scope=self.forum))
        self.coordinator = self.actor(world.person(Role.COORDINATOR, scope=self.forum))
        self.recorded: list[Recorded] = []
        self.database.listen(self.recorded.extend)

    def actor(self, person_id: int) -> Actor:
        return self.world.actor(self.forum, person_id=person_id)

    def resident(self, number: int) -> Actor:
        """Who holds the seat at this place."""
        return self.world.actor(self.forum, token=self.tokens[number - 1])

    def do(self, command: str, actor: Actor | None = None, /, **fields: Any) -> Outcome:
        """Send a live command as the facilitator, or as someone else; `key` is the client key."""
        key = fields.pop("key", None)
        pairs = [
            (k, str(v)) for k, values in fields.items() for v in (values if isinstance(values, list) else [values])
        ]
        who = actor or self.facilitator
        with self.world.app.app_context():
            return perform_command(
                self.database, command, actor=who, forum_id=self.forum, fields=MultiDict(pairs), key=key
            )

    def write(self, work: Callable[[Session], T]) -> T:
        return self.database.perform(work)

    def read(self, work: Callable[[Session], T]) -> T:
        return self.world.read(work)

    def propose(self, text: str = "", place: int | None = 1, table: int = 1) -> int:
        """A proposal from a phone at the table; its id."""
        seat_id = self.seats[place - 1] if place else None
        return self.world.proposal(self.forum, table=table, seat_id=seat_id, text=text)

    def stand(self, proposal_id: int, *values: str | None) -> None:
        """Stances of the seats 1, 2, ... on a proposal."""

        def work(session: Session) -> None:
            for number, value in enumerate(values, 1):
                if value is not None:
                    fields = {"agree": StanceValue.AGREE, "no": StanceValue.DISAGREE, "pass": StanceValue.PASS}
                    stance = Stance(proposal_id=proposal_id, seat_id=self.seats[number - 1], version=1)
                    stance.value, stance.epoch, stance.counter = fields[value], 1, number
                    stance.at = session.get_one(Proposal, proposal_id).created_at
                    session.add(stance)

        self.write(work)

    def stances(self, proposal_id: int) -> dict[int, str]:
        """The stances on a proposal by place."""
        rows = self.read(
            lambda s: list(s.execute(select(Stance.seat_id, Stance.value).filter_by(proposal_id=proposal_id)))
        )
        return {self.seats.index(seat) + 1: value for seat, value in rows}

    def proposal(self, proposal_id: int) -> Proposal:
        return self.read(lambda session: session.get_one(Proposal, proposal_id))

    def snapshot(self, surface: Surface, *args: int) -> dict[str, Region]:
        with drawn_for_all(), self.database.reading() as session:
            return {region.name: region for region in surface.snapshot(session, self.forum, args)}

    def followed(
        self, surface: Surface, args: tuple[int, ...], streams: tuple[str, ...], act: Callable[[], Any]
    ) -> None:
        """Assert that a page that follows `streams` shows after `act` what a fresh one shows, and so does one that
        comes back, with all that is kept for those who come back."""
        watch, before = Watch(streams, args), self.snapshot(surface, *args)
        self.recorded.clear()
        first = self._caught_up(surface, watch, {})
        assert first["full"]
        act()
        assert self.recorded, "nothing was recorded"
        shown = before
        for item in self.recorded:
            if item.stream in streams:
                with drawn_for_all(), self.database.reading() as session:
                    drawn = [surface.draw(session, self.forum, name) for name in surface.touched(item.event)]
                followed = [region for region in drawn if region.name in shown or region.within]
                shown = apply_regions(shown, followed)
        fresh = {name: region.html for name, region in self.snapshot(surface, *args).items() if region.html}
        assert {name: region.html for name, region in shown.items() if region.html} == fresh
        for seen in (first["streams"], {}):
            missed = self._caught_up(surface, watch, seen)
            regions = [Region(r["n"], r["h"], r["w"], r["f"]) for r in missed["regions"]]
            back = apply_regions({} if missed["full"] else before, regions)
            assert {name: back[name].html for name in fresh} == fresh

    def _caught_up(self, surface: Surface, watch: Watch, seen: dict[str, int]) -> dict[str, Any]:
        with drawn_for_all(), self.database.reading() as session:
            return catch_up(session, surface, self.forum, watch, seen)
