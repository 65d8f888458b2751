"""From an id to a row that this actor may write."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Invalid, Missing
from core.i18n import Message, say
from core.permissions import Actor, check
from participation.forums.clock import locked_forum
from policy.commitments.models import Commitment, Department
from policy.commitments.permissions import may_follow_up


def refused(field: str, message: Message) -> Invalid:
    """What was written in one field cannot be taken."""
    return Invalid(field, message, {field: [message]})


def own_commitment(session: Session, actor: Actor, commitment_id: int) -> Commitment:
    """A commitment that this actor follows up, locked with its forum. Raises `Missing`, `Forbidden`."""
    found = session.get(Commitment, commitment_id)
    if found is None:
        raise Missing("no_commitment", say("그런 이행 과제가 없습니다."))
    check(may_follow_up(actor, found.forum_id))
    locked_forum(session, found.forum_id)
    wanted = select(Commitment).where(Commitment.id == commitment_id)
    return session.scalars(wanted.with_for_update(of=Commitment).execution_options(populate_existing=True)).one()


def active_department(session: Session, department_id: int, team: str) -> Department:
    """A department that takes on things, with a team of its own. Raises `Invalid`."""
    department = session.get(Department, department_id)
    if department is None or not department.active:
        raise refused("department", say("목록에 있는 부서를 골라 주세요."))
    if team and team not in {ko for ko, _ in department.teams}:
        message = say("%(department)s에 없는 팀입니다. 부서 화면에서 먼저 더해 주세요.", department=department.name_ko)
        raise refused("team", message)
    return department


def department_and_team(department: Department, team: str) -> tuple[str, str]:
    """How a department and its team are written, in Korean and English."""
    english = next((en for ko, en in department.teams if ko == team), "")
    ko = f"{department.name_ko} {team}".strip()
    en = ", ".join(part for part in (english, department.name_en) if part)
    return ko, en
