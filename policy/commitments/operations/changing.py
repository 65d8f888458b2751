"""Changing where a commitment stands: always with a line in its log, and with what that state needs.

A promised day that has passed is never moved. What is told after it is an expected day; it stands beside the
promise, which stays broken.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict
from core.events.log import record
from core.i18n import say
from core.permissions import Actor
from policy.commitments.events import CommitmentChanged
from policy.commitments.models import Commitment, CommitmentEntry
from policy.commitments.operations.finding import active_department, department_and_team, own_commitment, refused
from policy.commitments.states import (
    AWAITING,
    MOST_EXTENSIONS,
    NEEDS_DATE,
    NEEDS_DEPARTMENT,
    NEEDS_EVIDENCE,
    NEEDS_REASON,
    STATE_NAMES,
    CommitmentState,
    ReasonCode,
    date_in_force,
    days_late,
    may_follow,
    one_month_after,
    today,
)


@dataclass(frozen=True)
class Change:
    """The state to come (or the same, for a further note) and what is told with it."""

    state: CommitmentState
    reason_ko: str = ""
    reason_en: str = ""
    reason_code: ReasonCode | None = None
    new_due_on: date | None = None
    evidence: str = ""
    handed_to: str = ""
    department_id: int | None = None
    team: str = ""
    merged_into: int | None = None


def change_state(session: Session, actor: Actor, commitment_id: int, change: Change) -> CommitmentEntry:
    """Add a line to the log and let the commitment stand there.

    Raises `Forbidden`, `Missing`; `Conflict` for a state that cannot follow, a third extension, an extension
    after the day has passed; `Invalid` where a reason, date, evidence or department is missing or cannot be.
    """
    commitment = own_commitment(session, actor, commitment_id)
    before = CommitmentState(commitment.state)
    if not may_follow(change.state, before):
        names = {"before": STATE_NAMES[before], "after": STATE_NAMES[change.state]}
        raise Conflict("cannot_follow", say("‘%(before)s’에서 ‘%(after)s’(으)로는 바꿀 수 없습니다.", **names))
    again = change.state is before and change.new_due_on is None and change.state is not CommitmentState.EXTENDED
    _check_needs(change, again)
    text = _assign(session, commitment, change)
    _merge(session, commitment, change)
    if not again:
        _set_dates(commitment, change, before)
    commitment.state = change.state
    if commitment.expected_on is not None and _late(commitment) == 0:
        commitment.expected_on = None
    commitment.reason_code = change.reason_code or (commitment.reason_code if again else None)
    commitment.reason_ko, commitment.reason_en = change.reason_ko, change.reason_en
    entry = _entry(actor, commitment, change, again)
    if text[0] and not entry.reason_ko:
        entry.reason_ko, entry.reason_en = text
    session.add(entry)
    session.flush()
    record(session, commitment.forum_id, actor.person_key, CommitmentChanged(commitment=commitment.id, entry=entry.id))
    return entry


def _entry(actor: Actor, commitment: Commitment, change: Change, again: bool) -> CommitmentEntry:
    return CommitmentEntry(
        commitment_id=commitment.id,
        state=change.state,
        again=again,
        reason_code=commitment.reason_code,
        reason_ko=change.reason_ko,
        reason_en=change.reason_en,
        new_due_on=change.new_due_on,
        evidence=change.evidence,
        handed_to=change.handed_to,
        at=clock.now(),
        by=actor.person_key,
    )


def _check_needs(change: Change, again: bool) -> None:
    state = change.state
    if (again or state in NEEDS_REASON or state is CommitmentState.NEEDS_INFO) and not change.reason_ko:
        raise refused("reason_ko", say("주민이 읽을 까닭을 적어 주세요."))
    if state is CommitmentState.DECLINED and change.reason_code is None and not again:
        raise refused("reason_code", say("어떤 까닭인지 목록에서 골라 주세요."))
    if state is CommitmentState.TRANSFERRED and not change.handed_to:
        raise refused("handed_to", say("어느 기관으로 넘기는지 적어 주세요."))
    if again:
        return
    if state in NEEDS_DATE and change.new_due_on is None:
        raise refused("new_due_on", say("날짜를 정해 주세요."))
    if state in NEEDS_EVIDENCE and not change.evidence:
        raise refused("evidence", say("확인할 수 있는 사진이나 문서, 주소를 적어 주세요."))
    if change.new_due_on is not None and change.new_due_on < today():
        raise refused("new_due_on", say("오늘이나 그 뒤의 날짜를 적어 주세요."))


def _assign(session: Session, commitment: Commitment, change: Change) -> tuple[str, str]:
    """Hand it to a department where one is named; how that is written, empty where it stays where it is."""
    if change.department_id is not None:
        department = active_department(session, change.department_id, change.team)
        commitment.department_id, commitment.team = department.id, change.team
        return department_and_team(department, change.team)
    if change.state in NEEDS_DEPARTMENT and commitment.department_id is None:
        raise refused("department", say("담당 부서를 골라 주세요."))
    return "", ""


def _merge(session: Session, commitment: Commitment, change: Change) -> None:
    if change.state is not CommitmentState.MERGED:
        commitment.merged_into_id = None
        return
    if change.merged_into is None and commitment.merged_into_id is not None:
        return
    wanted = select(Commitment).where(Commitment.number == (change.merged_into or 0))
    target = session.scalars(wanted).one_or_none()
    if target is None or target.id == commitment.id or target.state == CommitmentState.MERGED:
        raise refused("merged_into", say("함께 다룰 과제의 번호를 적어 주세요. 이미 병합한 과제에는 더할 수 없습니다."))
    if session.scalars(select(Commitment.id).where(Commitment.merged_into_id == commitment.id).limit(1)).first():
        raise refused("merged_into", say("다른 과제를 이미 모은 과제입니다. 그 과제를 먼저 재검토로 돌려 주세요."))
    commitment.merged_into_id = target.id


def _late(commitment: Commitment) -> int:
    state = CommitmentState(commitment.state)
    due = date_in_force(state, commitment.answer_due_on, commitment.answered_on, commitment.due_on)
    return days_late(due, today())


def _set_dates(commitment: Commitment, change: Change, before: CommitmentState) -> None:
    state, day, new = change.state, today(), change.new_due_on
    if before is CommitmentState.NEEDS_INFO and state is not before:
        paused = day - (commitment.paused_on or day)
        commitment.answer_due_on += paused
        commitment.paused_on = None
    if state is CommitmentState.NEEDS_INFO:
        commitment.paused_on = commitment.paused_on or day
    elif state is CommitmentState.EXTENDED and new is not None:
        _extend(commitment, new)
    elif state is CommitmentState.DELAYED and new is not None:
        _delay(commitment, new)
    elif state in NEEDS_DATE and state is not before:
        commitment.due_on = new
    elif new is not None:
        _expect(commitment, new)
    if state is CommitmentState.REOPENED and before is not CommitmentState.REOPENED:
        commitment.answer_due_on, commitment.extensions = one_month_after(day), 0
        commitment.answered_on = commitment.due_on = None
    commitment.done_on = (commitment.done_on or day) if state is CommitmentState.DONE else None


def _extend(commitment: Commitment, new: date) -> None:
    if commitment.extensions >= MOST_EXTENSIONS:
        raise Conflict("extended_twice", say("기한은 두 번까지 늘릴 수 있습니다. 지금까지 살핀 것을 먼저 알려 주세요."))
    if days_late(commitment.answer_due_on, today()):
        message = say("기한이 이미 지나 늘릴 수 없습니다. 지금 상태에서 까닭과 새 예정일을 알려 주세요.")
        raise Conflict("already_late", message)
    if new <= commitment.answer_due_on:
        raise refused("new_due_on", say("지금 기한보다 뒤의 날짜를 적어 주세요."))
    commitment.answer_due_on = new
    commitment.extensions += 1


def _delay(commitment: Commitment, new: date) -> None:
    if commitment.due_on is None or new <= commitment.due_on:
        raise refused("new_due_on", say("지금 기한보다 뒤의 날짜를 적어 주세요."))
    if days_late(commitment.due_on, today()):
        commitment.expected_on = new
    else:
        commitment.due_on = new


def _expect(commitment: Commitment, new: date) -> None:
    if _late(commitment) == 0:
        waiting = CommitmentState(commitment.state) in AWAITING
        message = (
            say("기한이 아직 남아 있습니다. 늦어질 것 같으면 ‘기한 연장’으로 알려 주세요.")
            if waiting
            else say("기한이 아직 남아 있습니다. 늦어질 것 같으면 ‘지연’으로 알려 주세요.")
        )
        raise refused("new_due_on", message)
    commitment.expected_on = new
