"""Writing down certificates, and putting certified people on tables."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accounts.models import Grant, Person
from core.errors import Conflict, Invalid, Missing
from core.events.log import record
from core.i18n import say
from core.i18n.dates import format_date
from core.permissions import WHOLE_CITY, Actor, Role, check, is_allowed
from facilitation.training.events import FacilitatorAssigned, FacilitatorUnassigned
from facilitation.training.models import Certificate, TableAssignment
from participation.forums.clock import locked_forum
from participation.forums.models import Forum, ForumState


@dataclass(frozen=True)
class CertificateDraft:
    """A certificate as it is written down; both days count."""

    number: str
    issued_by: str
    valid_from: date
    valid_to: date


def add_certificate(session: Session, actor: Actor, person_id: int, draft: CertificateDraft) -> int:
    """Write down that a person was trained; returns the certificate's id.

    Raises `Forbidden`, `Missing` for an unknown person, `Invalid` where the days are the wrong way round,
    `Conflict` where the number is taken.
    """
    check(is_allowed("training.certify", actor, None))
    if session.get(Person, person_id) is None:
        raise Missing("no_person", say("그런 사람이 없습니다."))
    if draft.valid_from > draft.valid_to:
        message = say("끝나는 날이 시작하는 날보다 앞섭니다.")
        raise Invalid("days", message, {"valid_to": [message]})
    if session.scalar(select(Certificate.id).where(Certificate.number == draft.number)):
        message = say("이미 적어 둔 수료증 번호입니다.")
        raise Conflict("number_taken", message, {"number": [message]})
    certificate = Certificate(person_id=person_id, number=draft.number, issued_by=draft.issued_by)
    certificate.valid_from, certificate.valid_to = draft.valid_from, draft.valid_to
    session.add(certificate)
    session.flush()
    return certificate.id


def _is_facilitator(session: Session, person_id: int, forum_id: int) -> bool:
    wanted = (
        select(Grant.id)
        .join(Person, Person.id == Grant.person_id)
        .where(Grant.person_id == person_id, Grant.role == Role.FACILITATOR, Grant.scope.in_((WHOLE_CITY, forum_id)))
        .where(Person.active)
    )
    return session.scalars(wanted).first() is not None


def _covering(session: Session, person_id: int, forum: Forum) -> Certificate:
    """The certificate that covers the forum's day, the longest of several. Raises `Conflict` in words."""
    wanted = select(Certificate).where(Certificate.person_id == person_id).order_by(Certificate.valid_to.desc())
    certificates = session.scalars(wanted).all()
    for certificate in certificates:
        if certificate.valid_from <= forum.held_on <= certificate.valid_to:
            return certificate
    day = format_date(forum.held_on)
    if not certificates:
        raise Conflict("no_certificate", say("수료증이 없는 분은 테이블을 맡을 수 없습니다."))
    message = say("수료증이 %(day)s에는 유효하지 않아 테이블을 맡을 수 없습니다.", day=day)
    raise Conflict("certificate_over", message)


def _forum_to_staff(session: Session, actor: Actor, forum_id: int) -> Forum:
    check(is_allowed("forum.configure", actor, forum_id))
    forum = locked_forum(session, forum_id)
    if forum.state == ForumState.CLOSED:
        raise Conflict("over", say("마친 토론회의 배정은 바꿀 수 없습니다."))
    return forum


def assign_facilitator(session: Session, actor: Actor, forum_id: int, table: int, person_id: int) -> int:
    """Put a facilitator on a table; returns the assignment's id. Doing it twice changes nothing.

    Raises `Forbidden`, `Missing` for a table that is not there, `Conflict` where the forum is over, the person is
    no facilitator, or has no certificate that covers the forum's day.
    """
    forum = _forum_to_staff(session, actor, forum_id)
    if not 1 <= table <= forum.tables:
        raise Missing("no_table", say("그런 테이블이 없습니다."))
    if not _is_facilitator(session, person_id, forum_id):
        raise Conflict("no_facilitator", say("퍼실리테이터 역할이 있는 분만 테이블을 맡을 수 있습니다."))
    known = session.scalars(
        select(TableAssignment).where(
            TableAssignment.forum_id == forum_id,
            TableAssignment.table_number == table,
            TableAssignment.person_id == person_id,
        )
    ).first()
    if known is not None:
        return known.id
    certificate = _covering(session, person_id, forum)
    assignment = TableAssignment(
        forum_id=forum_id,
        held_on=forum.held_on,
        table_number=table,
        person_id=person_id,
        certificate_id=certificate.id,
        valid_from=certificate.valid_from,
        valid_to=certificate.valid_to,
    )
    session.add(assignment)
    session.flush()
    record(session, forum_id, actor.person_key, FacilitatorAssigned(table=table, person=person_id))
    return assignment.id


def unassign_facilitator(session: Session, actor: Actor, forum_id: int, assignment_id: int) -> None:
    """Take a facilitator off a table. Raises `Forbidden`, `Missing`, `Conflict` where the forum is over."""
    _forum_to_staff(session, actor, forum_id)
    assignment = session.get(TableAssignment, assignment_id)
    if assignment is None or assignment.forum_id != forum_id:
        raise Missing("no_assignment", say("그런 배정이 없습니다."))
    session.delete(assignment)
    event = FacilitatorUnassigned(table=assignment.table_number, person=assignment.person_id)
    record(session, forum_id, actor.person_key, event)
