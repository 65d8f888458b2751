"""The arithmetic of the run sheet: planned, real and expected times, and what would make the evening fit."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from participation.forums.models import SegmentKind
from participation.forums.queries import ForumView, SegmentView

LEAST_SHARE = 0.5
LEAST_MINUTES = 2
# Where time is taken first: what the room misses least. A round at the tables comes last.
SPARED = (
    SegmentKind.SURVEY,
    SegmentKind.BREAK,
    SegmentKind.WELCOME,
    SegmentKind.BRIEFING,
    SegmentKind.OPEN_MICROPHONE,
    SegmentKind.SHARE_BACK,
    SegmentKind.THEME_CHECK,
    SegmentKind.PLENARY_BALLOT,
    SegmentKind.TABLE_ROUND,
)


class Progress(StrEnum):
    """Where a step stands."""

    PAST = "past"
    SKIPPED = "skipped"
    NOW = "now"
    NEXT = "next"


@dataclass(frozen=True)
class RunItem:
    """One line of the run sheet. `begins_at` is real where it began, else expected; `late` in minutes, or early below 0."""

    segment: SegmentView
    progress: Progress
    begins_at: datetime
    late: int


@dataclass(frozen=True)
class Shortening:
    """One later step whose shortening alone makes the evening end as planned."""

    segment: SegmentView
    minutes: int


@dataclass(frozen=True)
class RunSheet:
    """The evening as it stands. `over` are the minutes by which the expected end lies behind the planned one."""

    items: tuple[RunItem, ...]
    planned_end: datetime
    expected_end: datetime
    over: int
    shortening: Shortening | None


def run_sheet(forum: ForumView, now: datetime) -> RunSheet:
    """The run sheet at a moment: expected times from the real start of the present step and what is left of it."""
    at = present_end(forum, now)
    items: list[RunItem] = []
    for segment in forum.segments:
        progress = _progress(forum, segment)
        if progress is Progress.NEXT:
            begins, at = at, at + timedelta(minutes=segment.minutes)
        else:
            begins = segment.started_at or segment.planned_at
        items.append(RunItem(segment, progress, begins, _minutes(begins - segment.planned_at)))
    planned_end = forum.starts_at + timedelta(minutes=forum.planned_minutes)
    expected_end = forum.closed_at or at
    over = max(0, _minutes(expected_end - planned_end))
    shortening = None if forum.is_closed or not over else _shortening(forum, items, over)
    return RunSheet(tuple(items), planned_end, expected_end, over, shortening)


def present_end(forum: ForumView, now: datetime) -> datetime:
    """When the present step is expected to end; before the start, when the evening is expected to begin."""
    if forum.segment is None:
        return max(forum.starts_at, now)
    if forum.seconds_left is not None:
        return now + timedelta(seconds=forum.seconds_left)
    return max(forum.ends_at or now, now)


def _minutes(span: timedelta) -> int:
    return math.floor(span.total_seconds() / 60 + 0.5)


def _progress(forum: ForumView, segment: SegmentView) -> Progress:
    if forum.segment is not None and segment.id == forum.segment.id:
        return Progress.NOW
    is_over = forum.is_closed or (forum.segment is not None and segment.position < forum.segment.position)
    if not is_over:
        return Progress.NEXT
    return Progress.PAST if segment.started_at else Progress.SKIPPED


def _shortening(forum: ForumView, items: list[RunItem], over: int) -> Shortening | None:
    """Of the later steps that can give `over` minutes, the one that is missed least; of equals the last."""
    found: list[tuple[int, int, Shortening]] = []
    for item in items:
        left = item.segment.minutes - over
        least = max(LEAST_MINUTES, math.ceil(item.segment.minutes * LEAST_SHARE))
        if item.progress is Progress.NEXT and left >= least:
            rank = SPARED.index(item.segment.kind)
            found.append((rank, -item.segment.position, Shortening(item.segment, left)))
    return min(found, key=lambda one: one[:2])[2] if found else None
