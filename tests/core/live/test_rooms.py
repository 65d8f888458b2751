"""Rooms: the same as the library's, and leaving costs the same however many are there."""

import time

import pytest
import socketio

from core.live.rooms import Rooms

NAMESPACE = "/live"


def filled(manager: socketio.Manager, connections: int) -> socketio.Manager:
    """A manager with so many connections, ten to a room, all of them in one hall."""
    manager.set_server(socketio.Server(client_manager=manager))
    for number in range(connections):
        sid = f"s{number}"
        manager.basic_enter_room(sid, NAMESPACE, None, eio_sid=f"e{number}")
        for room in (sid, "hall", f"table {number // 10}"):
            manager.basic_enter_room(sid, NAMESPACE, room)
    return manager


def there(manager: socketio.Manager) -> dict[str | None, dict[str, str]]:
    return {room: dict(inside) for room, inside in manager.rooms.get(NAMESPACE, {}).items()}


@pytest.mark.parametrize("leaving", [("s3",), ("s0", "s19"), tuple(f"s{number}" for number in range(20)), ("nobody",)])
def test_whoever_leaves_is_gone_from_every_room_and_nobody_else(leaving: tuple[str, ...]) -> None:
    ours, plain = filled(Rooms(), 20), filled(socketio.Manager(), 20)
    for manager in (ours, plain):
        manager.basic_leave_room("s4", NAMESPACE, "hall")
        for sid in leaving:
            manager.basic_disconnect(sid, NAMESPACE)
    assert there(ours) == there(plain)


def test_leaving_does_not_cost_more_where_more_are_there() -> None:
    def cost(manager: socketio.Manager) -> float:
        before = time.process_time()
        for number in range(100):
            manager.basic_disconnect(f"s{number}", NAMESPACE)
        return time.process_time() - before

    assert cost(filled(Rooms(), 3000)) * 5 < cost(filled(socketio.Manager(), 3000))
