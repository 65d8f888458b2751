"""Questions of a forum's survey, answers under random ids, and who has answered: two tables that nothing joins."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base

LONGEST_ANSWER = 200
MOST_QUESTIONS = 8
SCALE = (1, 2, 3, 4, 5)


class QuestionKind(StrEnum):
    """From 1 (not at all) to 5 (very much), or a few words of one's own."""

    SCALE = "scale"
    TEXT = "text"


class SurveyQuestion(Base):
    """A question that a forum asks; one without questions of its own asks the ready ones."""

    __tablename__ = "survey_questions"
    __table_args__ = (
        UniqueConstraint("forum_id", "position"),
        CheckConstraint("kind IN ('scale', 'text')", name="kind"),
        CheckConstraint("position BETWEEN 1 AND 8", name="position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    question_ko: Mapped[str] = mapped_column(String(200))
    question_en: Mapped[str] = mapped_column(String(240), default="")


class SurveyAnswer(Base):
    """One answer to one question. No seat, no time; a random id, and rows kept in the order of their ids."""

    __tablename__ = "survey_answers"
    __table_args__ = (
        CheckConstraint("(value IS NULL) != (text IS NULL)", name="one_kind"),
        CheckConstraint("value IS NULL OR value BETWEEN 1 AND 5", name="value"),
        Index("ix_survey_answers_segment", "forum_id", "segment_id", "position"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"))
    segment_id: Mapped[int] = mapped_column(ForeignKey("segments.id", ondelete="CASCADE"))
    position: Mapped[int]
    value: Mapped[int | None]
    text: Mapped[str | None] = mapped_column(String(LONGEST_ANSWER))


class SurveyDone(Base):
    """That a seat has answered in a segment, without saying when or what."""

    __tablename__ = "survey_done"
    __table_args__ = ({"sqlite_with_rowid": False},)

    segment_id: Mapped[int] = mapped_column(ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seats.id", ondelete="CASCADE"), primary_key=True)
