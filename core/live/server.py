"""The socket server: connect, join, act. One namespace, `/live`; websocket only."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Flask, request
from flask_socketio import SocketIO, disconnect, join_room

from core.accounts.queries import account_of_session
from core.errors import DomainError
from core.forms import flatten
from core.i18n import say, set_locale
from core.live.catchup import catch_up
from core.live.commands import perform_command, refusal
from core.live.delivery import Delivery, room
from core.live.presence import PRESENCE, Present
from core.live.regions import SURFACES, drawn_for_all
from core.permissions import Actor
from core.web.context import Services, services, signed_in
from core.web.identity import make_actor
from core.web.limits import count

log = logging.getLogger("hyeondap.live")
NAMESPACE = "/live"
PresenceListener = Callable[[Present], None]


class LiveServer:
    """Sockets of one process: who is on which page, and the emitter for `Delivery`."""

    def __init__(self, app: Flask, async_mode: str) -> None:
        self.app = app
        make: Any = SocketIO
        self.socketio: Any = make(
            app,
            async_mode=async_mode,
            transports=["websocket"],
            allow_upgrades=False,
            manage_session=False,
            ping_interval=12.5,
            ping_timeout=10,
            max_http_buffer_size=64 * 1024,
        )
        self._listeners: list[PresenceListener] = []
        self._identities: dict[str, tuple[str | None, dict[str, str]]] = {}
        self.delivery = Delivery(services(app).database, self._emit, self._occupied, self._later)
        services(app).database.listen(self.delivery.deliver)
        on = partial(self.socketio.on, namespace=NAMESPACE)
        on("connect")(self._connect)
        on("disconnect")(self._leave)
        on("join")(self._join)
        on("act")(self._act)
        on("since")(self._since)

    def listen(self, listener: PresenceListener) -> None:
        """Tell `listener` when a page arrives or leaves."""
        self._listeners.append(listener)

    def drop_person(self, person_id: int) -> None:
        """Close every open page of a person (signed out, suspended)."""
        for connection in PRESENCE.connections(person_id=person_id):
            self._drop(connection)

    def drop_seat(self, seat_id: int, below: int) -> None:
        """Tell the pages of a seat opened before epoch `below` that it was taken over, and close them."""
        for connection in PRESENCE.connections(seat_id=seat_id, below=below):
            self.socketio.emit("taken_over", {}, to=connection, namespace=NAMESPACE)
            self._drop(connection)

    def _drop(self, connection: str) -> None:
        with self.app.app_context():
            disconnect(sid=connection, namespace=NAMESPACE)

    def _emit(self, name: str, body: dict[str, Any], target: str) -> None:
        self.socketio.emit(name, body, to=target, namespace=NAMESPACE)

    def _occupied(self, target: str) -> bool:
        return bool(self.socketio.server.manager.rooms.get(NAMESPACE, {}).get(target))

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        def wait() -> None:
            self.socketio.sleep(seconds)
            act()

        self.socketio.start_background_task(wait)

    def _connect(self, _auth: Any = None) -> None:
        person = signed_in()
        self._identities[_sid()] = (person.get_id() if person else None, dict(request.cookies))

    def _actor(self, forum_id: int) -> Actor:
        """The actor of this connection as things stand now."""
        session_id, cookies = self._identities.get(_sid(), (None, {}))
        house: Services = services(self.app)
        with house.database.reading() as session:
            account = account_of_session(session, session_id) if session_id else None
            return make_actor(session, house.directory, account, cookies, forum_id)

    def _join(self, asked: Any) -> dict[str, Any]:
        asked = asked if isinstance(asked, dict) else {}
        forum_id, surface = asked.get("forum"), SURFACES.get(str(asked.get("surface")))
        if not isinstance(forum_id, int) or surface is None or not 0 < forum_id < 2**31:
            return _refused("shape")
        set_locale(str(asked.get("locale", "")))
        actor = self._actor(forum_id)
        arguments = {str(name): str(value)[:60] for name, value in asked.items() if isinstance(value, (str, int))}
        with services(self.app).database.reading() as session:
            watch = surface.watch(session, actor, forum_id, arguments)
            if watch is None:
                return _refused("forbidden")
            locale = "en" if asked.get("locale") == "en" else "ko"
            for stream in watch.streams:
                join_room(room(forum_id, stream, surface.name, locale), namespace=NAMESPACE)
            table = int(arguments["table"]) if arguments.get("table", "").isdecimal() else actor.table
            seat = actor.seat_id if surface.name == "phone" else None
            self._arrive(Present(forum_id, surface.name, actor.key, actor.person_id, seat, actor.epoch, table))
            with drawn_for_all():
                answer = catch_up(session, surface, forum_id, watch, _numbers(asked.get("seen")))
        return {"ok": True, **answer}

    def _since(self, asked: Any) -> dict[str, Any]:
        """What was missed, for a page that noticed a gap."""
        return self._join(asked)

    def _act(self, asked: Any) -> dict[str, Any]:
        asked = asked if isinstance(asked, dict) else {}
        set_locale(str(asked.get("locale", "")))
        try:
            forum_id, name, data = asked.get("forum"), asked.get("name"), asked.get("data") or {}
            if not isinstance(forum_id, int) or not isinstance(name, str) or not isinstance(data, dict):
                return _refused("shape")
            if not 0 < forum_id < 2**31:
                return _refused("shape")
            key = str(asked["key"]) if asked.get("key") is not None else None
            actor = self._actor(forum_id)
            count("act", actor.key if actor.key != "anonymous" else _sid(), rate="240/minute")
            database = services(self.app).database
            outcome = perform_command(database, name, actor=actor, forum_id=forum_id, fields=flatten(data), key=key)
            return {"ok": True, "result": outcome.result, "message": str(outcome.message)}
        except DomainError as error:
            return refusal(error.code, error.message, error.fields)
        except Exception:
            log.exception("live command failed")
            return _refused("fault")

    def _arrive(self, present: Present) -> None:
        known = PRESENCE.get(_sid())
        PRESENCE.arrive(_sid(), present)
        if known is None:
            self._tell(present)

    def _leave(self, _reason: Any = None) -> None:
        self._identities.pop(_sid(), None)
        present = PRESENCE.leave(_sid())
        if present is not None:
            self._tell(present)

    def _tell(self, present: Present) -> None:
        for listener in self._listeners:
            listener(present)


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]


def _numbers(seen: Any) -> dict[str, int]:
    return {str(k): v for k, v in seen.items() if isinstance(v, int)} if isinstance(seen, dict) else {}


def _refused(code: str) -> dict[str, Any]:
    sentences = {
        "shape": say("보내신 내용의 모양이 맞지 않습니다."),
        "forbidden": say("이 화면을 볼 권한이 없습니다."),
        "fault": say("지금은 저장할 수 없습니다. 쓰신 글은 이 화면에 그대로 있습니다. 잠시 뒤 다시 눌러 주세요."),
    }
    return refusal(code, sentences[code], {})
