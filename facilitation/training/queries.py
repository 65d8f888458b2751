"""Who is trained, and who runs which table."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accounts.models import Person
from core.accounts.queries import accounts_with_role
from core.permissions import Role
from facilitation.training.models import Certificate, TableAssignment


def tables_of(session: Session, forum_id: int, person_id: int) -> frozenset[int]:
    """The numbers of the tables this person runs in a forum."""
    wanted = select(TableAssignment.table_number).where(
        TableAssignment.forum_id == forum_id, TableAssignment.person_id == person_id
    )
    return frozenset(session.scalars(wanted))


@dataclass(frozen=True)
class CertificateView:
    """A certificate as pages show it."""

    id: int
    number: str
    issued_by: str
    valid_from: date
    valid_to: date

    def covers(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_to


@dataclass(frozen=True)
class Candidate:
    """A facilitator with what they hold: the certificate that covers a day, else the latest one, else nothing."""

    id: int
    name: str
    login: str
    certificate: CertificateView | None
    is_covered: bool
    tables: tuple[int, ...]


@dataclass(frozen=True)
class AssignedPerson:
    """Someone on a table."""

    assignment_id: int
    table: int
    person_id: int
    name: str


def _view(certificate: Certificate) -> CertificateView:
    return CertificateView(
        certificate.id, certificate.number, certificate.issued_by, certificate.valid_from, certificate.valid_to
    )


def certificates_of(session: Session, person_id: int) -> list[CertificateView]:
    """The certificates of a person, the latest first."""
    wanted = select(Certificate).where(Certificate.person_id == person_id)
    return [_view(row) for row in session.scalars(wanted.order_by(Certificate.valid_to.desc(), Certificate.id))]


def assigned_people(session: Session, forum_id: int) -> list[AssignedPerson]:
    """Everyone on a table of a forum, by table and name."""
    wanted = (
        select(TableAssignment.id, TableAssignment.table_number, Person.id, Person.name)
        .join(Person, Person.id == TableAssignment.person_id)
        .where(TableAssignment.forum_id == forum_id)
        .order_by(TableAssignment.table_number, Person.name)
    )
    return [AssignedPerson(*row) for row in session.execute(wanted)]


def candidates(session: Session, forum_id: int, day: date) -> list[Candidate]:
    """Everyone with the facilitator's role here or in the city: those with a certificate for the day first."""
    people = accounts_with_role(session, Role.FACILITATOR, forum_id)
    held: defaultdict[int, list[CertificateView]] = defaultdict(list)
    wanted = select(Certificate).where(Certificate.person_id.in_([person.id for person in people]))
    for row in session.scalars(wanted.order_by(Certificate.valid_to.desc(), Certificate.id)):
        held[row.person_id].append(_view(row))
    at: defaultdict[int, list[int]] = defaultdict(list)
    for one in assigned_people(session, forum_id):
        at[one.person_id].append(one.table)
    found = []
    for person in people:
        covering = next((one for one in held[person.id] if one.covers(day)), None)
        latest = held[person.id][0] if held[person.id] else None
        tables = tuple(at[person.id])
        found.append(Candidate(person.id, person.name, person.login, covering or latest, covering is not None, tables))
    return sorted(found, key=lambda one: (not one.is_covered, bool(one.tables), one.name))


class RosterStaffing:
    """What forums ask about their tables (`participation.forums.staffing.Staffing`), answered from assignments."""

    def tables_staffed(self, session: Session, forum_id: int) -> frozenset[int]:
        wanted = select(TableAssignment.table_number).where(TableAssignment.forum_id == forum_id)
        return frozenset(session.scalars(wanted))

    def uncertified_on(self, session: Session, forum_id: int, day: date) -> list[str]:
        """By the certificate that each assignment is tied to."""
        wanted = (
            select(Person.name)
            .join(TableAssignment, TableAssignment.person_id == Person.id)
            .where(TableAssignment.forum_id == forum_id)
            .where((TableAssignment.valid_from > day) | (TableAssignment.valid_to < day))
            .order_by(Person.name)
            .distinct()
        )
        return list(session.scalars(wanted))

    def tables_of_person(self, session: Session, person_id: int) -> dict[int, list[int]]:
        wanted = select(TableAssignment.forum_id, TableAssignment.table_number)
        found: defaultdict[int, list[int]] = defaultdict(list)
        for forum_id, table in session.execute(wanted.where(TableAssignment.person_id == person_id)):
            found[forum_id].append(table)
        return dict(found)
