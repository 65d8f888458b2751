"""Commitments as pages show them, with their log, their answers and what residents said of those."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from core.i18n import in_language
from core.i18n.dates import local_date
from participation.forums.models import Forum
from policy.commitments.models import Commitment, CommitmentEntry, OfficialResponse, ResponseFeedback
from policy.commitments.queries.departments import DepartmentView, department_view
from policy.commitments.states import (
    AWAITING,
    ENDED,
    REASON_NAMES,
    STATE_NAMES,
    WORKING,
    CommitmentState,
    ReasonCode,
    date_in_force,
    days_late,
    today,
)

ENOUGH_READERS = 5
"""What residents said of an answer is summed up only where at least so many did."""


@dataclass(frozen=True)
class CommitmentView:
    """A commitment in the reader's language. `late` counts the days past the date in force, 0 where it is not;
    `written` are its texts by field."""

    id: int
    number: int
    forum_id: int
    forum_slug: str
    forum_title: str
    held_on: date
    theme_id: int | None
    title: str
    text: str
    written: dict[str, str]
    state: CommitmentState
    department: DepartmentView | None
    team: str
    reason_code: ReasonCode | None
    reason: str
    received_on: date
    answer_due_on: date
    answered_on: date | None
    due_on: date | None
    done_on: date | None
    expected_on: date | None
    merged_into_id: int | None
    created_at: datetime
    due: date | None
    late: int

    @property
    def where(self) -> str:
        """Department and team as they are written in public."""
        if self.department is None:
            return ""
        team = self.department.team_name(self.team)
        name = self.department.name
        return in_language(f"{name} {team}".strip(), f"{team}, {name}" if team else name)

    @property
    def state_name(self) -> str:
        return str(STATE_NAMES[self.state])

    @property
    def reason_name(self) -> str:
        """The kind of reason in words, empty where none was named."""
        return str(REASON_NAMES[self.reason_code]) if self.reason_code else ""

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED

    @property
    def is_working(self) -> bool:
        return self.state in WORKING

    @property
    def days_before(self) -> int | None:
        """How many days before its due date the answer came; negative where it was late, None without answer."""
        return (self.answer_due_on - self.answered_on).days if self.answered_on else None


@dataclass(frozen=True)
class EntryView:
    """One line of the log."""

    state: CommitmentState
    reason_code: ReasonCode | None
    text: str
    new_due_on: date | None
    evidence: str
    handed_to: str
    at: datetime

    @property
    def state_name(self) -> str:
        return str(STATE_NAMES[self.state])

    @property
    def reason_name(self) -> str:
        """The kind of reason in words, empty where none was named."""
        return str(REASON_NAMES[self.reason_code]) if self.reason_code else ""


@dataclass(frozen=True)
class ResponseView:
    """What the city said. `corrected` once a later row puts it right; counts only where enough people spoke."""

    id: int
    decision: CommitmentState
    text: str
    phone: str
    at: datetime
    corrects_id: int | None
    corrected: bool
    said: int
    enough: int

    @property
    def day(self) -> date:
        return local_date(self.at)

    @property
    def state_name(self) -> str:
        """The decision in words; an answer before it is one in between."""
        return str(STATE_NAMES[self.decision])

    @property
    def is_interim(self) -> bool:
        return self.decision in AWAITING

    @property
    def is_told(self) -> bool:
        """Whether enough people said what they think for it to be told."""
        return self.said >= ENOUGH_READERS


def _view(row: Commitment, forum: Forum, on: date) -> CommitmentView:
    state = CommitmentState(row.state)
    due = date_in_force(state, row.answer_due_on, row.answered_on, row.due_on)
    return CommitmentView(
        id=row.id,
        number=row.number,
        forum_id=row.forum_id,
        forum_slug=forum.slug,
        forum_title=in_language(forum.title_ko, forum.title_en),
        held_on=forum.held_on,
        theme_id=row.theme_id,
        title=in_language(row.title_ko, row.title_en),
        text=in_language(row.text_ko, row.text_en),
        written={
            "title_ko": row.title_ko,
            "title_en": row.title_en,
            "text_ko": row.text_ko,
            "text_en": row.text_en,
        },
        state=state,
        department=department_view(row.department) if row.department else None,
        team=row.team,
        reason_code=ReasonCode(row.reason_code) if row.reason_code else None,
        reason=in_language(row.reason_ko, row.reason_en),
        received_on=row.received_on,
        answer_due_on=row.answer_due_on,
        answered_on=row.answered_on,
        due_on=row.due_on,
        done_on=row.done_on,
        expected_on=row.expected_on,
        merged_into_id=row.merged_into_id,
        created_at=row.created_at,
        due=due,
        late=days_late(due, on),
    )


def commitment_views(session: Session, *conditions: ColumnElement[bool]) -> list[CommitmentView]:
    """The commitments that fulfil SQL conditions, by number: one query."""
    wanted = (
        select(Commitment, Forum)
        .join(Forum, Forum.id == Commitment.forum_id)
        .options(joinedload(Commitment.department))
        .where(*conditions)
        .order_by(Commitment.number)
    )
    on = today()
    return [_view(row, forum, on) for row, forum in session.execute(wanted)]


def commitment_by_number(session: Session, number: int) -> CommitmentView | None:
    """The commitment behind a public address, or None."""
    return next(iter(commitment_views(session, Commitment.number == number)), None)


def commitment_by_id(session: Session, commitment_id: int) -> CommitmentView | None:
    """One commitment, or None."""
    return next(iter(commitment_views(session, Commitment.id == commitment_id)), None)


def commitments_of_forum(session: Session, forum_id: int) -> list[CommitmentView]:
    """What came out of a forum, by number."""
    return commitment_views(session, Commitment.forum_id == forum_id)


def entries_of(session: Session, commitment_id: int) -> list[EntryView]:
    """The log, the newest line first."""
    wanted = select(CommitmentEntry).where(CommitmentEntry.commitment_id == commitment_id)
    return [
        EntryView(
            state=CommitmentState(row.state),
            reason_code=ReasonCode(row.reason_code) if row.reason_code else None,
            text=in_language(row.reason_ko, row.reason_en),
            new_due_on=row.new_due_on,
            evidence=row.evidence,
            handed_to=row.handed_to,
            at=row.at,
        )
        for row in session.scalars(wanted.order_by(CommitmentEntry.id.desc()))
    ]


def responses_of(session: Session, commitment_ids: Sequence[int]) -> dict[int, list[ResponseView]]:
    """The answers by commitment, the newest first, with what residents said of them: two queries."""
    wanted = select(OfficialResponse).where(OfficialResponse.commitment_id.in_(commitment_ids))
    rows = list(session.scalars(wanted.order_by(OfficialResponse.id.desc())))
    said = _said(session, [row.id for row in rows])
    corrected = {row.corrects_id for row in rows}
    found: dict[int, list[ResponseView]] = {number: [] for number in commitment_ids}
    for row in rows:
        view = ResponseView(
            id=row.id,
            decision=CommitmentState(row.decision),
            text=in_language(row.text_ko, row.text_en),
            phone=row.phone,
            at=row.at,
            corrects_id=row.corrects_id,
            corrected=row.id in corrected,
            said=sum(said.get(row.id, {}).values()),
            enough=said.get(row.id, {}).get(True, 0),
        )
        found[row.commitment_id].append(view)
    return found


def _said(session: Session, response_ids: Sequence[int]) -> dict[int, dict[bool, int]]:
    said: dict[int, dict[bool, int]] = {}
    wanted = (
        select(ResponseFeedback.response_id, ResponseFeedback.enough, func.count())
        .where(ResponseFeedback.response_id.in_(response_ids))
        .group_by(ResponseFeedback.response_id, ResponseFeedback.enough)
    )
    for response_id, enough, number in session.execute(wanted):
        said.setdefault(response_id, {})[bool(enough)] = int(number)
    return said


def feedback_of_seat(session: Session, seat_id: int) -> dict[int, tuple[bool, str]]:
    """What the holder of a receipt said of each answer: enough or not, and the question."""
    rows = session.scalars(select(ResponseFeedback).where(ResponseFeedback.seat_id == seat_id))
    return {row.response_id: (row.enough, row.question) for row in rows}


def questions_asked(session: Session, commitment_id: int, limit: int = 100) -> list[tuple[datetime, str]]:
    """What residents want to ask further, the newest first, for those who answer."""
    wanted = (
        select(ResponseFeedback.at, ResponseFeedback.question)
        .join(OfficialResponse, OfficialResponse.id == ResponseFeedback.response_id)
        .where(OfficialResponse.commitment_id == commitment_id, ~ResponseFeedback.enough)
        .order_by(ResponseFeedback.at.desc())
        .limit(limit)
    )
    return [(at, question) for at, question in session.execute(wanted)]
