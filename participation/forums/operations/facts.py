"""Making a forum, changing its facts, announcing it."""

import re
from dataclasses import asdict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict, Invalid
from core.events.log import record
from core.i18n import Message, say
from core.i18n.dates import format_date, local_date
from core.permissions import Actor, check, is_allowed
from core.web.identity import new_token
from participation.forums.clock import locked_forum
from participation.forums.codes import new_code
from participation.forums.drafts import ForumFacts
from participation.forums.events import ForumAnnounced, ForumConfigured, ForumCreated
from participation.forums.models import Forum, ForumState
from participation.forums.staffing import Staffing
from participation.seats.models import Placement, Seat, SeatState

RESERVED = frozenset({"new"})
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _refuse(code: str, field: str, message: Message) -> Conflict:
    return Conflict(code, message, {field: [message]})


def free_slug(session: Session, wanted: str) -> str:
    """`wanted`, or the first of `wanted-2`, `wanted-3` ... that no forum has."""
    number, slug = 1, wanted
    while slug in RESERVED or session.scalar(select(Forum.id).where(Forum.slug == slug)):
        number += 1
        slug = f"{wanted[:56]}-{number}"
    return slug


def _suggested(facts: ForumFacts) -> str:
    words = re.findall(r"[a-z0-9]+", facts.title_en.lower())
    return "-".join(words)[:50].strip("-") or f"forum-{local_date(facts.starts_at):%Y%m%d}"


def _slug_for(session: Session, facts: ForumFacts, forum_id: int | None = None) -> str:
    """The address word to write. Raises `Invalid` for a wrong shape, `Conflict` with a free one where it is taken."""
    if not facts.slug:
        return free_slug(session, _suggested(facts))
    if not _SLUG.fullmatch(facts.slug) or facts.slug in RESERVED or len(facts.slug) < 3:
        message = say("영어 소문자와 숫자를 줄표(-)로 이어 적어 주세요. 예: school-walk")
        raise Invalid("slug", message, {"slug": [message]})
    taken = session.scalar(select(Forum.id).where(Forum.slug == facts.slug, Forum.id != (forum_id or 0)))
    if taken:
        free = free_slug(session, facts.slug)
        raise _refuse("slug_taken", "slug", say("이미 쓰고 있는 주소입니다. %(free)s은(는) 쓸 수 있습니다.", free=free))
    return facts.slug


def _fresh_code(session: Session) -> str:
    while True:
        code = new_code()
        if not session.scalar(select(Forum.id).where(Forum.code == code)):
            return code


def _write(forum: Forum, facts: ForumFacts, slug: str) -> None:
    for name, value in asdict(facts).items():
        setattr(forum, name, value)
    forum.slug, forum.held_on = slug, local_date(facts.starts_at)


def create_forum(session: Session, actor: Actor, facts: ForumFacts) -> int:
    """Make a forum as a draft, with its code and the token of its QR; returns its id.

    Raises `Forbidden`, `Invalid` for an address word of the wrong shape, `Conflict` where it is taken.
    """
    check(is_allowed("forum.create", actor, None))
    forum = Forum(code=_fresh_code(session), join_token=new_token(), state=ForumState.DRAFT, created_at=clock.now())
    _write(forum, facts, _slug_for(session, facts))
    session.add(forum)
    session.flush()
    record(session, forum.id, actor.person_key, ForumCreated(forum=forum.id))
    return forum.id


def _check_room(session: Session, forum: Forum, facts: ForumFacts, staffing: Staffing) -> None:
    """Tables and seats that someone has cannot go away."""
    taken = session.execute(
        select(func.max(Placement.table_number), func.max(Placement.place))
        .join(Seat, Seat.id == Placement.seat_id)
        .where(Placement.forum_id == forum.id, Seat.state == SeatState.SEATED)
    ).one()
    table, place = taken[0] or 0, taken[1] or 0
    if facts.tables < table:
        message = say("%(table)s번 테이블에 이미 앉은 분이 있어 그보다 줄일 수 없습니다.", table=table)
        raise _refuse("tables_taken", "tables", message)
    if facts.seats_per_table < place:
        message = say("%(place)s번 자리에 이미 앉은 분이 있어 그보다 줄일 수 없습니다.", place=place)
        raise _refuse("seats_taken", "seats_per_table", message)
    staffed = max(staffing.tables_staffed(session, forum.id), default=0)
    if facts.tables < staffed:
        message = say("%(table)s번 테이블에 퍼실리테이터가 배정되어 있습니다. 배정을 먼저 풀어 주세요.", table=staffed)
        raise _refuse("tables_staffed", "tables", message)


def _check_day(session: Session, forum: Forum, facts: ForumFacts, staffing: Staffing) -> None:
    """The day can change only before the evening, and only to one for which the certificates hold."""
    if facts.starts_at == forum.starts_at:
        return
    if forum.state in (ForumState.LIVE, ForumState.CLOSED):
        raise _refuse("day_fixed", "day", say("이미 시작한 토론회의 날짜와 시각은 바꿀 수 없습니다."))
    day = local_date(facts.starts_at)
    names = staffing.uncertified_on(session, forum.id, day)
    if names:
        message = say(
            "%(names)s 님의 수료증이 %(day)s에는 유효하지 않습니다. 테이블 배정을 먼저 풀어 주세요.",
            names=", ".join(names),
            day=format_date(day),
        )
        raise _refuse("certificates", "day", message)


def configure_forum(session: Session, actor: Actor, forum_id: int, facts: ForumFacts, staffing: Staffing) -> str:
    """Change a forum's facts; returns its address word.

    Raises `Forbidden`, `Missing`, `Invalid` for an address word of the wrong shape, `Conflict` with the field:
    where the word is taken or already announced, the day is fixed or not covered by a certificate, tables or
    seats would go away that someone has, or the forum is over and more than its texts would change.
    """
    check(is_allowed("forum.configure", actor, forum_id))
    forum = locked_forum(session, forum_id)
    slug = _slug_for(session, facts, forum_id) if facts.slug else forum.slug
    if slug != forum.slug and forum.state != ForumState.DRAFT:
        raise _refuse("slug_fixed", "slug", say("이미 알린 토론회의 주소는 바꿀 수 없습니다."))
    room = (facts.tables, facts.seats_per_table, facts.planned_minutes)
    if forum.state == ForumState.CLOSED and room != (forum.tables, forum.seats_per_table, forum.planned_minutes):
        raise _refuse("over", "tables", say("마친 토론회는 글만 고칠 수 있습니다."))
    _check_day(session, forum, facts, staffing)
    _check_room(session, forum, facts, staffing)
    _write(forum, facts, slug)
    record(session, forum_id, actor.person_key, ForumConfigured(forum=forum_id))
    return slug


def announce_forum(session: Session, actor: Actor, forum_id: int) -> None:
    """Let the public see a draft. Raises `Forbidden`, `Conflict` where it is announced or its agenda is empty."""
    check(is_allowed("forum.configure", actor, forum_id))
    forum = locked_forum(session, forum_id)
    if forum.state != ForumState.DRAFT:
        raise Conflict("announced", say("이미 알린 토론회입니다."))
    if not forum.segments:
        raise Conflict("no_agenda", say("진행표가 비어 있습니다. 순서를 먼저 넣어 주세요."))
    forum.state = ForumState.ANNOUNCED
    record(session, forum_id, actor.person_key, ForumAnnounced(forum=forum_id))
