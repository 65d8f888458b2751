"""Forms of setting a forum up: its facts, a step of its agenda, and the acts on steps."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import StringField
from wtforms.validators import ValidationError

from core.errors import Invalid
from core.forms import HouseForm, choice_field, choices_of, lines_field, number_field, text_field
from core.i18n import say
from participation.forums.drafts import MOST_LINES, ForumFacts, LineDraft, SegmentDraft
from participation.forums.kinds import KINDS
from participation.forums.models import SegmentKind
from participation.forums.ready import ReadyAgenda

TEXTS = tuple(
    f"{name}_{locale}"
    for name in ("title", "question", "summary", "place", "ground_rules", "next_steps")
    for locale in ("ko", "en")
)
KIND_CHOICES = [(kind.value, about.name) for kind, about in KINDS.items()]


class FactsForm(HouseForm):
    """The facts of a forum."""

    title_ko = text_field(say("제목"), 120)
    title_en = text_field(say("제목 (영어)"), 160, required=False)
    question_ko = text_field(say("오늘의 질문"), 200, hint=say("한 문장으로, 답이 여럿일 수 있게"))
    question_en = text_field(say("오늘의 질문 (영어)"), 240, required=False)
    summary_ko = lines_field(say("짧은 소개"), 400, required=False, hint=say("두 문장이면 좋습니다"))
    summary_en = lines_field(say("짧은 소개 (영어)"), 500, required=False)
    place_ko = text_field(say("장소"), 120)
    place_en = text_field(say("장소 (영어)"), 160, required=False)
    day = text_field(say("날짜"), 10)
    at = text_field(say("시작 시각"), 8)
    planned_minutes = number_field(say("계획한 시간"), 30, 480)
    tables = number_field(say("테이블 수"), 1, 200)
    seats_per_table = number_field(say("테이블마다 자리"), 2, 20)
    slug = text_field(
        say("주소에 쓸 말"), 60, required=False, hint=say("영어 소문자, 숫자, 줄표. 비워 두면 정해 드립니다")
    )
    ground_rules_ko = lines_field(say("오늘의 약속"), 1000, required=False, hint=say("한 줄에 하나씩"))
    ground_rules_en = lines_field(say("오늘의 약속 (영어)"), 1200, required=False)
    next_steps_ko = lines_field(say("나온 말은 어떻게 되나"), 1000, required=False)
    next_steps_en = lines_field(say("나온 말은 어떻게 되나 (영어)"), 1200, required=False)

    def validate_day(self, field: StringField) -> None:
        """A day as browsers send it: 2026-12-10."""
        try:
            day = date.fromisoformat(field.data or "")
        except ValueError:
            raise ValidationError(say("날짜를 2026-12-10처럼 적어 주세요.")) from None  # type: ignore[arg-type]
        if not 2000 <= day.year <= 2100:
            raise ValidationError(say("2000년부터 2100년 사이의 날짜를 적어 주세요."))  # type: ignore[arg-type]

    def validate_at(self, field: StringField) -> None:
        """A time of day as browsers send it: 19:00."""
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", field.data or ""):
            raise ValidationError(say("시각을 19:00처럼 적어 주세요."))  # type: ignore[arg-type]

    def starts_at(self, zone: ZoneInfo) -> datetime:
        """The moment of the start, from day and time in the city's zone."""
        clock = time.fromisoformat(self.text_of("at")[:5])
        return datetime.combine(date.fromisoformat(self.text_of("day")), clock, tzinfo=zone)

    def facts(self, zone: ZoneInfo) -> ForumFacts:
        """The facts of a validated form."""
        return ForumFacts(
            **{name: self.text_of(name) for name in TEXTS},
            slug=self.text_of("slug").lower(),
            starts_at=self.starts_at(zone),
            planned_minutes=self.number_of("planned_minutes"),
            tables=self.number_of("tables"),
            seats_per_table=self.number_of("seats_per_table"),
        )


class NewForumForm(FactsForm):
    """A new forum, with the agenda it starts from."""

    ready = choice_field(say("진행표"), [])

    def offer(self, ready: Sequence[ReadyAgenda]) -> "NewForumForm":
        """Offer these agendas, and none."""
        empty = ("", str(say("빈 진행표에서 시작")))
        self.ready.choices = choices_of([*((one.key, one.title) for one in ready), empty])
        return self

    def demand_future(self, today: date) -> None:
        """Raise `Invalid` for a day that is over."""
        if date.fromisoformat(self.text_of("day")) < today:
            message = say("지난 날입니다. 오늘이나 그 뒤의 날짜를 적어 주세요.")
            raise Invalid("day_over", message, {"day": [message]})


class SegmentForm(HouseForm):
    """One step of the agenda with the lines to read aloud; fields `line_0_ko`, `line_0_en`, `line_0_seconds` on."""

    kind = choice_field(say("순서의 종류"), KIND_CHOICES)
    title_ko = text_field(say("순서 이름"), 80)
    title_en = text_field(say("순서 이름 (영어)"), 120, required=False)
    question_ko = text_field(say("이 순서의 질문"), 200, required=False)
    question_en = text_field(say("이 순서의 질문 (영어)"), 240, required=False)
    minutes = number_field(say("시간"), 1, 240)

    def draft(self) -> SegmentDraft:
        """The segment of a validated form; rows without a line are left out."""
        return SegmentDraft(
            kind=SegmentKind(self.text_of("kind")),
            title_ko=self.text_of("title_ko"),
            title_en=self.text_of("title_en"),
            question_ko=self.text_of("question_ko"),
            question_en=self.text_of("question_en"),
            minutes=self.number_of("minutes"),
            lines=tuple(line for n in range(MOST_LINES) if (line := self._line(n)).line_ko),
        )

    def _line(self, number: int) -> LineDraft:
        prefix = f"line_{number}"
        seconds = self.number_or_none(f"{prefix}_seconds") or 0
        return LineDraft(self.text_of(f"{prefix}_ko"), self.text_of(f"{prefix}_en"), seconds)


for _number in range(MOST_LINES):
    setattr(SegmentForm, f"line_{_number}_ko", text_field(say("읽을 말"), 300, required=False))
    setattr(SegmentForm, f"line_{_number}_en", text_field(say("읽을 말 (영어)"), 400, required=False))
    setattr(SegmentForm, f"line_{_number}_seconds", number_field(say("초"), 0, 14400, required=False))


def segment_values(draft: SegmentDraft) -> dict[str, Any]:
    """A draft as the values of the form's fields."""
    names = ("title_ko", "title_en", "question_ko", "question_en", "minutes")
    values: dict[str, Any] = {"kind": draft.kind.value, **{name: getattr(draft, name) for name in names}}
    for number, line in enumerate(draft.lines):
        values[f"line_{number}_ko"], values[f"line_{number}_en"] = line.line_ko, line.line_en
        values[f"line_{number}_seconds"] = line.seconds
    return values


class AddSegmentForm(HouseForm):
    """A new step of a kind."""

    kind = choice_field(say("순서의 종류"), KIND_CHOICES)


class MoveForm(HouseForm):
    """Where a step goes: to a place (0 is the first), or by so many places."""

    place = number_field(say("차례"), 0, 100, required=False)
    by = number_field(say("칸"), -100, 100, required=False)


class MinutesForm(HouseForm):
    """How many minutes more or less."""

    by = number_field(say("시간"), -240, 240)


class ReadyForm(HouseForm):
    """A ready agenda by its key."""

    key = text_field(say("진행표 틀"), 40)
