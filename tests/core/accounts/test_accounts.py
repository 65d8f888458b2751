"""Signing in, roles, and what ends a session."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.accounts import operations, queries
from core.accounts.models import Grant, Person
from core.db.work import Database
from core.errors import Conflict, Forbidden, Invalid
from core.permissions import NOBODY, Role
from tests.factories import World

PASSWORD = "소나무 아래 벤치 7"


def _someone(database: Database, login: str = "Kim@gaon.example") -> int:
    return database.perform(
        lambda session: operations.add_person(session, login=login, name="김다온", password=PASSWORD).id
    )


def _sign_in(client: FlaskClient, login: str = "kim@gaon.example", password: str = PASSWORD, **more: str) -> int:
    return client.post("/sign-in", data={"login": login, "password": password, **more}).status_code


def test_the_right_password_opens_a_session(client: FlaskClient, database: Database) -> None:
    _someone(database)
    assert _sign_in(client) == 303
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("login", "password"), [("kim@gaon.example", "틀린 비밀번호 1"), ("없는사람", PASSWORD), ("", "")]
)
def test_a_wrong_pair_is_refused_and_the_name_kept(
    client: FlaskClient, database: Database, login: str, password: str
) -> None:
    _someone(database)
    page = client.post("/sign-in", data={"login": login, "password": password})
    assert page.status_code == 422
    assert login in page.text
    assert password not in page.text or not password


def test_guessing_stops_after_ten(client: FlaskClient, database: Database) -> None:
    _someone(database)
    tries = [_sign_in(client, password=f"틀린 비밀번호 {n}") for n in range(12)]
    assert tries == [422] * 10 + [429] * 2


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "\t//evil.example"])
def test_signing_in_never_leads_elsewhere(client: FlaskClient, database: Database, target: str) -> None:
    _someone(database)
    answer = client.post("/sign-in", data={"login": "kim@gaon.example", "password": PASSWORD, "next": target})
    assert answer.headers["Location"].startswith("/")
    assert "evil" not in answer.headers["Location"]


def test_suspending_ends_the_session_and_hides_nothing_else(world: World) -> None:
    admin_id, person_id = world.person(Role.ADMINISTRATOR), world.person(Role.STAFF)
    browser, admin = world.browser(person_id), world.browser(admin_id)
    assert browser.get("/account").status_code == 200
    assert admin.post(f"/people/{person_id}/active", data={"active": "0"}).status_code == 303
    assert browser.get("/account", headers={"Accept": "text/html"}).status_code == 303


def test_a_new_password_ends_other_sessions(client: FlaskClient, app: Flask, database: Database) -> None:
    _someone(database)
    other = app.test_client()
    assert _sign_in(client) == 303
    assert _sign_in(other) == 303
    client.post("/account", data={"current": PASSWORD, "password": "감나무 그늘 아래서"})
    assert other.get("/account", headers={"Accept": "text/html"}).status_code == 303


@pytest.mark.parametrize("password", ["짧다", "password123", "aaaaaaaaaaaa"])
def test_weak_passwords_are_refused(database: Database, password: str) -> None:
    with pytest.raises(Invalid):
        database.perform(lambda session: operations.add_person(session, login="a", name="가", password=password))


def test_passwords_are_kept_as_argon2id(database: Database) -> None:
    person_id = _someone(database)
    with database.reading() as session:
        assert session.get_one(Person, person_id).password_hash.startswith("$argon2id$")


def test_a_taken_sign_in_name_is_refused(database: Database) -> None:
    _someone(database)
    with pytest.raises(Conflict):
        _someone(database, "KIM@gaon.example ")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_grant(world: World, role: Role) -> None:
    person_id = world.person(role)
    actor = world.actor(None, person_id=person_id)
    with pytest.raises(Forbidden):
        world.write(lambda session: operations.grant_role(session, actor, person_id, Role.STAFF))
    assert world.browser(person_id).get("/people").status_code == 403


def test_the_last_administrator_stays(world: World) -> None:
    admin_id = world.person(Role.ADMINISTRATOR)
    actor = world.actor(None, person_id=admin_id)
    grant_id = world.read(lambda session: session.query(Grant).one().id)
    with pytest.raises(Conflict):
        world.write(lambda session: operations.revoke_role(session, actor, grant_id))


def test_a_grant_for_one_forum_holds_there_only(world: World) -> None:
    here, there = world.forum(), world.forum()
    actor = world.actor(here, person_id=world.person(Role.HOST, scope=here))
    assert actor.has(Role.HOST, here)
    assert not actor.has(Role.HOST, there)
    assert not NOBODY.has(Role.HOST, here)


def test_granting_twice_changes_nothing(world: World) -> None:
    admin_id, person_id = world.person(Role.ADMINISTRATOR), world.person()
    browser = world.browser(admin_id)
    for _ in range(2):
        browser.post(f"/people/{person_id}/grants", data={"role": "staff", "scope": "0"})
    with world.database.reading() as session:
        assert queries.account(session, person_id).roles == {(Role.STAFF, 0)}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "data", [{}, {"role": "king", "scope": "0"}, {"role": "staff", "scope": "x"}, {"role": "staff", "scope": "999"}]
)
def test_a_wrong_grant_is_refused_in_words(world: World, data: dict[str, str]) -> None:
    admin_id, person_id = world.person(Role.ADMINISTRATOR), world.person()
    answer = world.browser(admin_id).post(f"/people/{person_id}/grants", data=data)
    assert 400 <= answer.status_code < 500
