"""A forum that is over, with themes that stand, departments, and commitments made by the operations."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from core import clock
from core.permissions import Actor, Role
from participation.forums.models import ForumState
from participation.seats.models import Seat
from participation.seats.operations import hashed, receipt_token
from policy.commitments.operations import (
    Change,
    CommitmentDraft,
    DepartmentDraft,
    ResponseDraft,
    change_state,
    make_commitment,
    publish_response,
    save_department,
)
from policy.commitments.states import CommitmentState
from policy.themes.models import PlacedBy, PlacementReason, Theme, ThemePlacement
from tests.factories import World

TEAM = "보행안전팀"


@dataclass
class FollowUp:
    """A closed forum and those who follow it up."""

    world: World
    forum_id: int = 0
    staff: Actor = field(default_factory=Actor)
    department_id: int = 0
    theme_id: int = 0

    def __post_init__(self) -> None:
        self.forum_id = self.world.forum(state=ForumState.CLOSED)
        self.person_id = self.world.person(Role.STAFF)
        self.staff = self.world.actor(self.forum_id, person_id=self.person_id)
        draft = DepartmentDraft("교통정책과", "Transport Division", "031-000-0142", ((TEAM, "Walking Safety Team"),))
        self.department_id = self.world.write(lambda session: save_department(session, self.staff, draft).id)
        self.theme_id = self.theme("천천히 건너도 되는 횡단보도")

    @property
    def slug(self) -> str:
        return self.world.slug(self.forum_id)

    def theme(self, label: str, *, reviewed: bool = True) -> int:
        def work(session: Any) -> int:
            theme = Theme(forum_id=self.forum_id, label_ko=label, origin=PlacedBy.PERSON, reviewed=reviewed, terms=[])
            theme.created_at = clock.now()
            session.add(theme)
            session.flush()
            return theme.id

        return self.world.write(work)

    def say(self, text: str, *, theme_id: int | None = None, seat_id: int | None = None, table: int = 1) -> int:
        """Something that was said, placed in a theme; its id."""
        proposal_id = self.world.proposal(self.forum_id, table=table, seat_id=seat_id, text=text)

        def work(session: Any) -> None:
            row = ThemePlacement(proposal_id=proposal_id, forum_id=self.forum_id, theme_id=theme_id, at=clock.now())
            row.reason, row.placed_by = PlacementReason.NEAR, PlacedBy.PERSON
            session.add(row)

        if theme_id is not None:
            self.world.write(work)
        return proposal_id

    def seat(self, place: int, *, secret: str = "k" * 40) -> tuple[int, str, str]:
        """A seat with a receipt: its id, the token of its link, its code."""
        seat_id, _ = self.world.seat(self.forum_id, table=1, place=place)
        token = receipt_token(secret, seat_id)

        def work(session: Any) -> str:
            seat = session.get_one(Seat, seat_id)
            seat.receipt_hash = hashed(token)
            return seat.receipt_code

        return seat_id, token, self.world.write(work)

    def commitment(self, *, title: str = "시장 앞 보행 신호 연장", due: date | None = None, theme: bool = True) -> int:
        """A commitment assigned to a team; its id."""
        draft = CommitmentDraft(
            title_ko=title,
            title_en="Longer green",
            text_ko="시장 앞 두 곳의 보행 신호를 5초 늘립니다.",
            theme_id=self.theme_id if theme else None,
            department_id=self.department_id,
            team=TEAM,
            answer_due_on=due,
        )
        return self.world.write(lambda session: make_commitment(session, self.staff, self.forum_id, draft).id)

    def change(self, commitment_id: int, state: CommitmentState, **told: Any) -> None:
        self.world.write(lambda session: change_state(session, self.staff, commitment_id, Change(state, **told)).id)

    def answer(self, commitment_id: int, text: str = "보행 신호를 5초씩 늘리겠습니다.") -> int:
        draft = ResponseDraft(text, "Five seconds more.", "031-000-0142")
        return self.world.write(lambda session: publish_response(session, self.staff, commitment_id, draft).id)

    def adopt(self, commitment_id: int, due: date) -> None:
        self.change(commitment_id, CommitmentState.REVIEWING)
        self.change(commitment_id, CommitmentState.ADOPTED, new_due_on=due)


def days(number: int) -> timedelta:
    return timedelta(days=number)


def noon(day: date) -> datetime:
    """Noon of a day in Seoul."""
    return datetime.fromisoformat(f"{day.isoformat()}T12:00:00+09:00")
