"""Making the demo's forums out of the content: facts, agenda, facilitators at their tables."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core import clock
from core.events.log import record
from core.i18n.dates import local_date
from core.permissions import SYSTEM
from facilitation.rehearsal.content_files import content, forum_content
from facilitation.rehearsal.people import Member
from facilitation.training.operations import assign_facilitator
from participation.forums.codes import new_code
from participation.forums.events import ForumAnnounced
from participation.forums.models import Forum, ForumState, GuidanceLine, Segment

TEXTS = ("title", "question", "summary", "place")


def _rules(language: str) -> str:
    return "\n".join(rule[f"line_{language}"] for rule in content("ground_rules")["rules"])


def _segment(position: int, entry: dict[str, Any]) -> Segment:
    segment = Segment(position=position, kind=entry["kind"], minutes=entry["minutes"], title_ko=entry["title_ko"])
    segment.title_en, segment.question_ko = entry["title_en"], entry.get("question_ko", "")
    segment.question_en = entry.get("question_en", "")
    segment.guidance = [
        GuidanceLine(position=number, line_ko=line["line_ko"], line_en=line["line_en"], seconds=line["seconds"])
        for number, line in enumerate(entry.get("guidance", []))
    ]
    return segment


def make_forum(session: Session, slug: str, starts_at: datetime) -> Forum:
    """An announced forum with its agenda."""
    entry = forum_content(slug)
    texts = {f"{name}_{language}": entry[f"{name}_{language}"] for name in TEXTS for language in ("ko", "en")}
    forum = Forum(
        slug=slug,
        **texts,
        ground_rules_ko=_rules("ko"),
        ground_rules_en=_rules("en"),
        starts_at=starts_at,
        held_on=local_date(starts_at),
        planned_minutes=sum(segment["minutes"] for segment in entry["agenda"]),
        tables=entry["tables"],
        seats_per_table=entry["seats_per_table"],
        state=ForumState.ANNOUNCED,
        code=new_code(),
        join_token=secrets.token_urlsafe(16),
        created_at=clock.now(),
    )
    forum.segments = [_segment(position, one) for position, one in enumerate(entry["agenda"])]
    session.add(forum)
    session.flush()
    record(session, forum.id, SYSTEM, ForumAnnounced(forum=forum.id))
    return forum


def seat_facilitators(session: Session, forum: Forum, members: list[Member]) -> None:
    """A coordinator puts one certified facilitator on each table, as far as they go."""
    coordinator = next(member for member in members if member.role == "coordinator").actor()
    facilitators = [member for member in members if member.role == "facilitator"]
    for table, member in zip(range(1, forum.tables + 1), facilitators, strict=False):
        assign_facilitator(session, coordinator, forum.id, table, member.person_id)
