"""The five ready questions, asked before and after, and the words of the scale."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.i18n import in_language
from participation.surveys.models import QuestionKind

FILE = Path(__file__).parent / "content" / "survey.json"


@dataclass(frozen=True)
class Question:
    """A question as pages show it, and in both languages for those who write it."""

    position: int
    kind: QuestionKind
    question_ko: str
    question_en: str

    @property
    def text(self) -> str:
        return in_language(self.question_ko, self.question_en)


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return content


def ready_questions() -> tuple[Question, ...]:
    """The questions of a forum that has none of its own."""
    found = enumerate(_content()["questions"], start=1)
    return tuple(Question(at, QuestionKind.SCALE, one["question_ko"], one["question_en"]) for at, one in found)


def intro() -> str:
    """What is said above the questions."""
    return in_language(_content()["intro_ko"], _content()["intro_en"])


def scale_words() -> list[str]:
    """What 1 to 5 mean."""
    return [in_language(ko, en) for ko, en in zip(_content()["scale_ko"], _content()["scale_en"], strict=True)]
