"""What the room thought of the evening, in counts: only where at least five people answered a question."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from participation.forums.queries import ForumView
from participation.surveys.models import QuestionKind
from participation.surveys.queries import answers

AGREES = 4


@dataclass(frozen=True)
class Asked:
    """One question in one step of the agenda: how many answered, how many of them with yes or very much."""

    step: str
    answered: int
    agreed: int


@dataclass(frozen=True)
class SurveyLine:
    """A question with every time it was asked, in the order of the evening."""

    question: str
    asked: tuple[Asked, ...]


def survey_lines(session: Session, forum: ForumView) -> tuple[SurveyLine, ...]:
    """The questions on the scale. Words of one's own are for those who prepare the next forum, not for here."""
    steps = {segment.id: segment for segment in forum.segments}
    found: dict[int, tuple[str, list[Asked]]] = {}
    given = [one for one in answers(session, forum.id) if one.segment_id in steps]
    for one in sorted(given, key=lambda one: (one.question.position, steps[one.segment_id].position)):
        if one.question.kind is QuestionKind.SCALE:
            line = found.setdefault(one.question.position, (one.question.text, []))
            line[1].append(Asked(steps[one.segment_id].title, one.n, sum(one.counts[AGREES - 1 :])))
    return tuple(SurveyLine(text, tuple(asked)) for text, asked in found.values())
