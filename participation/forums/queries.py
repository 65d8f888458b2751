"""Reading forums: what the pages and the other rooms of the house need of them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, selectinload

from core.db.once import once
from core.events.known import known
from core.i18n import current_locale, in_language
from participation.forums.models import OPEN_ACTS, Act, Forum, ForumState, Segment, SegmentKind


@dataclass(frozen=True)
class Line:
    """A line to read aloud, in the reader's language, with the seconds planned for its step."""

    text: str
    seconds: int


@dataclass(frozen=True)
class SegmentView:
    """One step of the agenda as pages show it. `round_number` counts table rounds from 1, else None."""

    id: int
    position: int
    kind: SegmentKind
    title: str
    question: str
    minutes: int
    lines: tuple[Line, ...]
    planned_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    round_number: int | None

    @property
    def called(self) -> str:
        """What it is called within a sentence: `2라운드` for `2라운드 · 무엇부터 바꿀까요`."""
        return self.title.split(" · ")[0]

    @property
    def open_acts(self) -> frozenset[Act]:
        return OPEN_ACTS.get(self.kind, frozenset())


@dataclass(frozen=True)
class ForumView:
    """A forum as pages show it, in the reader's language."""

    id: int
    slug: str
    title: str
    question: str
    summary: str
    place: str
    ground_rules: str
    next_steps: str
    starts_at: datetime
    held_on: date
    planned_minutes: int
    tables: int
    seats_per_table: int
    state: ForumState
    code: str
    join_token: str
    started_at: datetime | None
    closed_at: datetime | None
    ends_at: datetime | None
    seconds_left: int | None
    segment: SegmentView | None
    segments: tuple[SegmentView, ...]

    @property
    def seats(self) -> int:
        """How many seats there are in all."""
        return self.tables * self.seats_per_table

    @property
    def is_live(self) -> bool:
        return self.state is ForumState.LIVE

    @property
    def is_closed(self) -> bool:
        return self.state is ForumState.CLOSED

    @property
    def next_segment(self) -> SegmentView | None:
        """The segment after the present one."""
        if self.segment is None:
            return None
        return next((s for s in self.segments if s.position > self.segment.position), None)

    def opens(self, act: Act) -> bool:
        """Whether residents can do this now."""
        return self.is_live and self.segment is not None and act in self.segment.open_acts


def _segments(forum: Forum) -> tuple[SegmentView, ...]:
    from_start, rounds, views = forum.starts_at, 0, []
    for segment in forum.segments:
        is_round = segment.kind == SegmentKind.TABLE_ROUND
        rounds += is_round
        views.append(_segment(segment, from_start, rounds if is_round else None))
        from_start += timedelta(minutes=segment.minutes)
    return tuple(views)


def _segment(segment: Segment, planned_at: datetime, round_number: int | None) -> SegmentView:
    return SegmentView(
        id=segment.id,
        position=segment.position,
        kind=SegmentKind(segment.kind),
        title=in_language(segment.title_ko, segment.title_en),
        question=in_language(segment.question_ko, segment.question_en),
        minutes=segment.minutes,
        lines=tuple(Line(in_language(line.line_ko, line.line_en), line.seconds) for line in segment.guidance),
        planned_at=planned_at,
        started_at=segment.started_at,
        ended_at=segment.ended_at,
        round_number=round_number,
    )


def _view(forum: Forum) -> ForumView:
    segments = _segments(forum)
    return ForumView(
        id=forum.id,
        slug=forum.slug,
        title=in_language(forum.title_ko, forum.title_en),
        question=in_language(forum.question_ko, forum.question_en),
        summary=in_language(forum.summary_ko, forum.summary_en),
        place=in_language(forum.place_ko, forum.place_en),
        ground_rules=in_language(forum.ground_rules_ko, forum.ground_rules_en),
        next_steps=in_language(forum.next_steps_ko, forum.next_steps_en),
        starts_at=forum.starts_at,
        held_on=forum.held_on,
        planned_minutes=forum.planned_minutes,
        tables=forum.tables,
        seats_per_table=forum.seats_per_table,
        state=ForumState(forum.state),
        code=forum.code,
        join_token=forum.join_token,
        started_at=forum.started_at,
        closed_at=forum.closed_at,
        ends_at=forum.ends_at,
        seconds_left=forum.seconds_left,
        segment=next((view for view in segments if view.id == forum.segment_id), None),
        segments=segments,
    )


_WHOLE = selectinload(Forum.segments).selectinload(Segment.guidance)


_BY_SLUG = select(Forum.id).where(Forum.slug == bindparam("slug"))
_BY_CODE = select(Forum.id).where(Forum.code == bindparam("code"))
_BY_JOIN_TOKEN = select(Forum.id).where(Forum.join_token == bindparam("token"))


def forum_id_by_slug(session: Session, slug: str) -> int | None:
    """The id behind a path, or None."""
    return session.connection().scalar(_BY_SLUG, {"slug": slug})


def forum_by_id(session: Session, forum_id: int) -> ForumView | None:
    """A forum with its agenda, or None."""
    key = ("forum", forum_id, current_locale())

    def read() -> ForumView | None:
        return known(session, forum_id, ("forum",), key, lambda: _read_forum(session, forum_id))

    return once(session, key, read)


def _read_forum(session: Session, forum_id: int) -> ForumView | None:
    forum = session.scalars(select(Forum).where(Forum.id == forum_id).options(_WHOLE)).one_or_none()
    return _view(forum) if forum else None


def the_forum(session: Session, forum_id: int) -> ForumView:
    """A forum that is known to be there. Raises `LookupError`."""
    found = forum_by_id(session, forum_id)
    if found is None:
        raise LookupError(f"no forum {forum_id}")
    return found


def forum_by_code(session: Session, code: str) -> ForumView | None:
    """The forum behind a six-letter code, or None."""
    found = session.connection().scalar(_BY_CODE, {"code": code})
    return forum_by_id(session, found) if found else None


def forum_by_join_token(session: Session, token: str) -> ForumView | None:
    """The forum behind the token in its QR, or None."""
    found = session.connection().scalar(_BY_JOIN_TOKEN, {"token": token})
    return forum_by_id(session, found) if found else None


def forums(session: Session, *states: ForumState) -> list[ForumView]:
    """Forums in these states (all of them where none is named), the earliest first."""
    wanted = select(Forum).options(_WHOLE).order_by(Forum.starts_at, Forum.id)
    if states:
        wanted = wanted.where(Forum.state.in_(states))
    return [_view(forum) for forum in session.scalars(wanted)]
