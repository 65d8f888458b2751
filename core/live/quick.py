"""Events of live pages by the shortest way: python-socketio's general one costs as much as the act it carries.

What is an event of our namespace that wants an acknowledgement is taken here; everything else goes the general way.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from engineio.packet import MESSAGE, Packet

Handler = Callable[[str, Any], dict[str, Any]]
EVENT, ACK = "2", "3"
LONGEST_ID = 15  # digits


class QuickWay:
    """Stands before a Socket.IO server; `handlers` by the name of the event get the connection and what was sent."""

    def __init__(
        self, server: Any, namespace: str, handlers: Mapping[str, Handler], dumps: Callable[[Any], str]
    ) -> None:
        self._server = server
        self._namespace = namespace
        self._handlers = handlers
        self._dumps = dumps
        self._begins, self._answers = f"{EVENT}{namespace},", f"{ACK}{namespace},"
        self._generally: Callable[[str, Any], None] = server.eio.handlers["message"]
        server.eio.on("message", self.take)

    def take(self, link: str, text: Any) -> None:
        """One message of a page."""
        event = self._event(text) if isinstance(text, str) else None
        sid = self._server.manager.sid_from_eio_sid(link, self._namespace) if event else None
        if event is None or sid is None or not self._server.manager.is_connected(sid, self._namespace):
            self._generally(link, text)
            return
        number, handler, asked = event
        answer = self._dumps(handler(sid, asked))
        self._server.eio.send_packet(link, Packet(MESSAGE, f"{self._answers}{number}[{answer}]"))

    def _event(self, text: str) -> tuple[str, Handler, Any] | None:
        """The number to acknowledge, the handler and what was sent; None where it is anything else."""
        if not text.startswith(self._begins):
            return None
        at = len(self._begins)
        start = text.find("[", at, at + LONGEST_ID + 1)
        number = text[at:start]
        if start < 0 or not (number.isascii() and number.isdecimal()):
            return None
        try:
            name, asked = orjson.loads(text[start:])
        except ValueError:
            return None
        handler = self._handlers.get(name) if isinstance(name, str) else None
        return (number, handler, asked) if handler else None
