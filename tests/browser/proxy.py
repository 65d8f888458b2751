"""What stands between a phone and the house: a link that can be cut, a venue's proxy that lets no websocket through."""

import asyncio
import socket
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self

PIECE = 65_536  # bytes taken over at once
LONGEST_HEAD = 65_536  # bytes of the request line and its headers
REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Proxy:
    """Passes every byte on to `target_port` of this machine unchanged (the `Host` too), from a thread of its own.

    `refuse_upgrades` answers a connection that begins with the wish for a websocket with 403; `refused` counts them.
    """

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.refuse_upgrades = False
        self.refused = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._is_cut = False
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._serve())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """Break every connection, and each that is tried, until `restore`."""
        self._is_cut = True
        self._do(self._break_all())

    def restore(self) -> None:
        """Let connections through again."""
        self._is_cut = False

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _serve(self) -> None:
        self._server = await asyncio.start_server(self._connected, sock=self._listener, limit=LONGEST_HEAD)

    async def _stop(self) -> None:
        self._server.close()
        await self._break_all()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _break_all(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._open.add(writer)
        try:
            await self._pass_on(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()
            self._open.discard(writer)
            self._tasks.discard(task)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            return
        head = await reader.readuntil(b"\r\n\r\n")
        if self.refuse_upgrades and b"\r\nupgrade: websocket" in head.lower():
            self.refused += 1
            writer.write(REFUSAL)
            await writer.drain()
            writer.close()
            await writer.wait_closed()
            return
        from_house, to_house = await asyncio.open_connection("127.0.0.1", self.target_port)
        self._open.add(to_house)
        try:
            to_house.write(head)
            await asyncio.gather(_copy(reader, to_house), _copy(from_house, writer))
        finally:
            to_house.transport.abort()
            self._open.discard(to_house)


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Until one side hangs up: then the other is hung up on."""
    while piece := await source.read(PIECE):
        target.write(piece)
        await target.drain()
    target.close()
