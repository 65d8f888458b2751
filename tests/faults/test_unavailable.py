"""While the store takes nothing, an act is refused in words over every way, and the same act goes through afterwards."""

import errno
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError, ProgrammingError

from core.db.migrations import upgrade
from core.db.unavailable import is_about_the_place
from core.db.work import Database
from core.errors import Unavailable
from core.events.log import first_broken, heads, record
from core.live.hub import live_server
from participation.forums.events import ClockExtended
from participation.proposals.models import Proposal
from tests.factories import World
from tests.stores import read_only

KO = "지금은 저장할 수 없습니다. 쓰신 글은 이 화면에 그대로 있습니다. 잠시 뒤 다시 눌러 주세요."
EN = "This cannot be saved right now."
TEXT = "횡단보도 초록불을 조금만 늘려 주세요."


@pytest.fixture
def seated(world: World) -> tuple[int, str]:
    """A forum, and the token of a phone at one of its tables."""
    forum_id = world.forum()
    return forum_id, world.seat(forum_id)[1]


def _count(world: World) -> int:
    return world.read(lambda session: session.query(Proposal).count())


def test_over_http_socket_and_form_the_reader_is_told_and_may_send_again(
    app: Flask, world: World, database: Database, seated: tuple[int, str]
) -> None:
    forum_id, token = seated
    slug, phone = world.slug(forum_id), world.phone(forum_id, token)
    socket: Any = live_server(app).socketio.test_client(app, namespace="/live", flask_test_client=phone)
    ways = {name: f"key-{name}-0001" for name in ("http", "form", "socket")}
    path, form = f"/live/{forum_id}/do/proposal.submit", f"/forums/{slug}/do/proposal.submit"
    asked = {"forum": forum_id, "name": "proposal.submit", "key": ways["socket"], "data": {"text": TEXT}}

    with read_only(database):
        for language, sentence in (("ko", KO), ("en", EN)):
            headers = {"Accept-Language": language}
            json = {"key": ways["http"], "data": {"text": TEXT}}
            answer = phone.post(path, json=json, headers=headers)
            assert (answer.status_code, answer.json["code"], answer.json["ok"]) == (503, "unavailable", False)
            assert answer.json["message"].startswith(sentence)
            page = phone.post(form, data={"key": ways["form"], "text": TEXT}, headers=headers)
            assert page.status_code == 503
            assert sentence in page.text
            assert TEXT in page.text, "what was typed is still there"
            refused = socket.emit("act", {**asked, "locale": language}, namespace="/live", callback=True)
            assert (refused["ok"], refused["code"]) == (False, "unavailable")
            assert refused["message"].startswith(sentence)
        assert _count(world) == 0
        for readable in ("/", "/healthz", f"/forums/{slug}", f"/live/{forum_id}/since?surface=phone"):
            assert phone.get(readable).status_code == 200, readable

    assert phone.post(path, json={"key": ways["http"], "data": {"text": TEXT}}).json["ok"]
    assert phone.post(form, data={"key": ways["form"], "text": TEXT}).status_code == 303
    assert socket.emit("act", asked, namespace="/live", callback=True)["ok"]
    assert _count(world) == 3
    with database.reading() as session:
        assert heads(session, forum_id, ["table:1"]) == {"table:1": 3}
        assert first_broken(session, forum_id) is None


def test_a_file_that_may_only_be_read_is_told_apart_from_a_fault(tmp_path: Path) -> None:
    kept = Database(f"sqlite:///{tmp_path / 'house.db'}")
    upgrade(kept.write_engine)
    event = ClockExtended(segment=1, seconds=7)
    kept.perform(lambda session: record(session, 1, "system", event))
    shown = Database(f"sqlite:///file:{tmp_path / 'house.db'}?mode=ro&uri=true")
    with pytest.raises(Unavailable) as refused:
        shown.perform(lambda session: record(session, 1, "system", event))
    assert (refused.value.code, refused.value.status) == ("unavailable", 503)
    with shown.reading() as session:
        assert heads(session, 1, ["forum"]) == {"forum": 1}
    for database in (shown, kept):
        database.close()


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (OperationalError("", {}, psycopg.errors.DiskFull()), True),
        (OperationalError("", {}, psycopg.OperationalError("server closed the connection")), True),
        (InternalError("", {}, psycopg.errors.ReadOnlySqlTransaction()), True),
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EROFS, "Read-only file system"), True),
        (InternalError("", {}, psycopg.errors.InFailedSqlTransaction()), False),
        (IntegrityError("", {}, psycopg.errors.UniqueViolation()), False),
        (ProgrammingError("", {}, psycopg.errors.UndefinedTable()), False),
        (FileNotFoundError(errno.ENOENT, "No such file"), False),
        (ValueError("a fault of ours"), False),
    ],
)
def test_only_what_passes_by_itself_is_called_unavailable(error: Exception, passes: bool) -> None:
    assert is_about_the_place(error) is passes


def test_a_statement_that_sqlite_does_not_understand_is_a_fault(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'house.db'}")
    with pytest.raises(OperationalError, match="no such table"):
        database.perform(lambda session: record(session, 1, "system", ClockExtended(segment=1, seconds=7)))
    database.close()
