"""What a person with a role has to do in a forum: the ways to the right pages."""

from dataclasses import dataclass

from core.i18n import Message, say
from core.permissions import Actor, is_allowed
from participation.forums.models import ForumState

_BEFORE = (ForumState.DRAFT, ForumState.ANNOUNCED)
_EVENING = (ForumState.ANNOUNCED, ForumState.LIVE)
_ALL = tuple(ForumState)


@dataclass(frozen=True)
class Way:
    """A link to a page where this person has something to do."""

    path: str
    label: Message
    icon: str


# Permission, states in which it is of use, path under the forum, label, icon: the first of a state is the main one.
_WAYS: tuple[tuple[str, tuple[ForumState, ...], str, Message, str], ...] = (
    ("forum.host", _EVENING, "stage", say("무대"), "play"),
    ("forum.analyse", (ForumState.LIVE, ForumState.CLOSED), "themes", say("주제 데스크"), "merge"),
    ("forum.configure", (*_BEFORE, ForumState.LIVE), "agenda", say("진행표"), "list"),
    ("forum.configure", (*_BEFORE, ForumState.LIVE), "staffing", say("테이블 배정"), "people"),
    ("forum.check_in", _EVENING, "check-in", say("안내 데스크"), "seat"),
    ("forum.host", _EVENING, "screen", say("앞 화면"), "monitor"),
    ("forum.host", (*_EVENING, ForumState.CLOSED), "ballots", say("투표 관리"), "check"),
    ("forum.staffed", (ForumState.CLOSED,), "results", say("결과"), "chart"),
    ("forum.configure", _ALL, "setup", say("기본 정보"), "settings"),
)


def ways_for(actor: Actor, forum_id: int, slug: str, state: ForumState) -> list[Way]:
    """The ways of this person in a forum, the most needed first; the tables they run come before all."""
    ways = []
    if state in _EVENING:
        ways = [
            Way(f"/forums/{slug}/tables/{number}", say("%(number)s번 테이블 콘솔", number=number), "table")
            for number in sorted(actor.tables)
        ]
    for permission, states, path, label, icon in _WAYS:
        if state in states and is_allowed(permission, actor, forum_id):
            ways.append(Way(f"/forums/{slug}/{path}", label, icon))
    return ways
