"""How days are counted, and what may follow what."""

from datetime import UTC, date, datetime

import pytest

from core import clock
from policy.commitments.states import (
    FOLLOWING,
    CommitmentState,
    date_in_force,
    days_late,
    may_follow,
    one_month_after,
    today,
)

S = CommitmentState


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 12, 4), date(2027, 1, 4)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2026, 1, 30), date(2026, 2, 28)),
        (date(2026, 2, 28), date(2026, 3, 31)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 11, 30), date(2026, 12, 31)),
        (date(2026, 12, 31), date(2027, 1, 31)),
    ],
)
def test_a_month_is_one_of_the_calendar(received: date, due: date) -> None:
    assert one_month_after(received) == due


def test_today_is_the_day_in_the_city_and_not_in_london() -> None:
    with clock.frozen(datetime(2026, 11, 26, 15, 0, tzinfo=UTC)):
        assert today() == date(2026, 11, 27)


def test_every_state_leads_somewhere_and_what_ended_can_be_reopened() -> None:
    assert set(FOLLOWING) == set(S)
    for ended in (S.DECLINED, S.DONE, S.ALREADY, S.TRANSFERRED, S.MERGED):
        assert FOLLOWING[ended] == {S.REOPENED}


def test_staying_is_a_further_note_and_skipping_the_decision_is_not_allowed() -> None:
    assert may_follow(S.REVIEWING, S.REVIEWING)
    assert not may_follow(S.DONE, S.REVIEWING)
    assert not may_follow(S.IN_PROGRESS, S.ASSIGNED)


def test_the_answer_is_due_until_it_is_given_and_then_the_work() -> None:
    answer, work = date(2027, 1, 4), date(2027, 3, 20)
    assert date_in_force(S.ADOPTED, answer, None, work) == answer
    assert date_in_force(S.ADOPTED, answer, date(2026, 12, 29), work) == work
    assert date_in_force(S.DECLINED, answer, None, None) == answer
    assert date_in_force(S.DONE, answer, date(2026, 12, 29), work) is None
    assert date_in_force(S.NEEDS_INFO, answer, None, None) is None
    assert date_in_force(S.TRANSFERRED, answer, None, None) is None


def test_the_due_day_itself_is_in_time() -> None:
    assert days_late(date(2027, 1, 4), date(2027, 1, 4)) == 0
    assert days_late(date(2027, 1, 4), date(2027, 1, 9)) == 5
    assert days_late(None, date(2027, 1, 9)) == 0
