"""The ceiling: a raw websocket server (picows on uvloop) with the same messages on the wire and nothing behind them.

`python -m bench.load.ceiling PORT JOIN_BYTES TURNOUT_BYTES`: every act is acknowledged at once; every two seconds all
phones get a turnout of the given size where somebody voted, and every phone is pinged as often as ours are.
"""

import asyncio
import sys

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

OPEN = b'0{"sid":"ceiling","upgrades":[],"pingInterval":12500,"pingTimeout":10000,"maxPayload":65536}'
ANSWER = (
    b'[{"ok":true,"result":{"ballot":1,"receipt":"ACDEFH","at":"19:20","closing":false},'
    b'"message":"\xed\x88\xac\xed\x91\x9c\xea\xb0\x80 \xec\xa0\x91\xec\x88\x98\xeb\x90\x98"}]'
)


PING_EVERY = 12.5


class Server:
    """All connections, and whether anybody voted since the last turnout."""

    def __init__(self, page: int, turnout: int) -> None:
        self.everyone: set[WSTransport] = set()
        self.voted = False
        self.page = b'[{"ok":true,"regions":"' + b"x" * page + b'"}]'
        self.turnout = b'42/live,["regions",{"h":"' + b"x" * turnout + b'"}]'

    async def tell(self) -> None:
        while True:
            await asyncio.sleep(2)
            if self.voted:
                self.voted = False
                for transport in self.everyone:
                    transport.send(WSMsgType.TEXT, self.turnout)


class Connection(WSListener):  # type: ignore[misc]
    """One phone."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.server = server

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.server.everyone.add(transport)
        transport.send(WSMsgType.TEXT, OPEN)
        self.ping = asyncio.get_running_loop().call_later(PING_EVERY, self.beat, transport)

    def beat(self, transport: WSTransport) -> None:
        transport.send(WSMsgType.TEXT, b"2")
        self.ping = asyncio.get_running_loop().call_later(PING_EVERY, self.beat, transport)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.server.everyone.discard(transport)
        self.ping.cancel()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
            return
        text = frame.get_payload_as_bytes()
        if text[:2] == b"40":
            transport.send(WSMsgType.TEXT, b'40/live,{"sid":"ceiling"}')
        elif text[:2] == b"42":
            number = text[8 : text.index(b"[")]
            is_vote = b'"act"' in text[:40]
            self.server.voted |= is_vote
            transport.send(WSMsgType.TEXT, b"43/live," + number + (ANSWER if is_vote else self.server.page))


async def serve(port: int, page: int, turnout: int) -> None:
    """Serve until stopped."""
    server = Server(page, turnout)

    def factory(_request: WSUpgradeRequest) -> Connection:
        return Connection(server)

    listening = await ws_create_server(factory, "127.0.0.1", port)
    await asyncio.gather(listening.serve_forever(), server.tell())


if __name__ == "__main__":
    uvloop.run(serve(*(int(number) for number in sys.argv[1:4])))
