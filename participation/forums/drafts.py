"""What people decide about a forum and its agenda, in both languages, before it is written down."""

from dataclasses import dataclass
from datetime import datetime

from participation.forums.models import SegmentKind

MOST_SEGMENTS = 40
MOST_LINES = 10


@dataclass(frozen=True)
class ForumFacts:
    """The facts of a forum. An empty `slug` asks for one to be made."""

    slug: str
    title_ko: str
    title_en: str
    question_ko: str
    question_en: str
    summary_ko: str
    summary_en: str
    place_ko: str
    place_en: str
    ground_rules_ko: str
    ground_rules_en: str
    next_steps_ko: str
    next_steps_en: str
    starts_at: datetime
    planned_minutes: int
    tables: int
    seats_per_table: int


@dataclass(frozen=True)
class LineDraft:
    """A line to read aloud and the seconds planned for its step."""

    line_ko: str
    line_en: str
    seconds: int


@dataclass(frozen=True)
class SegmentDraft:
    """One step of the agenda as its author sees it."""

    kind: SegmentKind
    title_ko: str
    title_en: str
    question_ko: str
    question_en: str
    minutes: int
    lines: tuple[LineDraft, ...] = ()
