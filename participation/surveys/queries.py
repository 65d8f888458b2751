"""Reading surveys: the questions, who has answered, and counts where enough did."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.events.known import known
from participation.surveys.models import QuestionKind, SurveyAnswer, SurveyDone, SurveyQuestion
from participation.surveys.ready import Question, ready_questions

FEWEST = 5


def questions(session: Session, forum_id: int) -> tuple[Question, ...]:
    """What a forum asks: its own questions, else the ready ones."""
    wanted = select(SurveyQuestion).where(SurveyQuestion.forum_id == forum_id).order_by(SurveyQuestion.position)
    own = tuple(
        Question(row.position, QuestionKind(row.kind), row.question_ko, row.question_en)
        for row in session.scalars(wanted)
    )
    return own or ready_questions()


def is_done(session: Session, segment_id: int, seat_id: int) -> bool:
    """Whether a seat has answered in this segment."""
    return session.get(SurveyDone, (segment_id, seat_id)) is not None


def segments_done(session: Session, forum_id: int, seat_id: int) -> tuple[int, ...]:
    """The segments in which a seat has answered."""

    def read() -> tuple[int, ...]:
        wanted = select(SurveyDone.segment_id).where(SurveyDone.seat_id == seat_id).order_by(SurveyDone.segment_id)
        return tuple(session.scalars(wanted))

    return known(session, forum_id, (f"seat:{seat_id}",), ("surveys done", seat_id), read)


def has_answers(session: Session, forum_id: int) -> bool:
    """Whether anyone has answered."""
    wanted = select(SurveyAnswer.id).where(SurveyAnswer.forum_id == forum_id)
    return session.scalars(wanted.limit(1)).first() is not None


def count_answered(session: Session, segment_id: int) -> int:
    """How many seats have answered in a segment."""
    wanted = select(func.count()).select_from(SurveyDone).where(SurveyDone.segment_id == segment_id)
    return session.scalar(wanted) or 0


@dataclass(frozen=True)
class Answers:
    """What was answered to one question in one segment; `counts` by 1 to 5, or `texts`, the shortest first."""

    segment_id: int
    question: Question
    n: int
    counts: tuple[int, ...]
    texts: tuple[str, ...]

    @property
    def mean(self) -> float | None:
        """The mean of the scale from 1 to 5; None for words."""
        if self.question.kind is not QuestionKind.SCALE or not self.n:
            return None
        return sum(value * number for value, number in enumerate(self.counts, start=1)) / self.n


def answers(session: Session, forum_id: int) -> list[Answers]:
    """What was answered, by segment and question, only where at least five people answered that question."""
    given: defaultdict[tuple[int, int], list[SurveyAnswer]] = defaultdict(list)
    for row in session.scalars(select(SurveyAnswer).where(SurveyAnswer.forum_id == forum_id)):
        given[(row.segment_id, row.position)].append(row)
    asked = {question.position: question for question in questions(session, forum_id)}
    return [
        _answers(segment_id, asked[position], rows)
        for (segment_id, position), rows in sorted(given.items())
        if len(rows) >= FEWEST and position in asked
    ]


def _answers(segment_id: int, question: Question, rows: list[SurveyAnswer]) -> Answers:
    by_value = Counter(row.value for row in rows)
    texts = sorted((row.text for row in rows if row.text), key=lambda text: (len(text), text))
    counts = tuple(by_value.get(value, 0) for value in range(1, 6))
    return Answers(segment_id, question, len(rows), counts, tuple(texts))
