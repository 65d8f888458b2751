"""The demo city's people: an account for each role, facilitators with certificates."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from core import clock
from core.accounts.models import Grant, Person
from core.accounts.passwords import hash_password
from core.permissions import Actor, Role
from facilitation.rehearsal.content_files import content
from facilitation.training.models import Certificate

ROLES = {
    "administrator": (Role.ADMINISTRATOR,),
    "coordinator": (Role.COORDINATOR,),
    "host": (Role.HOST,),
    "facilitator": (Role.FACILITATOR,),
    "analyst": (Role.ANALYST,),
    "staff": (Role.STAFF,),
    "observer": (Role.OBSERVER,),
    "helper": (Role.FACILITATOR,),
}
LOGINS = {
    "administrator": "admin",
    "coordinator": "coordinator",
    "host": "host",
    "facilitator": "facilitator",
    "analyst": "analyst",
    "staff": "staff",
    "observer": "observer",
    "helper": "helper",
}


@dataclass(frozen=True)
class Member:
    """Someone of the demo's staff."""

    person_id: int
    role: str
    login: str
    name: str

    def actor(self, tables: frozenset[int] = frozenset()) -> Actor:
        """As whom they act."""
        roles = frozenset((role, 0) for role in ROLES[self.role])
        return Actor(person_id=self.person_id, name=self.name, roles=roles, tables=tables)


def make_people(session: Session, password: str) -> list[Member]:
    """Everyone of the content's staff, with one password for all; facilitators with a certificate."""
    kept, members = hash_password(password), []
    numbers: dict[str, int] = {}
    issuer = content("names")["certificate_issuer_ko"]
    for entry in content("names")["staff"]:
        role = entry["role"]
        numbers[role] = numbers.get(role, 0) + 1
        login = LOGINS[role] + (str(numbers[role]) if numbers[role] > 1 else "")
        person = Person(login=login, name=entry["name_ko"], password_hash=kept, created_at=clock.now())
        session.add(person)
        session.flush()
        for one in ROLES[role]:
            session.add(Grant(person_id=person.id, role=one, scope=0, granted_at=clock.now()))
        if "certificate" in entry:
            _certify(session, person.id, entry["certificate"], issuer)
        members.append(Member(person.id, role, login, entry["name_ko"]))
    session.flush()
    return members


def _certify(session: Session, person_id: int, number: str, issuer: str) -> None:
    year = clock.now().year
    days = {"valid_from": date(year - 1, 3, 2), "valid_to": date(year + 2, 3, 1)}
    session.add(Certificate(person_id=person_id, number=number, issued_by=issuer, **days))
