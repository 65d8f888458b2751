"""What a page sends over its websocket: the opening, and frames put together to whole messages (RFC 6455, 7692)."""

import base64
import binascii
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from core.live.frames import ALONE, TAIL

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
MORE, TEXT, BYTES, GOODBYE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
WHOLE, SQUEEZED, RESERVED, KIND, CONTROL = 0x80, 0x40, 0x30, 0x0F, 0x08
MASKED = 0x80
MOST_CONTROL = 125  # bytes in a ping or a goodbye
WRONG, NO_TEXT, TOO_BIG = 1002, 1007, 1009
NORMAL, UNSAID = 1000, 1005
SENDABLE = (*range(1000, 1004), *range(1007, 1015), *range(3000, 5000))
Message = str | bytes


class Refused(Exception):
    """An opening that is none."""


class Broken(Exception):
    """A page does not keep to the protocol, or bids goodbye; `code` is said to it before hanging up."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def opening(environ: Mapping[str, str], *, squeezed: bool) -> bytes:
    """The answer to a page that opens a websocket. Raises `Refused`."""
    key = environ.get("HTTP_SEC_WEBSOCKET_KEY", "").strip()
    try:
        is_key = len(base64.b64decode(key, validate=True)) == 16
    except (binascii.Error, ValueError):
        is_key = False
    if not is_key or environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
        raise Refused
    accept = base64.b64encode(hashlib.sha1(key.encode() + MAGIC, usedforsecurity=False).digest())
    extensions = b"Sec-WebSocket-Extensions: " + ALONE.encode() + b"\r\n" if squeezed else b""
    start = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    return start + b"Sec-WebSocket-Accept: " + accept + b"\r\n" + extensions + b"\r\n"


def unmasked(mask: bytes, data: bytes) -> bytes:
    """`data` with its mask of four bytes taken off."""
    size = len(data)
    whole = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "little") ^ int.from_bytes(whole, "little")).to_bytes(size, "little")


@dataclass
class Control:
    """A ping or a pong, between messages or amid one."""

    kind: int
    data: bytes


class Inbound:
    """Puts together what one page sends: bytes in, whole messages out. `most` bytes are taken for one message."""

    __slots__ = ("_first", "_parts", "_rest", "_size", "_takes_squeezed", "most")

    def __init__(self, most: int, *, squeezed: bool) -> None:
        self.most = most
        self._takes_squeezed = squeezed
        self._rest = b""
        self._first = 0
        self._parts: list[bytes] = []
        self._size = 0

    def take(self, data: bytes) -> list[Message | Control]:
        """What is whole by now. Raises `Broken`, also where the page bids goodbye."""
        data = self._rest + data if self._rest else data
        found: list[Message | Control] = []
        at = 0
        while (end := self._frame(data, at, found)) > at:
            at = end
        self._rest = data[at:]
        return found

    def _frame(self, data: bytes, at: int, found: list[Message | Control]) -> int:
        """Where the frame that begins at `at` ends; `at` itself where it is not there yet."""
        if len(data) < at + 6:
            return at
        first, size, start = data[at], data[at + 1], at + 2
        if not size & MASKED:
            raise Broken(WRONG)
        size &= ~MASKED
        if size > MOST_CONTROL:
            wide = 2 if size == 126 else 8
            size, start = int.from_bytes(data[start : start + wide], "big"), start + wide
        self._check(first, size)
        end = start + 4 + size
        if len(data) < end:
            return at
        payload = unmasked(data[start : start + 4], data[start + 4 : end])
        if first & CONTROL:
            found.append(_control(first & KIND, payload))
        else:
            self._add(first, payload, found)
        return end

    def _check(self, first: int, size: int) -> None:
        kind = first & KIND
        if first & CONTROL:
            is_right = first & ~KIND == WHOLE and kind in (GOODBYE, PING, PONG) and size <= MOST_CONTROL
        else:
            is_right = kind in (MORE, TEXT, BYTES) and (kind == MORE) == bool(self._first) and not first & RESERVED
            is_right = is_right and (not first & SQUEEZED or (self._takes_squeezed and kind != MORE))
        if not is_right:
            raise Broken(WRONG)
        if size > self.most - (0 if first & CONTROL else self._size):
            raise Broken(TOO_BIG)

    def _add(self, first: int, payload: bytes, found: list[Message | Control]) -> None:
        begun = self._first or first
        if not first & WHOLE:
            self._first = begun
            self._parts.append(payload)
            self._size += len(payload)
            return
        if self._parts:
            payload = b"".join((*self._parts, payload))
            self._first, self._size = 0, 0
            self._parts.clear()
        found.append(self._message(begun, payload))

    def _message(self, first: int, payload: bytes) -> Message:
        if first & SQUEEZED:
            payload = self._unpacked(payload)
        if first & KIND == BYTES:
            return payload
        try:
            return payload.decode()
        except UnicodeDecodeError as error:
            raise Broken(NO_TEXT) from error

    def _unpacked(self, payload: bytes) -> bytes:
        unpack = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            text = unpack.decompress(payload + TAIL, self.most + 1)
        except zlib.error as error:
            raise Broken(WRONG) from error
        if len(text) > self.most:
            raise Broken(TOO_BIG)
        return text


def _control(kind: int, payload: bytes) -> Control:
    if kind != GOODBYE:
        return Control(kind, payload)
    if not payload:
        raise Broken(NORMAL)
    code = int.from_bytes(payload[:2], "big")
    raise Broken(code if len(payload) > 1 and code in SENDABLE else WRONG)


def control(kind: int, data: bytes) -> bytes:
    """The frame of a pong or a goodbye."""
    return bytes((WHOLE | kind, len(data))) + data


def goodbye(code: int) -> bytes:
    """The frame that ends a connection."""
    return control(GOODBYE, code.to_bytes(2, "big"))
