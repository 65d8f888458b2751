"""The states of a commitment: what follows what, what each one needs, and how its days are counted."""

import calendar
from datetime import date, timedelta
from enum import StrEnum

from core import clock
from core.i18n import Message, say
from core.i18n.dates import local_date

MOST_EXTENSIONS = 2


class CommitmentState(StrEnum):
    """Where a commitment stands."""

    RECEIVED = "received"
    NEEDS_INFO = "needs_info"
    ASSIGNED = "assigned"
    REVIEWING = "reviewing"
    EXTENDED = "extended"
    TRANSFERRED = "transferred"
    MERGED = "merged"
    ADOPTED = "adopted"
    PARTLY = "partly"
    DECLINED = "declined"
    IN_PROGRESS = "in_progress"
    DELAYED = "delayed"
    DONE = "done"
    ALREADY = "already"
    REOPENED = "reopened"


class ReasonCode(StrEnum):
    """Why something is not done, or not in time."""

    LAW = "law"
    BUDGET = "budget"
    JURISDICTION = "jurisdiction"
    DUPLICATE = "duplicate"
    FEASIBILITY = "feasibility"
    POLICY = "policy"
    FACT = "fact"


S = CommitmentState
AWAITING = (S.RECEIVED, S.NEEDS_INFO, S.ASSIGNED, S.REVIEWING, S.EXTENDED, S.REOPENED)
WORKING = (S.ADOPTED, S.PARTLY, S.IN_PROGRESS, S.DELAYED)
HANDED_ON = (S.TRANSFERRED, S.MERGED)
ENDED = (S.TRANSFERRED, S.MERGED, S.DECLINED, S.DONE, S.ALREADY)
NEEDS_REASON = (S.DECLINED, S.PARTLY, S.DELAYED, S.EXTENDED, S.TRANSFERRED)
NEEDS_DATE = (S.NEEDS_INFO, S.EXTENDED, S.ADOPTED, S.PARTLY, S.DELAYED)
NEEDS_EVIDENCE = (S.DONE, S.ALREADY)
NEEDS_PLAN = (S.ADOPTED, S.PARTLY, S.IN_PROGRESS, S.DELAYED, S.DONE)
NEEDS_DEPARTMENT = tuple(s for s in S if s not in (S.RECEIVED, S.NEEDS_INFO, *HANDED_ON))

_DECISIONS = frozenset({S.TRANSFERRED, S.MERGED, S.ADOPTED, S.PARTLY, S.DECLINED, S.ALREADY})
_REVIEW = frozenset({S.NEEDS_INFO, S.ASSIGNED, S.REVIEWING, S.EXTENDED}) | _DECISIONS
FOLLOWING: dict[CommitmentState, frozenset[CommitmentState]] = {
    S.RECEIVED: frozenset({S.NEEDS_INFO, S.ASSIGNED, S.TRANSFERRED, S.MERGED}),
    S.NEEDS_INFO: frozenset({S.RECEIVED, S.ASSIGNED, S.REVIEWING, S.TRANSFERRED, S.MERGED, S.DECLINED}),
    S.ASSIGNED: _REVIEW,
    S.REVIEWING: _REVIEW,
    S.EXTENDED: _REVIEW,
    S.REOPENED: _REVIEW,
    S.ADOPTED: frozenset({S.IN_PROGRESS, S.DELAYED, S.DONE}),
    S.PARTLY: frozenset({S.IN_PROGRESS, S.DELAYED, S.DONE}),
    S.IN_PROGRESS: frozenset({S.DELAYED, S.DONE}),
    S.DELAYED: frozenset({S.IN_PROGRESS, S.DONE}),
    **{ended: frozenset({S.REOPENED}) for ended in ENDED},
}

STATE_NAMES: dict[CommitmentState, Message] = {
    S.RECEIVED: say("접수"),
    S.NEEDS_INFO: say("보완 요청"),
    S.ASSIGNED: say("부서 배정"),
    S.REVIEWING: say("검토 중"),
    S.EXTENDED: say("기한 연장"),
    S.TRANSFERRED: say("다른 기관 이송"),
    S.MERGED: say("병합"),
    S.ADOPTED: say("채택"),
    S.PARTLY: say("일부 채택"),
    S.DECLINED: say("미채택"),
    S.IN_PROGRESS: say("추진 중"),
    S.DELAYED: say("지연"),
    S.DONE: say("완료"),
    S.ALREADY: say("이미 시행 중"),
    S.REOPENED: say("재검토"),
}
REASON_NAMES: dict[ReasonCode, Message] = {
    ReasonCode.LAW: say("법·제도"),
    ReasonCode.BUDGET: say("예산"),
    ReasonCode.JURISDICTION: say("관할"),
    ReasonCode.DUPLICATE: say("중복"),
    ReasonCode.FEASIBILITY: say("실현성"),
    ReasonCode.POLICY: say("정책 방향이 다름"),
    ReasonCode.FACT: say("사실과 다름"),
}


def may_follow(state: CommitmentState, before: CommitmentState) -> bool:
    """Whether `state` may come after `before`; staying is allowed, as a further note."""
    return state is before or state in FOLLOWING[before]


def today() -> date:
    """The city's calendar day."""
    return local_date(clock.now())


def one_month_after(day: date) -> date:
    """The last day of a month that begins on the day after `day` (the first day does not count).

    Civil Act, articles 157 and 160: it ends on the eve of the day of that number in the next month, or on the
    last day of the month where there is none.
    """
    start = day + timedelta(days=1)
    year, month = (start.year, start.month + 1) if start.month < 12 else (start.year + 1, 1)
    last = calendar.monthrange(year, month)[1]
    if start.day > last:
        return date(year, month, last)
    return date(year, month, start.day) - timedelta(days=1)


def date_in_force(
    state: CommitmentState, answer_due_on: date, answered_on: date | None, due_on: date | None
) -> date | None:
    """The day the next step is due: the answer until one was given, then completion; None where nothing is due."""
    if state in (S.NEEDS_INFO, *HANDED_ON):
        return None
    if answered_on is None:
        return answer_due_on
    return due_on if state in WORKING else None


def days_late(due: date | None, on: date) -> int:
    """How many days past its due date something is; 0 where it is not."""
    return max(0, (on - due).days) if due is not None else 0
