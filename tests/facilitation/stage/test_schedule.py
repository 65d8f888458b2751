"""The arithmetic of the run sheet: what is planned, what was real, what is expected, and what makes it fit."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from facilitation.stage.schedule import Progress, RunSheet, run_sheet
from participation.forums.models import ForumState, SegmentKind
from participation.forums.queries import ForumView, SegmentView

SEVEN = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
AGENDA = (
    (SegmentKind.WELCOME, 10),
    (SegmentKind.TABLE_ROUND, 40),
    (SegmentKind.THEME_CHECK, 6),
    (SegmentKind.PLENARY_BALLOT, 10),
    (SegmentKind.SURVEY, 5),
)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def segments(*agenda: tuple[SegmentKind, int]) -> tuple[SegmentView, ...]:
    at, found = SEVEN, []
    for position, (kind, length) in enumerate(agenda):
        view = SegmentView(position + 1, position, kind, f"순서 {position}", "", length, (), at, None, None, None)
        found.append(view)
        at += minutes(length)
    return tuple(found)


def evening(now_in: int | None, began: float = 0, left: float | None = None, **more: object) -> ForumView:
    """The forum in the step of this number, begun so many minutes after seven, with so many minutes left."""
    planned = segments(*AGENDA)
    steps = []
    for step in planned:
        if now_in is not None and step.position < now_in:
            step = replace(step, started_at=step.planned_at, ended_at=step.planned_at)
        if step.position == now_in:
            step = replace(step, started_at=SEVEN + minutes(began))
        steps.append(step)
    current = steps[now_in] if now_in is not None else None
    ends = SEVEN + minutes(began + (left if left is not None else current.minutes)) if current else None
    facts: dict[str, object] = {
        "state": ForumState.LIVE if current else ForumState.ANNOUNCED,
        "starts_at": SEVEN,
        "held_on": SEVEN.date(),
        "planned_minutes": 71,
        "segment": current,
        "segments": tuple(steps),
        "ends_at": ends,
        **dict.fromkeys(("started_at", "closed_at", "seconds_left")),
    }
    names = ("slug", "title", "question", "summary", "place", "ground_rules", "next_steps", "code", "join_token")
    facts |= {**dict.fromkeys(names, ""), "id": 1, "tables": 3, "seats_per_table": 8, **more}
    return ForumView(**facts)  # type: ignore[arg-type]


def ends(sheet: RunSheet) -> float:
    return (sheet.expected_end - SEVEN) / minutes(1)


def test_before_the_start_everything_is_expected_as_planned() -> None:
    sheet = run_sheet(evening(None), SEVEN - minutes(30))
    assert [item.progress for item in sheet.items] == [Progress.NEXT] * 5
    assert [item.late for item in sheet.items] == [0] * 5
    assert (ends(sheet), sheet.over, sheet.shortening) == (71, 0, None)


def test_a_late_start_moves_everything() -> None:
    sheet = run_sheet(evening(None), SEVEN + minutes(4))
    assert [item.late for item in sheet.items] == [4] * 5
    assert (ends(sheet), sheet.over) == (75, 4)


def test_expected_times_come_from_the_real_start_of_the_present_step() -> None:
    sheet = run_sheet(evening(1, began=12), SEVEN + minutes(20))
    assert [item.progress for item in sheet.items] == [Progress.PAST, Progress.NOW, *[Progress.NEXT] * 3]
    assert [item.late for item in sheet.items] == [0, 2, 2, 2, 2]
    assert sheet.items[2].begins_at == SEVEN + minutes(52)
    assert (ends(sheet), sheet.over) == (73, 2)


def test_the_survey_gives_the_minutes_first() -> None:
    cut = run_sheet(evening(1, began=12), SEVEN + minutes(20)).shortening
    assert cut is not None
    assert (cut.segment.kind, cut.segment.minutes, cut.minutes) == (SegmentKind.SURVEY, 5, 3)


def test_a_step_gives_at_most_half_of_itself() -> None:
    cut = run_sheet(evening(1, began=13), SEVEN + minutes(20)).shortening
    assert cut is not None
    assert (cut.segment.kind, cut.minutes) == (SegmentKind.THEME_CHECK, 3)


def test_nothing_is_proposed_where_no_single_step_is_enough() -> None:
    sheet = run_sheet(evening(1, began=30), SEVEN + minutes(31))
    assert (sheet.over, sheet.shortening) == (20, None)


def test_an_extended_step_counts_with_what_is_left_of_it() -> None:
    assert ends(run_sheet(evening(1, began=10, left=44), SEVEN + minutes(20))) == 75


def test_a_step_that_ran_over_pushes_the_rest_minute_by_minute() -> None:
    sheet = run_sheet(evening(1, began=10), SEVEN + minutes(53))
    assert (ends(sheet), sheet.over) == (74, 3)


def test_a_paused_clock_counts_from_now() -> None:
    forum = evening(1, began=10, seconds_left=600, ends_at=None)
    assert ends(run_sheet(forum, SEVEN + minutes(45))) == 76


def test_a_step_that_was_passed_over_is_said_to_be_skipped() -> None:
    forum = evening(3, began=50)
    steps = tuple(replace(step, started_at=None) if step.position == 2 else step for step in forum.segments)
    sheet = run_sheet(replace(forum, segments=steps), SEVEN + minutes(50))
    assert sheet.items[2].progress is Progress.SKIPPED
    assert sheet.items[4].late == -6


def test_going_back_makes_later_steps_expected_again() -> None:
    forum = evening(1, began=60)
    steps = tuple(
        replace(step, started_at=SEVEN + minutes(50)) if step.position == 2 else step for step in forum.segments
    )
    sheet = run_sheet(replace(forum, segments=steps), SEVEN + minutes(60))
    assert (sheet.items[2].progress, sheet.items[2].begins_at) == (Progress.NEXT, SEVEN + minutes(100))


def test_a_closed_evening_ended_when_it_ended() -> None:
    forum = evening(None, state=ForumState.CLOSED, closed_at=SEVEN + minutes(80))
    sheet = run_sheet(forum, SEVEN + minutes(500))
    assert (ends(sheet), sheet.shortening) == (80, None)
