"""The live wire on a small surface of its own: join, deliver after commit, catch up, act once, over socket and HTTP."""

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from core.db.work import Database
from core.errors import Conflict
from core.events.event import Event
from core.events.log import heads, record, since
from core.forms import HouseForm, text_field
from core.i18n import say
from core.live.commands import command
from core.live.hub import live_server
from core.live.presence import PRESENCE
from core.live.regions import Region, Surface, Watch, apply_regions
from core.permissions import Actor, Role
from participation.seats.operations import move_seat
from participation.seats.queries import seats_of_table
from tests.factories import World

BOARD: dict[int, list[str]] = {}
surface = Surface("board")


@dataclass(frozen=True)
class NoteWritten(Event, kind="test.note_written", stream="table:{table}"):
    """A note was put on a table's board."""

    note: int
    table: int


class NoteForm(HouseForm):
    """One note."""

    text = text_field(say("쪽지"), 20)


@command("note.write", form=NoteForm, permission="seat.held", done=say("적었습니다."))
def write(session: Session, actor: Actor, forum_id: int, form: Any) -> dict[str, Any]:
    if form.text_of("text") == "거절":
        raise Conflict("refused", say("받지 않습니다."))
    BOARD.setdefault(forum_id, []).append(form.text_of("text"))
    record(session, forum_id, actor.key, NoteWritten(note=len(BOARD[forum_id]), table=actor.table or 0))
    return {"note": len(BOARD[forum_id])}


@surface.admits
def admit(session: Session, actor: Actor, forum_id: int, asked: dict[str, str]) -> Watch | None:
    return Watch(("forum", f"table:{actor.table}"), (actor.table or 0,)) if actor.seat_id else None


@surface.contents
def contents(session: Session, forum_id: int, table: int) -> list[str]:
    return ["count", *(f"note-{number}" for number in range(1, len(BOARD.get(forum_id, [])) + 1))]


@surface.region("count")
def count(session: Session, forum_id: int) -> str:
    return f'<p data-region="count">{len(BOARD.get(forum_id, []))}</p>'


@surface.region("note-{number}", within="notes")
def note(session: Session, forum_id: int, number: int) -> str:
    return f'<p data-region="note-{number}">{BOARD[forum_id][number - 1]}</p>'


@surface.on(NoteWritten)
def touched(event: NoteWritten) -> list[str]:
    return [f"note-{event.note}", "count"]


@pytest.fixture
def table(app: Flask, world: World) -> tuple[int, Any]:
    """A forum and a phone at table 1 that has joined over its socket."""
    BOARD.clear()
    forum_id = world.forum()
    _, token = world.seat(forum_id)
    return forum_id, _socket(app, world, forum_id, token)


def _socket(app: Flask, world: World, forum_id: int, token: str) -> Any:
    return live_server(app).socketio.test_client(app, namespace="/live", flask_test_client=world.phone(forum_id, token))


def _join(socket: Any, forum_id: int, seen: dict[str, int] | None = None) -> Any:
    asked = {"forum": forum_id, "surface": "board", "seen": seen or {}}
    return socket.emit("join", asked, namespace="/live", callback=True)


def _act(socket: Any, forum_id: int, text: Any, key: str = "key-00000001", name: str = "note.write") -> Any:
    asked = {"forum": forum_id, "name": name, "key": key, "data": {"text": text}}
    return socket.emit("act", asked, namespace="/live", callback=True)


def test_an_act_reaches_everyone_at_the_table_after_its_commit(app: Flask, world: World, table: Any) -> None:
    forum_id, socket = table
    _, other_token = world.seat(forum_id, place=2)
    other = _socket(app, world, forum_id, other_token)
    assert _join(socket, forum_id)["full"]
    _join(other, forum_id)
    answer = _act(socket, forum_id, "의자가 필요해요")
    assert answer == {"ok": True, "result": {"note": 1}, "message": "적었습니다."}
    (received,) = other.get_received("/live")
    body = received["args"][0] if isinstance(received["args"], list) else received["args"]
    assert (body["stream"], body["from"], body["to"]) == ("table:1", 1, 1)
    assert [region["n"] for region in body["regions"]] == ["note-1", "count"]


def test_another_table_hears_nothing(app: Flask, world: World, table: Any) -> None:
    forum_id, socket = table
    _, far_token = world.seat(forum_id, table=2)
    far = _socket(app, world, forum_id, far_token)
    _join(socket, forum_id)
    _join(far, forum_id)
    _act(socket, forum_id, "그늘")
    assert far.get_received("/live") == []


def test_a_connection_follows_its_seat_to_another_table(app: Flask, world: World, table: Any) -> None:
    forum_id, socket = table
    host = world.actor(forum_id, person_id=world.person(Role.HOST))
    (seat,) = world.read(lambda session: seats_of_table(session, forum_id, 1))
    assert _act(socket, forum_id, "먼저", key="key-before")["ok"]
    world.write(lambda session: move_seat(session, host, forum_id, seat.id, 2))
    assert _act(socket, forum_id, "나중", key="key-after")["ok"]
    with world.database.reading() as session:
        reached = heads(session, forum_id, ["table:1", "table:2"])
        kinds = [[item.event.kind for item in since(session, forum_id, f"table:{n}", 0, 9)] for n in (1, 2)]
    assert kinds[1].count("test.note_written") == 1, (reached, kinds)


def test_the_same_key_acts_once_over_socket_http_and_form(world: World, table: Any, app: Flask) -> None:
    forum_id, _ = table
    _, token = world.seat(forum_id, place=3)
    phone, other = world.phone(forum_id, token), _socket(app, world, forum_id, token)
    first = _act(other, forum_id, "가로등", key="key-same-1")
    path = f"/live/{forum_id}/do/note.write"
    again = phone.post(path, json={"key": "key-same-1", "data": {"text": "가로등"}})
    form = {"key": "key-same-1", "text": "가로등"}
    page = phone.post(f"/forums/{world.slug(forum_id)}/do/note.write", data={**form, "return_to": "/healthz"})
    assert again.json == first
    assert page.status_code == 303
    assert BOARD[forum_id] == ["가로등"]
    reused = phone.post(path, json={"key": "key-same-1", "data": {"text": "다른 글"}})
    assert (reused.status_code, reused.json["code"]) == (409, "key_reused")


def test_any_prefix_of_the_log_and_the_rest_equal_a_fresh_snapshot(
    app: Flask, world: World, table: Any, database: Database
) -> None:
    forum_id, socket = table
    pages: list[tuple[dict[str, int], dict[str, Region]]] = []
    for number in range(6):
        with database.reading() as session:
            seen = heads(session, forum_id, ["forum", "table:1"])
            pages.append((seen, {r.name: r for r in surface.snapshot(session, forum_id, (1,))}))
        _act(socket, forum_id, f"제안 {number}", key=f"key-{number:08}")
    with database.reading() as session:
        fresh = {r.name: r for r in surface.snapshot(session, forum_id, (1,))}
    for seen, old in pages:
        missed = _join(socket, forum_id, seen)
        assert not missed["full"]
        updates = [Region(r["n"], r["h"], r["w"], r["f"]) for r in missed["regions"]]
        assert apply_regions(old, updates) == fresh


def test_too_much_missed_gives_the_whole_page(world: World, table: Any, database: Database) -> None:
    forum_id, socket = table
    BOARD[forum_id] = ["x"]

    def many(session: Session) -> None:
        for _ in range(201):
            record(session, forum_id, "seat:1", NoteWritten(note=1, table=1))

    database.perform(many)
    assert _join(socket, forum_id, {"forum": 0, "table:1": 0})["full"]
    assert not _join(socket, forum_id, {"forum": 0, "table:1": 1})["full"]


def test_catch_up_over_plain_http_is_the_same(world: World, table: Any) -> None:
    forum_id, socket = table
    _act(socket, forum_id, "벤치")
    _, token = world.seat(forum_id, place=4)
    answer = world.phone(forum_id, token).get(f"/live/{forum_id}/since?surface=board&seen=forum~0,table:1~0").json
    assert answer["streams"] == {"forum": 0, "table:1": 1}
    assert [region["n"] for region in answer["regions"]] == ["note-1", "count"]


def test_who_holds_no_seat_is_refused(app: Flask, world: World) -> None:
    forum_id = world.forum()
    socket = live_server(app).socketio.test_client(app, namespace="/live", flask_test_client=world.browser())
    assert _join(socket, forum_id)["code"] == "forbidden"
    assert _act(socket, forum_id, "글")["code"] == "forbidden"
    assert world.browser().get(f"/live/{forum_id}/since?surface=board").status_code == 403


@pytest.mark.parametrize(
    "asked", [None, "x", [], {}, {"forum": "1"}, {"forum": 1, "name": 3}, {"forum": 2**70, "name": "note.write"}]
)
def test_a_message_of_the_wrong_shape_is_answered_in_words(table: Any, asked: Any) -> None:
    _, socket = table
    for name in ("join", "act", "since"):
        answer = socket.emit(name, asked, namespace="/live", callback=True)
        assert answer["ok"] is False
        assert answer["message"]


@pytest.mark.parametrize("text", ["", "가" * 21, None, {"a": 1}, [1, 2, [3]], "\x00\ud800", "<script>" * 9])
def test_bad_input_is_refused_with_the_field(table: Any, text: Any) -> None:
    forum_id, socket = table
    answer = _act(socket, forum_id, text)
    assert answer["ok"] is False
    assert answer["message"]
    assert BOARD.get(forum_id, []) == []


def test_what_the_operation_refuses_is_told(table: Any) -> None:
    forum_id, socket = table
    assert _act(socket, forum_id, "거절") == {"ok": False, "code": "refused", "message": "받지 않습니다.", "fields": {}}


def test_presence_knows_who_is_there_and_forgets(table: Any) -> None:
    forum_id, socket = table
    _join(socket, forum_id)
    assert len(PRESENCE.of_forum(forum_id)) == 1
    socket.disconnect("/live")
    assert PRESENCE.of_forum(forum_id) == []


def test_signing_out_closes_the_open_pages(app: Flask, world: World) -> None:
    forum_id = world.forum()
    person_id = world.facilitator(forum_id)
    _, token = world.seat(forum_id)
    browser = world.browser(person_id)
    browser.set_cookie(f"seat-{forum_id}", token)
    socket = live_server(app).socketio.test_client(app, namespace="/live", flask_test_client=browser)
    assert _join(socket, forum_id)["ok"]
    browser.post("/sign-out")
    assert not socket.is_connected("/live")
