"""Joining while others write to the same PostgreSQL: what a page is given is whole; where nothing can be read, it is told."""

import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from core.db.work import Database
from core.events.tail import Tail
from core.live.fellows import Fellows
from core.live.hub import live_server
from core.live.presence import PRESENCE
from core.live.regions import SURFACES
from core.permissions import Role
from participation.proposals.operations import submit_proposal
from participation.seats.operations import move_seat
from tests.core.live.test_fellows import Air, Bus
from tests.factories import World

pytestmark = pytest.mark.parametrize("house", ["postgresql"], indirect=True, scope="session")
TEXT = "횡단보도 초록불을 조금만 늘려 주세요."


class Place:
    """One phone's link to this server, and another server that writes to the same store."""

    def __init__(self, app: Flask, world: World, other: Database) -> None:
        self.app, self.world, self.other = app, world, other
        self.forum_id = world.forum(tables=4)
        self.host = world.actor(self.forum_id, person_id=world.person(Role.HOST, scope=self.forum_id))
        self.seat_id, self.token = world.seat(self.forum_id)
        self.writer = world.actor(self.forum_id, token=world.seat(self.forum_id, place=2)[1])

    def link(self) -> Any:
        phone = self.world.phone(self.forum_id, self.token)
        return live_server(self.app).socketio.test_client(self.app, namespace="/live", flask_test_client=phone)

    def join(self, link: Any, **more: Any) -> dict[str, Any]:
        asked = {"forum": self.forum_id, "surface": "phone", **more}
        answer: dict[str, Any] = link.emit("join", asked, namespace="/live", callback=True)
        return answer

    def propose_elsewhere(self) -> None:
        """In a thread of its own: a server knows nothing of what another is reading."""
        write = partial(submit_proposal, actor=self.writer, forum_id=self.forum_id, text=TEXT)
        acting = threading.Thread(target=self.other.perform, args=(write,), kwargs={"log_id": self.forum_id})
        acting.start()
        acting.join()

    def move_elsewhere(self, table: int) -> None:
        self.other.perform(
            lambda session: move_seat(session, self.host, self.forum_id, self.seat_id, table), log_id=self.forum_id
        )


@pytest.fixture
def place(app: Flask, world: World, database: Database) -> Iterator[Place]:
    other = Database(database.url)
    yield Place(app, world, other)
    other.close()


@pytest.fixture
def tail(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tail]:
    """This server is one of several, whose words are lost: only looking helps."""
    server: Any = live_server(app)
    monkeypatch.setattr(server, "_fellows", None)
    wrote = server.database._writer.tell_all
    fellows: Any = Fellows(Bus(Air()), PRESENCE, server.tell)  # type: ignore[arg-type]
    server.share(fellows)
    yield fellows.tail
    server.database._writer.tell_all = wrote


def test_nothing_is_between_what_a_page_reads_and_what_it_is_told(
    place: Place, tail: Tail, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another server writes after this one has begun to read for the page, before the page hears anything."""
    phone = SURFACES["phone"]
    watch = phone.watch

    def write_meanwhile(*asked: Any) -> Any:
        found = watch(*asked)
        place.propose_elsewhere()
        return found

    link = place.link()
    monkeypatch.setattr(phone, "watch", write_meanwhile)
    for number, seen in enumerate(({}, {"forum": 0, "table:1": 1, "turnout": 0, f"seat:{place.seat_id}": 0}), 1):
        answer = place.join(link, seen=seen)
        assert answer["ok"], answer
        assert answer["streams"]["table:1"] == number
        assert sum(TEXT in region["h"] for region in answer["regions"]) >= 1, answer["full"]
    link.disconnect(namespace="/live")


def test_what_others_did_is_told_after_a_look(place: Place, tail: Tail) -> None:
    link = place.link()
    assert place.join(link)["ok"]
    place.propose_elsewhere()
    tail.look()
    tail.catch_up()
    (told,) = [message["args"][0] for message in link.get_received("/live") if message["name"] == "regions"]
    assert (told["stream"], told["from"], told["to"]) == ("table:1", 1, 1)
    link.disconnect(namespace="/live")


def test_a_seat_that_was_moved_elsewhere_is_noticed_also_by_who_never_joined(place: Place, tail: Tail) -> None:
    """Nobody follows the forum here, so no word of it comes: whoever acts is looked up each time."""
    link, server = place.link(), live_server(place.app)
    asked = {"forum": place.forum_id, "name": "proposal.submit", "data": {"text": TEXT}}
    assert link.emit("act", asked, namespace="/live", callback=True)["ok"]
    (sid,) = server._connections
    for table in (2, 3):
        place.move_elsewhere(table)
        assert server._actor(sid, place.forum_id).table == table
    assert place.join(link)["streams"].keys() >= {"table:3"}
    place.move_elsewhere(4)
    tail.look()
    tail.catch_up()
    assert server._actor(sid, place.forum_id).table == 4
    link.disconnect(namespace="/live")


def test_where_nothing_can_be_read_the_page_is_told_to_try_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_asked: Any) -> None:
        raise OperationalError("", {}, psycopg.errors.AdminShutdown())

    link = place.link()
    with monkeypatch.context() as while_it_is_away:
        while_it_is_away.setattr(SURFACES["phone"], "watch", away)
        answer = place.join(link)
    assert (answer["ok"], answer["code"]) == (False, "fault")
    assert place.join(link)["ok"]
    link.disconnect(namespace="/live")
