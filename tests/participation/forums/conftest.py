"""A coordinator with facts to write down."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.permissions import Actor, Role
from facilitation.training.queries import RosterStaffing
from participation.forums import operations
from participation.forums.drafts import ForumFacts
from participation.forums.models import Forum, ForumState
from tests.factories import World

FACTS = ForumFacts(
    slug="school-walk",
    title_ko="아이와 걷기 좋은 학교 길",
    title_en="A good walk to school",
    question_ko="무엇부터 바꾸면 걷고 싶어질까요?",
    question_en="",
    summary_ko="",
    summary_en="",
    place_ko="온누리동 도서관 2층",
    place_en="",
    ground_rules_ko="",
    ground_rules_en="",
    next_steps_ko="",
    next_steps_en="",
    starts_at=datetime(2026, 12, 10, 10, 0, tzinfo=UTC),
    planned_minutes=120,
    tables=6,
    seats_per_table=8,
)
TYPED = {
    "title_ko": "아이와 걷기 좋은 학교 길",
    "question_ko": "무엇부터 바꾸면 걷고 싶어질까요?",
    "place_ko": "온누리동 도서관 2층",
    "day": "2026-12-10",
    "at": "19:00",
    "planned_minutes": "120",
    "tables": "6",
    "seats_per_table": "8",
    "slug": "school-walk",
    "ready": "evening-120",
}


@dataclass
class Office:
    """A coordinator of the city, the browser they use, and the operations as they would call them."""

    world: World
    person_id: int
    actor: Actor
    browser: FlaskClient

    def create(self, **changes: Any) -> int:
        facts = replace(FACTS, **changes)
        return self.world.write(lambda session: operations.create_forum(session, self.actor, facts))

    def configure(self, forum_id: int, **changes: Any) -> str:
        facts = replace(FACTS, **changes)
        return self.world.write(
            lambda session: operations.configure_forum(session, self.actor, forum_id, facts, RosterStaffing())
        )

    def use_ready(self, forum_id: int, key: str = "evening-120") -> None:
        self.world.write(lambda session: operations.apply_ready_agenda(session, self.actor, forum_id, key))

    def titles(self, forum_id: int) -> list[str]:
        return self.world.read(lambda session: [one.title_ko for one in session.get_one(Forum, forum_id).segments])

    def segment_ids(self, forum_id: int) -> list[int]:
        return self.world.read(lambda session: [one.id for one in session.get_one(Forum, forum_id).segments])

    def put_in_state(self, forum_id: int, state: ForumState) -> None:
        def work(session: Any) -> None:
            session.get_one(Forum, forum_id).state = state

        self.world.place(work)


@pytest.fixture
def office(app: Flask, world: World) -> Office:
    """A coordinator of the city at work."""
    person_id = world.person(Role.COORDINATOR)
    return Office(world, person_id, world.actor(None, person_id=person_id), world.browser(person_id))
