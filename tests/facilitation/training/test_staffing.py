"""Certificates and staffing: refused in words, and by the database when it comes to that."""

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import Conflict, Forbidden, Invalid, Missing
from core.events.log import after
from core.permissions import Role
from facilitation.training import operations, queries
from facilitation.training.models import Certificate, TableAssignment
from facilitation.training.operations import CertificateDraft
from participation.forums.models import Forum, ForumState
from tests.factories import World

DAY = date(2026, 11, 26)
ONE = timedelta(days=1)


class Office:
    """A coordinator with a forum to staff and a facilitator without a certificate."""

    def __init__(self, world: World, state: ForumState = ForumState.ANNOUNCED) -> None:
        self.world = world
        self.forum_id = world.forum(slug="one", state=state)
        self.person_id = world.person(Role.FACILITATOR, name="이지원")
        self.staff_id = world.person(Role.COORDINATOR)
        self.actor = world.actor(self.forum_id, person_id=self.staff_id)
        self.browser = world.browser(self.staff_id)

    def certify(self, valid_from: date, valid_to: date, number: str = "가온-1") -> int:
        draft = CertificateDraft(number, "가온시 평생학습관", valid_from, valid_to)
        return self.world.write(lambda session: operations.add_certificate(session, self.actor, self.person_id, draft))

    def assign(self, table: int = 1, person_id: int | None = None) -> int:
        who = person_id or self.person_id
        return self.world.write(
            lambda session: operations.assign_facilitator(session, self.actor, self.forum_id, table, who)
        )


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "covered"),
    [
        (DAY, DAY, True),
        (DAY - ONE, DAY + ONE, True),
        (DAY - ONE, DAY, True),
        (DAY - 9 * ONE, DAY - ONE, False),
        (DAY + ONE, DAY + 9 * ONE, False),
    ],
)
def test_a_certificate_has_to_cover_the_day(office: Office, valid_from: date, valid_to: date, covered: bool) -> None:
    office.certify(valid_from, valid_to)
    if covered:
        assert office.assign()
        assert office.world.actor(office.forum_id, person_id=office.person_id).tables == {1}
    else:
        with pytest.raises(Conflict) as refusal:
            office.assign()
        assert "2026. 11. 26.(목)에는 유효하지 않아" in str(refusal.value.message)


def test_without_a_certificate_it_is_said_so(office: Office) -> None:
    with pytest.raises(Conflict) as refusal:
        office.assign()
    assert str(refusal.value.message) == "수료증이 없는 분은 테이블을 맡을 수 없습니다."


def _row(office: Office, certificate_id: int, **changes: object) -> TableAssignment:
    values: dict[str, object] = {"valid_from": DAY - ONE, "valid_to": DAY + ONE, "held_on": DAY}
    return TableAssignment(
        forum_id=office.forum_id,
        table_number=1,
        person_id=office.person_id,
        certificate_id=certificate_id,
        **{**values, **changes},
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_from": DAY - 9 * ONE},
        {"valid_to": DAY - ONE},
        {"held_on": DAY + ONE, "valid_to": DAY + ONE},
        {"certificate_id": 999_999},
        {"person_id": "other"},
        {"table_number": 0},
    ],
)
def test_the_database_itself_refuses_an_assignment_that_no_certificate_carries(
    office: Office, changes: dict[str, object]
) -> None:
    certificate_id = office.certify(DAY - ONE, DAY + ONE)
    if changes.get("person_id") == "other":
        changes = {"person_id": office.world.person(Role.FACILITATOR)}

    def work(session: Session) -> None:
        row = _row(office, certificate_id)
        for name, value in changes.items():
            setattr(row, name, value)
        session.add(row)

    with pytest.raises(IntegrityError):
        office.world.write(work)


def test_the_database_takes_an_assignment_that_a_certificate_carries(office: Office) -> None:
    certificate_id = office.certify(DAY - ONE, DAY + ONE)
    office.world.write(lambda session: session.add(_row(office, certificate_id)))


def test_the_database_refuses_a_certificate_cut_short_under_an_assignment(office: Office) -> None:
    certificate_id = office.certify(DAY - ONE, DAY + ONE)
    office.assign()

    def work(session: Session) -> None:
        session.get_one(Certificate, certificate_id).valid_to = DAY - ONE

    with pytest.raises(IntegrityError):
        office.world.write(work)


def test_the_database_refuses_a_day_that_the_certificate_does_not_cover(office: Office) -> None:
    office.certify(DAY - ONE, DAY + ONE)
    office.assign()

    def work(session: Session) -> None:
        session.get_one(Forum, office.forum_id).held_on = DAY + 9 * ONE

    with pytest.raises(IntegrityError):
        office.world.write(work)


def test_assigning_twice_changes_nothing(office: Office) -> None:
    office.certify(DAY, DAY)
    assert office.assign() == office.assign()
    kinds = office.world.read(lambda session: after(session, office.forum_id, 0, ["facilitator.assigned"]))
    assert len(kinds) == 1


def test_only_facilitators_run_tables_and_only_tables_there_are(office: Office) -> None:
    with pytest.raises(Conflict):
        office.assign(person_id=office.world.person(Role.ANALYST))
    with pytest.raises(Missing):
        office.assign(table=4)


def test_taking_someone_off_ends_what_they_may_do(office: Office) -> None:
    office.certify(DAY, DAY)
    assignment = office.assign(2)
    assert office.world.browser(office.person_id).get("/forums/one/tables/2").status_code == 200
    office.browser.post(f"/forums/one/staffing/{assignment}/remove")
    assert office.world.actor(office.forum_id, person_id=office.person_id).tables == frozenset()


def test_an_assignment_of_another_forum_is_not_there(office: Office) -> None:
    office.certify(DAY, DAY)
    assignment = office.assign()
    office.world.forum(slug="two", state=ForumState.ANNOUNCED)
    assert office.browser.post(f"/forums/two/staffing/{assignment}/remove").status_code == 404


@pytest.mark.parametrize(("state", "may"), [(state, state is not ForumState.CLOSED) for state in ForumState])
def test_staffing_is_closed_with_its_forum(world: World, state: ForumState, may: bool) -> None:
    office = Office(world, state)
    office.certify(DAY, DAY)
    if may:
        assert office.assign()
    else:
        with pytest.raises(Conflict):
            office.assign()


@pytest.mark.parametrize("role", list(Role))
def test_who_may_staff_and_certify(office: Office, role: Role) -> None:
    world, may = office.world, role in (Role.ADMINISTRATOR, Role.STAFF, Role.COORDINATOR)
    person_id = world.person(role, scope=0 if role is Role.ADMINISTRATOR else office.forum_id)
    browser, actor = world.browser(person_id), world.actor(office.forum_id, person_id=person_id)
    expected = 200 if may else 403
    assert browser.get("/forums/one/staffing").status_code == expected
    assert browser.get(f"/people/{office.person_id}/certificates").status_code == expected
    if not may:
        with pytest.raises(Forbidden):
            world.write(
                lambda session: operations.assign_facilitator(session, actor, office.forum_id, 1, office.person_id)
            )


def test_those_with_a_certificate_come_first_and_others_with_the_reason(office: Office) -> None:
    office.certify(DAY - ONE, DAY + ONE)
    late, none = (
        office.world.person(Role.FACILITATOR, name="가나다"),
        office.world.person(Role.FACILITATOR, name="가가"),
    )
    draft = CertificateDraft("가온-2", "가온시", DAY - 9 * ONE, DAY - ONE)
    office.world.write(lambda session: operations.add_certificate(session, office.actor, late, draft))
    found = office.world.read(lambda session: queries.candidates(session, office.forum_id, DAY))
    assert [one.id for one in found] == [office.person_id, none, late]
    page = office.browser.get("/forums/one/staffing").text
    assert "수료증이 2026. 11. 25.(수)에 끝났습니다" in page
    assert "수료증이 없습니다" in page
    assert page.count("disabled") == 2 * 3, "two people greyed at three tables"


def test_a_refusal_is_said_on_the_page(office: Office) -> None:
    office.browser.post("/forums/one/staffing", data={"table": "1", "person": str(office.person_id)})
    assert "수료증이 없는 분은" in office.browser.get("/forums/one/staffing").text


@pytest.mark.parametrize(
    "data",
    [{}, {"table": "1"}, {"table": "x", "person": "1"}, {"table": "0", "person": "1"}, {"table": "1", "person": "<i>"}],
)
def test_a_bad_assignment_is_said_on_the_page(office: Office, data: dict[str, str]) -> None:
    assert office.browser.post("/forums/one/staffing", data=data).status_code == 303
    assert "notice-error" in office.browser.get("/forums/one/staffing").text


TYPED = {"number": "가온-9", "issued_by": "가온시", "valid_from": "2026-01-01", "valid_to": "2027-12-31"}
BAD = {
    "missing": {"number": ""},
    "overlong": {"issued_by": "가" * 81},
    "no such day": {"valid_from": "2026-02-30"},
    "a day in words": {"valid_to": "내년"},
    "the wrong way round": {"valid_to": "2025-01-01"},
    "a far day": {"valid_to": "9999-01-01"},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_bad_certificate_is_refused_in_words_and_kept(office: Office, bad: dict[str, str]) -> None:
    path = f"/people/{office.person_id}/certificates"
    page = office.browser.post(path, data={**TYPED, **bad})
    assert page.status_code == 422
    assert "field-error" in page.text
    kept = TYPED if "number" not in bad else {"issued_by": "가온시"}
    assert all(value in page.text for name, value in kept.items() if name not in bad)


def test_a_number_is_given_once(office: Office) -> None:
    path = f"/people/{office.person_id}/certificates"
    assert office.browser.post(path, data=TYPED).status_code == 303
    assert office.browser.post(path, data=TYPED).status_code == 409


def test_days_the_wrong_way_round_are_refused_by_the_operation(office: Office) -> None:
    with pytest.raises(Invalid):
        office.certify(DAY, DAY - ONE)


def test_nobody_is_certified_who_is_not_there(office: Office) -> None:
    assert office.browser.get("/people/999999/certificates").status_code == 404
    assert office.browser.post("/people/999999/certificates", data=TYPED).status_code == 404
