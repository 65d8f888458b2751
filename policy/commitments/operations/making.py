"""From a theme that was reviewed to something a department undertakes."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict, Missing
from core.events.log import record
from core.i18n import say
from core.permissions import Actor, check
from participation.forums.clock import locked_forum
from participation.forums.models import ForumState
from policy.commitments.events import CommitmentChanged, CommitmentMade
from policy.commitments.models import Commitment, CommitmentEntry
from policy.commitments.operations.finding import active_department, department_and_team, own_commitment, refused
from policy.commitments.permissions import may_follow_up
from policy.commitments.states import CommitmentState, one_month_after, today
from policy.themes.models import Theme, ThemeState, ThemeVersion


@dataclass(frozen=True)
class CommitmentDraft:
    """What staff write. Without department it is received only; without date the answer is due in a month."""

    title_ko: str
    text_ko: str
    title_en: str = ""
    text_en: str = ""
    theme_id: int | None = None
    department_id: int | None = None
    team: str = ""
    answer_due_on: date | None = None


def make_commitment(session: Session, actor: Actor, forum_id: int, draft: CommitmentDraft) -> Commitment:
    """Take something on for the city: received, and assigned where a department is named.

    Raises `Forbidden`, `Conflict` before the forum is over or for a theme nobody has settled or reviewed,
    `Missing` for a theme of another forum, `Invalid` for a department, team or date that cannot be.
    """
    check(may_follow_up(actor, forum_id))
    forum = locked_forum(session, forum_id)
    if forum.state != ForumState.CLOSED:
        raise Conflict("not_closed", say("토론회가 끝난 뒤에 이행 과제로 옮길 수 있습니다."))
    if draft.theme_id is not None:
        _check_theme(session, forum_id, draft.theme_id)
    day = today()
    if draft.answer_due_on is not None and draft.answer_due_on < day:
        raise refused("answer_due_on", say("답변 기한은 오늘이나 그 뒤로 정해 주세요."))
    last = session.scalars(select(func.max(Commitment.number))).one()
    commitment = Commitment(
        forum_id=forum_id,
        number=(last or 0) + 1,
        theme_id=draft.theme_id,
        title_ko=draft.title_ko,
        title_en=draft.title_en,
        text_ko=draft.text_ko,
        text_en=draft.text_en,
        received_on=day,
        answer_due_on=draft.answer_due_on or one_month_after(day),
        created_by=actor.person_key,
        created_at=clock.now(),
    )
    session.add(commitment)
    session.flush()
    _add_entry(session, actor, commitment)
    if draft.department_id is not None:
        department = active_department(session, draft.department_id, draft.team)
        commitment.department_id, commitment.team = department.id, draft.team
        commitment.state = CommitmentState.ASSIGNED
        _add_entry(session, actor, commitment, department_and_team(department, draft.team))
    session.flush()
    event = CommitmentMade(commitment=commitment.id, theme=draft.theme_id or 0)
    record(session, forum_id, actor.person_key, event)
    return commitment


def _check_theme(session: Session, forum_id: int, theme_id: int) -> None:
    theme = session.get(Theme, theme_id)
    if theme is None or theme.forum_id != forum_id:
        raise Missing("no_theme", say("그런 묶음이 없습니다."))
    if theme.state != ThemeState.ACTIVE:
        raise Conflict("theme_gone", say("다른 분이 이 묶음을 합치거나 지웠습니다. 목록을 다시 봐 주세요."))
    settled = select(ThemeVersion.id).where(ThemeVersion.forum_id == forum_id, ThemeVersion.settled).limit(1)
    if not theme.reviewed and session.scalars(settled).first() is None:
        raise Conflict("not_settled", say("먼저 주제 묶음을 확정하거나, 분석팀이 이 묶음을 다 읽었다고 표시해 주세요."))


def _add_entry(session: Session, actor: Actor, commitment: Commitment, text: tuple[str, str] = ("", "")) -> None:
    entry = CommitmentEntry(commitment_id=commitment.id, state=commitment.state, at=clock.now(), by=actor.person_key)
    entry.reason_ko, entry.reason_en = text
    session.add(entry)


def revise_commitment(session: Session, actor: Actor, commitment_id: int, draft: CommitmentDraft) -> Commitment:
    """Write title and public text anew; dates, department and state go their own ways. Raises as `own_commitment`."""
    commitment = own_commitment(session, actor, commitment_id)
    commitment.title_ko, commitment.title_en = draft.title_ko, draft.title_en
    commitment.text_ko, commitment.text_en = draft.text_ko, draft.text_en
    session.flush()
    record(session, commitment.forum_id, actor.person_key, CommitmentChanged(commitment=commitment.id, entry=0))
    return commitment
