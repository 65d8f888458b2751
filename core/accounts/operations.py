"""Writing people and grants."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core import clock
from core.accounts.models import Grant, Person
from core.accounts.passwords import LEAST, hash_password, is_common
from core.errors import Conflict, Invalid, Missing
from core.i18n import say
from core.permissions import WHOLE_CITY, Actor, Role, check


def check_password(password: str) -> None:
    """Raise `Invalid` for a password that is too short or among the common ones."""
    if len(password) < LEAST:
        message = say("비밀번호는 %(n)s자 이상으로 정해 주세요.", n=LEAST)
        raise Invalid("password_short", message, {"password": [message]})
    if is_common(password):
        message = say("너무 흔한 비밀번호입니다. 다른 것으로 정해 주세요.")
        raise Invalid("password_common", message, {"password": [message]})


def add_person(session: Session, *, login: str, name: str, password: str, locale: str = "ko") -> Person:
    """Make an account. Raises `Conflict` where the sign-in name is taken, `Invalid` for a weak password."""
    check_password(password)
    login = login.strip().lower()
    if session.scalars(select(Person).where(Person.login == login)).first():
        message = say("이미 쓰고 있는 로그인 이름입니다.")
        raise Conflict("login_taken", message, {"login": [message]})
    person = Person(login=login, name=name.strip(), password_hash=hash_password(password), locale=locale)
    person.created_at = clock.now()
    session.add(person)
    session.flush()
    return person


def grant_role(session: Session, actor: Actor | None, person_id: int, role: Role, scope: int = WHOLE_CITY) -> Grant:
    """Give a role; giving it twice changes nothing. `actor` None is the operator's command line.

    Raises `Forbidden` unless an administrator acts, `Missing` for an unknown person, `Invalid` for an
    administrator of one forum.
    """
    if actor is not None:
        check(actor.has(Role.ADMINISTRATOR, None))
    if session.get(Person, person_id) is None:
        raise Missing("no_person", say("그런 사람이 없습니다."))
    if role is Role.ADMINISTRATOR and scope != WHOLE_CITY:
        raise Invalid("administrator_scope", say("운영자 권한은 시 전체에만 줄 수 있습니다."))
    wanted = select(Grant).where(Grant.person_id == person_id, Grant.role == role, Grant.scope == scope)
    known = session.scalars(wanted).first()
    if known is not None:
        return known
    by = actor.person_id if actor else None
    grant = Grant(person_id=person_id, role=role, scope=scope, granted_by=by, granted_at=clock.now())
    session.add(grant)
    session.flush()
    return grant


def revoke_role(session: Session, actor: Actor, grant_id: int) -> int:
    """Take a role back; returns whose it was. Raises `Conflict` for the last administrator's own."""
    check(actor.has(Role.ADMINISTRATOR, None))
    grant = session.get(Grant, grant_id)
    if grant is None:
        raise Missing("no_grant", say("그런 권한이 없습니다."))
    if grant.role == Role.ADMINISTRATOR and _count_administrators(session) == 1:
        raise Conflict("last_administrator", say("마지막 운영자의 권한은 거둘 수 없습니다."))
    person_id = grant.person_id
    session.delete(grant)
    return person_id


def _count_administrators(session: Session) -> int:
    wanted = select(Grant.person_id).join(Person, Person.id == Grant.person_id)
    return len(session.scalars(wanted.where(Grant.role == Role.ADMINISTRATOR, Person.active)).all())


def set_active(session: Session, actor: Actor, person_id: int, active: bool) -> None:
    """Suspend or restore an account; suspending ends its sessions."""
    check(actor.has(Role.ADMINISTRATOR, None))
    person = session.get(Person, person_id)
    if person is None:
        raise Missing("no_person", say("그런 사람이 없습니다."))
    if not active and person_id == actor.person_id:
        raise Conflict("own_account", say("자신의 계정은 멈출 수 없습니다."))
    person.active = active
    if not active:
        person.session_version += 1


def change_password(session: Session, person_id: int, password: str) -> None:
    """Set a new password and end every session of that person."""
    check_password(password)
    person = session.get(Person, person_id)
    if person is None:
        raise Missing("no_person", say("그런 사람이 없습니다."))
    person.password_hash = hash_password(password)
    person.session_version += 1


def end_sessions(session: Session, person_id: int) -> None:
    """Sign a person out everywhere."""
    person = session.get(Person, person_id)
    if person is not None:
        person.session_version += 1


def forget_forum_grants(session: Session, scope: int) -> None:
    """Drop every grant of one forum."""
    session.execute(delete(Grant).where(Grant.scope == scope))
