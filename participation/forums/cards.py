"""Forums as lists show them: without their agenda, found by words, state and page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from core.i18n import in_language
from participation.forums.models import Forum, ForumState
from participation.seats.models import Seat, SeatState

MOST_WORDS = 6


@dataclass(frozen=True)
class ForumCard:
    """A forum in a list, in the reader's language. `residents` counts the seats that were taken."""

    id: int
    slug: str
    title: str
    question: str
    place: str
    starts_at: datetime
    tables: int
    seats_per_table: int
    state: ForumState
    residents: int

    @property
    def seats(self) -> int:
        return self.tables * self.seats_per_table


_COLUMNS = (
    Forum.id, Forum.slug, Forum.title_ko, Forum.title_en, Forum.question_ko, Forum.question_en, Forum.place_ko,
    Forum.place_en, Forum.starts_at, Forum.tables, Forum.seats_per_table, Forum.state,
)  # fmt: skip
_SEARCHED = (
    Forum.title_ko, Forum.title_en, Forum.question_ko, Forum.question_en, Forum.summary_ko, Forum.summary_en,
    Forum.place_ko, Forum.place_en,
)  # fmt: skip


def _residents() -> Select[int]:
    return select(func.count(Seat.id)).where(Seat.forum_id == Forum.id)


def _seated() -> Select[int]:
    return _residents().where((Forum.state == ForumState.CLOSED) | (Seat.state == SeatState.SEATED))


def _cards(session: Session, wanted: Select[Forum]) -> list[ForumCard]:
    rows = session.execute(wanted.with_only_columns(*_COLUMNS, _seated().correlate(Forum).scalar_subquery()))
    return [
        ForumCard(
            id=row[0],
            slug=row[1],
            title=in_language(row[2], row[3]),
            question=in_language(row[4], row[5]),
            place=in_language(row[6], row[7]),
            starts_at=row[8],
            tables=row[9],
            seats_per_table=row[10],
            state=ForumState(row[11]),
            residents=row[12],
        )
        for row in rows
    ]


def _matching(words: str, states: Sequence[ForumState]) -> Select[Forum]:
    wanted = select(Forum).where(Forum.state.in_(states))
    for word in words.split()[:MOST_WORDS]:
        wanted = wanted.where(or_(*(column.icontains(word, autoescape=True) for column in _SEARCHED)))
    return wanted


def find_forums(
    session: Session, words: str, states: Sequence[ForumState], *, offset: int = 0, limit: int = 20
) -> tuple[list[ForumCard], int]:
    """Forums in these states in which every word occurs, live ones first, then the latest; and how many in all."""
    matching = _matching(words, states)
    total = session.scalar(matching.with_only_columns(func.count(Forum.id))) or 0
    order = ((Forum.state == ForumState.LIVE).desc(), Forum.starts_at.desc(), Forum.id)
    return _cards(session, matching.order_by(*order).offset(offset).limit(limit)), total


def cards_in_state(session: Session, state: ForumState, *, limit: int, latest_first: bool = False) -> list[ForumCard]:
    """Up to `limit` forums in a state: the earliest first, or the latest."""
    order = Forum.starts_at.desc() if latest_first else Forum.starts_at.asc()
    return _cards(session, select(Forum).where(Forum.state == state).order_by(order, Forum.id).limit(limit))


def cards_by_ids(session: Session, forum_ids: Sequence[int] | None, *, limit: int = 60) -> list[ForumCard]:
    """These forums (all of them for None): the latest first."""
    wanted = select(Forum).order_by(Forum.starts_at.desc(), Forum.id).limit(limit)
    return _cards(session, wanted if forum_ids is None else wanted.where(Forum.id.in_(forum_ids)))
