"""Keeping the list of departments and their teams."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Missing
from core.i18n import say
from core.permissions import Actor, check, is_allowed
from policy.commitments.models import Department
from policy.commitments.operations.finding import refused


@dataclass(frozen=True)
class DepartmentDraft:
    """A department as staff write it; teams as (Korean, English)."""

    name_ko: str
    name_en: str = ""
    phone: str = ""
    teams: tuple[tuple[str, str], ...] = ()
    active: bool = True


def save_department(
    session: Session, actor: Actor, draft: DepartmentDraft, department_id: int | None = None
) -> Department:
    """Add a department, or write an existing one anew.

    Raises `Forbidden` for others than staff of the city, `Missing`, `Invalid` for a name that is taken.
    """
    check(is_allowed("departments.manage", actor, None))
    department = Department() if department_id is None else session.get(Department, department_id)
    if department is None:
        raise Missing("no_department", say("그런 부서가 없습니다."))
    taken = select(Department.id).where(Department.name_ko == draft.name_ko)
    if (known := session.scalars(taken).one_or_none()) is not None and known != department_id:
        raise refused("name_ko", say("같은 이름의 부서가 이미 있습니다."))
    department.name_ko, department.name_en, department.phone = draft.name_ko, draft.name_en, draft.phone
    department.teams, department.active = [list(team) for team in draft.teams], draft.active
    session.add(department)
    session.flush()
    return department
