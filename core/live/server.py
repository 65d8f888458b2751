"""The socket server: connect, join, act. One namespace, `/live`; websocket only.

Handlers are those of python-socketio itself: opening a Flask request for each act would cost as much as the act.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextvars import Context
from dataclasses import astuple, dataclass, field
from typing import Any

from flask import Flask
from flask_socketio import SocketIO
from werkzeug.sansio.http import parse_cookie

from core.accounts.queries import account_of_session
from core.errors import DomainError
from core.events.log import Recorded
from core.forms import flatten
from core.i18n import set_locale
from core.live.asking import is_id, numbers, refused
from core.live.catchup import catch_up
from core.live.commands import perform_command, refusal
from core.live.delivery import Delivery, room
from core.live.fellows import DROP_PERSON, LINKED, Fellows
from core.live.links import use_links
from core.live.pace import ACTS
from core.live.presence import PRESENCE, Present
from core.live.pump import Pump
from core.live.quick import QuickWay
from core.live.quick_json import QuickJson
from core.live.regions import SURFACES, drawn_for_all
from core.live.rooms import Rooms
from core.metrics import counted
from core.permissions import Actor
from core.web.context import services, session_in
from core.web.identity import make_actor

log = logging.getLogger("hyeondap.live")
NAMESPACE = "/live"
GATHER_SECONDS = 0.04
SEAT_EVENTS = "seat."
FETCHED = 20.0  # seconds for which a page counts as open after it fetched: it does so every five without a websocket
OPENED = 600.0  # ... after it was opened, where nothing else is heard of it: no script may run on it
LAPSE_EVERY = 5.0  # seconds
UNLINKED = "unlinked/"
PresenceListener = Callable[[Present], None]


@dataclass
class _Connection:
    """Who opened a connection: session, cookies, and the seat it speaks for in a forum, as of a seating."""

    session_id: str | None
    cookies: dict[str, str]
    seats: dict[int, tuple[int, Actor]] = field(default_factory=dict)


class LiveServer:
    """Sockets of one process: who is on which page, and the emitter for `Delivery`."""

    def __init__(self, app: Flask, async_mode: str) -> None:
        self.app = app
        make: Any = SocketIO
        self.socketio: Any = make(
            app,
            async_mode=async_mode,
            async_handlers=False,
            transports=["websocket"],
            allow_upgrades=False,
            manage_session=False,
            client_manager=Rooms(),
            ping_interval=12.5,
            ping_timeout=10,
            max_http_buffer_size=64 * 1024,
            json=QuickJson,
        )
        self._server: Any = self.socketio.server
        self._listeners: list[PresenceListener] = []
        self._lapsing = self._is_going = False
        self._fellows: Fellows | None = None
        self._connections: dict[str, _Connection] = {}
        self._seatings: defaultdict[int, int] = defaultdict(int)
        self.database = services(app).database
        self.delivery = Delivery(self.database, self._emit, self._occupied, self._later)
        self.database.listen(self._note_seatings)
        taken = {"join": self._join, "since": self._join, "act": counted(self._act)}
        for name, handler in (taken | {"connect": self._connect, "disconnect": self._leave}).items():
            self._server.on(name, handler, namespace=NAMESPACE)
        if async_mode == "gevent":
            use_links(self._server.eio)
            QuickWay(self._server, NAMESPACE, taken, QuickJson.dumps)
            self.database.gather(GATHER_SECONDS)
            self.database.listen(Pump(self.delivery.deliver, self.socketio.start_background_task).put)
        else:
            self.database.listen(self.delivery.deliver)

    def listen(self, listener: PresenceListener) -> None:
        """Tell `listener` when a page arrives or leaves, over whatever way it is reached."""
        self._listeners.append(listener)

    def share(self, fellows: Fellows) -> None:
        """Serve beside others: pages anywhere are told of, whatever server an act came to."""
        self._fellows = fellows
        fellows.tail = self.database.share(fellows.announce)
        fellows.bus.on(LINKED, lambda _server, body: self.tell(PRESENCE.leave(_unlinked(Present(*body)))))
        fellows.bus.on(DROP_PERSON, lambda _server, person_id: self._drop_person(person_id))
        fellows.bus.on_up(self._drop_signed_out)

    def _drop_signed_out(self) -> None:
        """Close the pages of whoever signed out elsewhere while the other servers were not heard."""
        with self.database.reading() as session:
            held = [(sid, one.session_id) for sid, one in list(self._connections.items()) if one.session_id]
            gone = [sid for sid, session_id in held if account_of_session(session, session_id) is None]
        for sid in gone:
            self._drop(sid)

    def drop_person(self, person_id: int) -> None:
        """Close every open page of a person (signed out, suspended)."""
        if self._fellows is not None:
            self._fellows.bus.say(DROP_PERSON, person_id)
        self._drop_person(person_id)

    def _drop_person(self, person_id: int) -> None:
        for connection in PRESENCE.connections(person_id=person_id):
            self._drop(connection)

    def drop_seat(self, seat_id: int, below: int) -> None:
        """Tell the pages of a seat opened before epoch `below` that it was taken over, and close them."""
        for connection in PRESENCE.connections(seat_id=seat_id, below=below):
            self._emit("taken_over", {}, connection)
            self._drop(connection)

    def goodbye(self) -> None:
        """Let all pages go: this server stops, they come back elsewhere or later, so nobody is missed yet."""
        self._is_going = True
        for link in list(self._server.eio.sockets.values()):
            link.close(wait=False)

    def page_opened(self, surface: str, actor: Actor, forum_id: int, asked: Mapping[str, str]) -> None:
        """A page was drawn: until its script is heard of, it counts as open for some minutes."""
        here = _present(surface, actor, forum_id, asked)
        linked = PRESENCE.is_open_elsewhere(_unlinked(here), here)
        self._stay(here, FETCHED if linked else OPENED)

    def page_fetched(self, surface: str, actor: Actor, forum_id: int, asked: Mapping[str, str]) -> None:
        """A page acted, or fetched what it missed, without a websocket: it counts as open until it misses the next."""
        self._stay(_present(surface, actor, forum_id, asked), FETCHED)

    def _stay(self, here: Present, seconds: float) -> None:
        self.tell(PRESENCE.stay(_unlinked(here), here, seconds))
        if not self._lapsing:
            self._lapsing = True
            self._later(LAPSE_EVERY, self._lapse)

    def _lapse(self) -> None:
        try:
            self.tell(PRESENCE.lapse())
        except Exception:
            log.exception("who is gone could not be told")
        if PRESENCE.may_lapse():
            self._later(LAPSE_EVERY, self._lapse)
        else:
            self._lapsing = False

    def _drop(self, connection: str) -> None:
        if connection.startswith(UNLINKED):
            self.tell(PRESENCE.leave(connection))
        else:
            self._server.disconnect(connection, namespace=NAMESPACE)

    def _emit(self, name: str, body: dict[str, Any], target: str) -> None:
        self._server.emit(name, body, to=target, namespace=NAMESPACE)

    def _occupied(self, target: str) -> bool:
        return bool(self._server.manager.rooms.get(NAMESPACE, {}).get(target))

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        def wait() -> None:
            self.socketio.sleep(seconds)
            act()

        self.socketio.start_background_task(wait)

    def _connect(self, sid: str, environ: Mapping[str, Any], _auth: Any = None) -> None:
        cookies = parse_cookie(environ.get("HTTP_COOKIE", "")).to_dict()
        self._connections[sid] = _Connection(session_in(self.app, cookies), cookies)

    def _note_seatings(self, recorded: list[Recorded]) -> None:
        """What was known of the seats of a forum has to be looked up again."""
        for item in recorded:
            if item.event.kind.startswith(SEAT_EVENTS):
                self._seatings[item.log_id] += 1

    def _actor(self, sid: str, forum_id: int) -> Actor:
        """The actor of this connection. A resident's seat is looked up again after every change of seats."""
        connection = self._connections.get(sid) or _Connection(None, {})
        seating = self._seatings[forum_id]
        known = connection.seats.get(forum_id) if self._is_told_of(forum_id) else None
        if known is not None and known[0] == seating:
            return known[1]
        with self.database.reading() as session:
            account = account_of_session(session, connection.session_id) if connection.session_id else None
            directory = services(self.app).directory
            actor = make_actor(session, directory, account, connection.cookies, forum_id)
        if connection.session_id is None and actor.seat_id is not None:
            connection.seats[forum_id] = (seating, actor)
        return actor

    def _join(self, sid: str, asked: Any = None) -> dict[str, Any]:
        asked = asked if isinstance(asked, dict) else {}
        set_locale(str(asked.get("locale", "")))
        try:
            return self._let_in(sid, asked)
        except Exception:
            log.exception("a page could not join")
            return refused("fault")

    def _let_in(self, sid: str, asked: dict[str, Any]) -> dict[str, Any]:
        """What has to be drawn is read after the page hears what happens from then on, so that nothing is between."""
        forum_id, surface = asked.get("forum"), SURFACES.get(str(asked.get("surface")))
        if not is_id(forum_id) or surface is None:
            return refused("shape")
        with self.app.app_context(), self.database.one_reading():
            actor = self._actor(sid, forum_id)
            arguments = {str(name): str(value)[:60] for name, value in asked.items() if isinstance(value, (str, int))}
            with self.database.reading() as session:
                watch = surface.watch(session, actor, forum_id, arguments)
            if watch is None:
                return refused("forbidden")
            locale = "en" if asked.get("locale") == "en" else "ko"
            for stream in watch.streams:
                self._server.enter_room(sid, room(forum_id, stream, surface.name, locale), namespace=NAMESPACE)
            here = _present(surface.name, actor, forum_id, arguments)
            self.tell(PRESENCE.arrive(sid, here) + PRESENCE.leave(_unlinked(here)))
            self._follow(forum_id, here)
            self.database.look_anew()
            with self.database.reading() as session, drawn_for_all():
                answer = catch_up(session, surface, forum_id, watch, numbers(asked.get("seen")))
        return {"ok": True, **answer}

    def _follow(self, forum_id: int, here: Present) -> None:
        """What happens from here on is told, and this page needs no other server any more."""
        if self._fellows is not None and self._fellows.tail is not None:
            self._seatings[forum_id] += self._fellows.tail.follow(forum_id)
            self._fellows.bus.say(LINKED, astuple(here))

    def _is_told_of(self, forum_id: int) -> bool:
        """Whether every change of seats of a forum is heard of here, whichever server made it."""
        tail = self._fellows.tail if self._fellows is not None else None
        return tail is None or tail.follows(forum_id)

    def _act(self, sid: str, asked: Any = None) -> dict[str, Any]:
        asked = asked if isinstance(asked, dict) else {}
        set_locale(str(asked.get("locale", "")))
        forum_id, name, data = asked.get("forum"), asked.get("name"), asked.get("data") or {}
        if not is_id(forum_id) or not isinstance(name, str) or not isinstance(data, dict):
            return refused("shape")
        key = str(asked["key"]) if asked.get("key") is not None else None
        try:
            with self.app.app_context():
                actor = self._actor(sid, forum_id)
                ACTS.count(actor.key if actor.key != "anonymous" else sid)
                fields = flatten(data)
                outcome = perform_command(self.database, name, actor=actor, forum_id=forum_id, fields=fields, key=key)
            return {"ok": True, "result": outcome.result, "message": str(outcome.message)}
        except DomainError as error:
            return refusal(error.code, error.message, error.fields)
        except Exception:
            log.exception("live command failed")
            return refused("fault")

    def _leave(self, sid: str, _reason: Any = None) -> None:
        self._connections.pop(sid, None)
        if not self._is_going:
            self.tell(PRESENCE.leave(sid))

    def tell(self, changed: Iterable[Present]) -> None:
        """Tell who came or went, apart from the request at hand: its language, its reading of the database."""
        for present in changed:
            for listener in self._listeners:
                Context().run(listener, present)


def _present(surface: str, actor: Actor, forum_id: int, asked: Mapping[str, str]) -> Present:
    leads = surface == "console" and asked.get("table", "").isdecimal()
    table = int(asked["table"]) if leads else actor.table
    seat = actor.seat_id if surface == "phone" else None
    return Present(forum_id, surface, actor.key, actor.person_id, seat, actor.epoch, table)


def _unlinked(here: Present) -> str:
    """What stands for the connection of a page that has none; a phone follows its seat to another table."""
    table = "" if here.surface == "phone" else f"/{here.table}"
    return f"{UNLINKED}{here.forum_id}/{here.surface}/{here.actor_key}{table}"
