"""Reading people and grants."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from core.accounts.models import Grant, Person
from core.accounts.passwords import verify_password
from core.permissions import Role


@dataclass(frozen=True)
class Account:
    """A person as the pages and flask-login know them."""

    id: int
    login: str
    name: str
    locale: str
    active: bool
    session_version: int
    roles: frozenset[tuple[Role, int]]

    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        return self.active

    def get_id(self) -> str:
        return f"{self.id}.{self.session_version}"


@dataclass(frozen=True)
class GrantRow:
    """One granted role."""

    id: int
    person_id: int
    role: Role
    scope: int


def _account(person: Person) -> Account:
    roles = frozenset((Role(grant.role), grant.scope) for grant in person.grants)
    return Account(person.id, person.login, person.name, person.locale, person.active, person.session_version, roles)


def account(session: Session, person_id: int) -> Account | None:
    """The account of a person, or None."""
    wanted = select(Person).where(Person.id == person_id).options(selectinload(Person.grants))
    person = session.scalars(wanted).one_or_none()
    return _account(person) if person else None


def account_of_session(session: Session, session_id: str) -> Account | None:
    """The account behind a signed-in session; None once it was ended or the account suspended."""
    number, _, version = session_id.partition(".")
    if not (number.isdecimal() and version.isdecimal() and len(session_id) < 30):
        return None
    found = account(session, int(number))
    return found if found and found.active and found.session_version == int(version) else None


def account_by_password(session: Session, login: str, password: str) -> Account | None:
    """The active account that this name and password open, or None; as slow for an unknown name."""
    wanted = select(Person).where(Person.login == login.strip().lower()).options(selectinload(Person.grants))
    person = session.scalars(wanted).one_or_none()
    fits = verify_password(person.password_hash if person else None, password)
    return _account(person) if person and fits and person.active else None


def all_accounts(session: Session, search: str = "") -> list[Account]:
    """Every account by name, or those whose name or sign-in name contains `search`."""
    wanted = select(Person).options(selectinload(Person.grants)).order_by(Person.name, Person.id)
    if search:
        wanted = wanted.where(
            Person.name.contains(search, autoescape=True) | Person.login.contains(search, autoescape=True)
        )
    return [_account(person) for person in session.scalars(wanted)]


def accounts_with_role(session: Session, role: Role, scope: int) -> list[Account]:
    """Active accounts that hold `role` in this scope or for the city."""
    wanted = (
        select(Person)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.role == role, Grant.scope.in_((0, scope)), Person.active)
        .options(selectinload(Person.grants))
        .order_by(Person.name)
        .distinct()
    )
    return [_account(person) for person in session.scalars(wanted)]


def grants(session: Session) -> list[GrantRow]:
    """Every granted role."""
    rows = session.scalars(select(Grant).order_by(Grant.role, Grant.scope))
    return [GrantRow(row.id, row.person_id, Role(row.role), row.scope) for row in rows]
