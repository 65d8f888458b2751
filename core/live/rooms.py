"""Rooms of the socket server that know by connection where it is, so that leaving does not look through all of them."""

from collections import defaultdict
from typing import Any

import socketio


class Rooms(socketio.Manager):  # type: ignore[misc]
    """As python-socketio's own, whose cost of a leaving grows with everyone who is there."""

    def __init__(self) -> None:
        super().__init__()
        self.rooms: dict[str, dict[str | None, Any]] = {}
        self._of: defaultdict[tuple[str, str], set[str | None]] = defaultdict(set)

    def basic_enter_room(self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None) -> None:
        """Enter, and note it."""
        super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
        self._of[namespace, sid].add(room)

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        """Leave, and note it."""
        super().basic_leave_room(sid, namespace, room)
        self._of[namespace, sid].discard(room)

    def basic_disconnect(self, sid: str, namespace: str, **kwargs: Any) -> None:
        """Leave the rooms it is in; everything else that is known of it goes as before."""
        for room in list(self._of.pop((namespace, sid), ())):
            super().basic_leave_room(sid, namespace, room)
        everyone, self.rooms = self.rooms, {namespace: {}}
        try:
            super().basic_disconnect(sid, namespace, **kwargs)
        finally:
            self.rooms = everyone
