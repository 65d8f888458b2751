"""Making what a test needs: people with roles, a forum at any moment of its life, seats, proposals."""

import itertools
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core import clock
from core.accounts import queries as accounts
from core.accounts.models import Grant, Person
from core.i18n.dates import local_date
from core.permissions import WHOLE_CITY, Actor, Role
from core.web.context import services
from core.web.identity import make_actor, seat_cookie, token_hash
from facilitation.training.models import Certificate, TableAssignment
from participation.forums.models import Forum, ForumState, GuidanceLine, Segment, SegmentKind
from participation.proposals.models import Proposal, ProposalOrigin, ProposalVersion
from participation.seats.models import Placement, Seat
from tests import silent

T = TypeVar("T")
STARTS = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
LETTERS = "ACDEFHJKLMNPQRTUVWXYZBG"[:23]


class World:
    """Factories over the application's database; every call commits."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.database = services(app).database
        self._numbers = itertools.count(1)

    def write(self, work: Callable[[Session], T]) -> T:
        return self.database.perform(work)

    def place(self, work: Callable[[Session], T]) -> T:
        """Put something there as if it had always been: no event tells of it."""
        with silent.allowed():
            made = self.database.perform(work)
        self.database.forget()
        return made

    def read(self, work: Callable[[Session], T]) -> T:
        with self.database.reading() as session:
            return work(session)

    def person(self, *roles: Role, scope: int = WHOLE_CITY, name: str = "") -> int:
        """A person with an account who holds these roles; the id."""
        number = next(self._numbers)

        def work(session: Session) -> int:
            person = Person(login=f"person{number}", name=name or f"담당 {number}", password_hash="-")
            person.created_at = clock.now()
            session.add(person)
            session.flush()
            for role in roles:
                session.add(Grant(person_id=person.id, role=role, scope=scope, granted_at=clock.now()))
            return person.id

        return self.place(work)

    def forum(
        self,
        *,
        state: ForumState = ForumState.LIVE,
        kind: SegmentKind = SegmentKind.TABLE_ROUND,
        tables: int = 3,
        seats: int = 8,
        slug: str = "",
    ) -> int:
        """A forum with a full agenda; a live one stands in the first segment of `kind`. The id."""
        number = next(self._numbers)

        def work(session: Session) -> int:
            forum = Forum(
                slug=slug or f"forum-{number}",
                title_ko="금곡동 가보고 싶은 거리, 어떻게 만들까요?",
                title_en="A street worth going to in Geumgok",
                question_ko="무엇부터 바꾸면 걷고 싶어질까요?",
                question_en="What should change first?",
                summary_ko="이웃이 둘러앉아 이야기하고 끝에 함께 투표합니다. 시의 담당 부서가 답합니다.",
                summary_en="Neighbours talk at tables and vote together. The city answers.",
                place_ko="금곡동 주민센터 3층",
                place_en="Geumgok community centre, 3rd floor",
                ground_rules_ko="한 번에 한 분씩, 2분.",
                ground_rules_en="One at a time, two minutes.",
                starts_at=STARTS,
                held_on=local_date(STARTS),
                tables=tables,
                seats_per_table=seats,
                code="".join(secrets.choice(LETTERS) for _ in range(6)),
                join_token=secrets.token_urlsafe(16),
                state=state,
                created_at=clock.now(),
            )
            session.add(forum)
            for position, one in enumerate(SegmentKind):
                segment = Segment(position=position, kind=one, title_ko=f"순서 {position}", minutes=20)
                segment.title_en, segment.question_ko, segment.question_en = (
                    f"Step {position}",
                    "질문",
                    "Question",
                )
                segment.guidance = [GuidanceLine(position=0, line_ko="“한 분씩 말씀해 주세요.”", seconds=60)]
                forum.segments.append(segment)
            session.flush()
            if state is ForumState.LIVE:
                current = next(segment for segment in forum.segments if segment.kind == kind)
                current.started_at = forum.started_at = clock.now()
                forum.segment_id = current.id
                forum.ends_at = clock.now() + timedelta(minutes=20)
            if state is ForumState.CLOSED:
                forum.started_at, forum.closed_at = clock.now() - timedelta(hours=2), clock.now()
            return forum.id

        return self.place(work)

    def slug(self, forum_id: int) -> str:
        return self.read(lambda session: session.get_one(Forum, forum_id).slug)

    def facilitator(self, forum_id: int, table: int = 1) -> int:
        """A facilitator with a valid certificate, put on a table; the person's id."""
        person_id = self.person(Role.FACILITATOR, scope=forum_id)

        def work(session: Session) -> None:
            days = {"valid_from": date(2026, 1, 1), "valid_to": date(2027, 12, 31)}
            certificate = Certificate(person_id=person_id, number=f"C-{person_id}", issued_by="가온시", **days)
            session.add(certificate)
            session.flush()
            held_on = session.get_one(Forum, forum_id).held_on
            keys = {"forum_id": forum_id, "held_on": held_on, "table_number": table, "person_id": person_id}
            session.add(TableAssignment(certificate_id=certificate.id, **keys, **days))

        self.place(work)
        return person_id

    def seat(self, forum_id: int, table: int = 1, place: int = 1, name: str | None = "순자") -> tuple[int, str]:
        """A taken seat; its id and the token of the browser that holds it."""
        token = secrets.token_urlsafe(16)

        def work(session: Session) -> int:
            seat = Seat(
                forum_id=forum_id,
                code="".join(secrets.choice(LETTERS) for _ in range(6)),
                call_name=name,
                device_hash=token_hash(token),
                receipt_hash=token_hash(secrets.token_urlsafe(16)),
                receipt_code=secrets.token_hex(6).upper(),
                consented_process_at=clock.now(),
                consented_opinions_at=clock.now(),
                taken_at=clock.now(),
            )
            session.add(seat)
            session.flush()
            session.add(Placement(forum_id=forum_id, seat_id=seat.id, table_number=table, place=place))
            return seat.id

        return self.place(work), token

    def proposal(self, forum_id: int, *, table: int = 1, seat_id: int | None = None, text: str = "") -> int:
        """A proposal sent from a phone; its id. Not recorded in the log."""
        number = next(self._numbers)

        def work(session: Session) -> int:
            segment_id = session.get_one(Forum, forum_id).segment_id
            proposal = Proposal(forum_id=forum_id, segment_id=segment_id, table_number=table, seat_id=seat_id)
            proposal.origin, proposal.created_at = ProposalOrigin.PHONE, clock.now()
            words = text or f"시장 앞 횡단보도 초록불을 {number}초 늘려 주세요."
            version = ProposalVersion(number=1, text=words, salt="s", by="seat", at=clock.now())
            proposal.versions = [version]
            session.add(proposal)
            session.flush()
            return proposal.id

        return self.place(work)

    def actor(self, forum_id: int | None, *, person_id: int | None = None, token: str | None = None) -> Actor:
        """The actor that a request of this person and this browser would have."""
        from_cookies = {seat_cookie(forum_id): token} if forum_id and token else {}

        def work(session: Session) -> Actor:
            account = accounts.account(session, person_id) if person_id else None
            return make_actor(session, services(self.app).directory, account, from_cookies, forum_id)

        return self.read(work)

    def browser(self, person_id: int | None = None) -> FlaskClient:
        """A browser, signed in where a person is given."""
        client = self.app.test_client()
        if person_id is not None:
            version = self.read(lambda session: session.get_one(Person, person_id).session_version)
            with client.session_transaction() as session:
                session["_user_id"], session["_fresh"] = f"{person_id}.{version}", True
        return client

    def phone(self, forum_id: int, token: str) -> FlaskClient:
        """The browser that holds a seat."""
        client = self.app.test_client()
        client.set_cookie(seat_cookie(forum_id), token)
        return client
