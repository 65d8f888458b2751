"""Reading departments."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.i18n import in_language
from policy.commitments.models import Department


@dataclass(frozen=True)
class DepartmentView:
    """A department in the reader's language; `teams` as (Korean, English)."""

    id: int
    name: str
    name_ko: str
    name_en: str
    phone: str
    teams: tuple[tuple[str, str], ...]
    active: bool

    def team_name(self, team: str) -> str:
        """A team's name in the reader's language."""
        return in_language(team, dict(self.teams).get(team, ""))


def department_view(row: Department) -> DepartmentView:
    """The read model of a department at hand."""
    teams = tuple((ko, en) for ko, en in row.teams)
    name = in_language(row.name_ko, row.name_en)
    return DepartmentView(row.id, name, row.name_ko, row.name_en, row.phone, teams, row.active)


def departments(session: Session, *, active: bool = False) -> list[DepartmentView]:
    """Every department by name; only those that take on things where `active`."""
    wanted = select(Department).order_by(Department.name_ko)
    if active:
        wanted = wanted.where(Department.active)
    return [department_view(row) for row in session.scalars(wanted)]


def department_by_id(session: Session, department_id: int) -> DepartmentView | None:
    """One department, or None."""
    row = session.get(Department, department_id)
    return department_view(row) if row else None
