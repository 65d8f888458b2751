"""What a page sends is read as another's writing of the protocol sends it, however it is cut; anything else is refused."""

import random

import pytest
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, TextMessage
from wsproto.extensions import PerMessageDeflate

from core.live.frames import ALONE
from core.live.inbound import Broken, Control, Inbound, Refused, control, goodbye, opening

MOST = 70_000
TEXT = "가로등을 더 놓아 주세요. "


def sent(*events: Event, squeezed: bool = False) -> bytes:
    """The bytes of a page that sends these."""
    extension = PerMessageDeflate()
    extension.finalize(ALONE)
    page = Connection(ConnectionType.CLIENT, extensions=[extension] if squeezed else [])
    return b"".join(page.send(event) for event in events)


def read(data: bytes, *, squeezed: bool = False, cuts: int = 1) -> list[object]:
    """What is read, where the bytes come in pieces of some size."""
    inbound, found = Inbound(MOST, squeezed=squeezed), list[object]()
    for at in range(0, len(data), cuts):
        found += inbound.take(data[at : at + cuts])
    return found


@pytest.mark.parametrize("squeezed", [False, True])
@pytest.mark.parametrize("cuts", [1, 3, 4096, 200_000])
@pytest.mark.parametrize("size", [0, 1, 41, 42, 43, 125, 126, 4000])
def test_messages_are_read_whole_however_they_are_cut(size: int, cuts: int, squeezed: bool) -> None:
    texts = [(TEXT * 400)[:size], "", "x" * size]
    data = sent(*(TextMessage(data=text) for text in texts), BytesMessage(data=b"\0\xff" * size), squeezed=squeezed)
    assert read(data, squeezed=squeezed, cuts=cuts) == [*texts, b"\0\xff" * size]


def test_a_long_message_is_read() -> None:
    text = "".join(random.choices("abcdef", k=66_000))
    assert read(sent(TextMessage(data=text)), cuts=4096) == [text]


@pytest.mark.parametrize("squeezed", [False, True])
def test_a_message_in_parts_is_put_together_and_a_ping_amid_it_is_heard(squeezed: bool) -> None:
    parts = [TextMessage(data=TEXT, message_finished=False), Ping(payload=b"there?")]
    parts += [TextMessage(data="중간", message_finished=False), TextMessage(data="끝"), TextMessage(data="다음")]
    found = read(sent(*parts, squeezed=squeezed), squeezed=squeezed, cuts=5)
    assert found == [Control(0x9, b"there?"), TEXT + "중간" + "끝", "다음"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\x02hi\0\0", 1002),  # without a mask
        (b"\xc1\x81\0\0\0\0x", 1002),  # compressed, where that was not agreed
        (b"\xa1\x81\0\0\0\0x", 1002),  # a reserved bit
        (b"\x83\x81\0\0\0\0x", 1002),  # a kind that is none
        (b"\x80\x81\0\0\0\0x", 1002),  # goes on with nothing
        (b"\x01\x81\0\0\0\0x\x81\x81\0\0\0\0y", 1002),  # begins anew amid a message
        (b"\x09\x81\0\0\0\0x", 1002),  # a ping in parts
        (b"\x89\xfe\0\x7e\0\0\0\0", 1002),  # a ping that is too long
        (b"\x81\x82\0\0\0\0\xff\xfe", 1007),  # not text
        (b"\x81\xff" + (MOST + 1).to_bytes(8, "big") + bytes(4), 1009),
        (b"\x01\xff" + MOST.to_bytes(8, "big") + bytes(4 + MOST) + b"\x80\x81\0\0\0\0x", 1009),
        (b"\x88\x80\0\0\0\0", 1000),
        (b"\x88\x82\0\0\0\0\x03\xe9", 1001),
        (b"\x88\x81\0\0\0\0\x03", 1002),
        (b"\x88\x82\0\0\0\0\x03\xed", 1002),  # a code that is never sent
    ],
)
def test_what_is_none_ends_the_connection_and_so_does_a_goodbye(data: bytes, code: int) -> None:
    with pytest.raises(Broken) as broken:
        read(data, cuts=len(data))
    assert broken.value.code == code


@pytest.mark.parametrize(("text", "code"), [("x" * (MOST + 1), 1009), ("x" * 5_000_000, 1009)])
def test_a_message_that_swells_beyond_the_limit_is_not_taken(text: str, code: int) -> None:
    with pytest.raises(Broken) as broken:
        read(sent(TextMessage(data=text), squeezed=True), squeezed=True, cuts=4096)
    assert broken.value.code == code


def test_what_was_never_compressed_is_refused() -> None:
    with pytest.raises(Broken):
        read(b"\xc1\x84\0\0\0\0\xff\xff\xff\xff", squeezed=True)


def test_pongs_and_goodbyes_are_understood() -> None:
    page = Connection(ConnectionType.CLIENT)
    page.receive_data(control(0xA, b"here") + goodbye(1009))
    pong, end = page.events()
    assert pong.payload == b"here"  # type: ignore[attr-defined]
    assert isinstance(end, CloseConnection)
    assert end.code == 1009


def test_an_opening_is_answered_as_the_standard_has_it() -> None:
    asked = {"HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ==", "HTTP_SEC_WEBSOCKET_VERSION": "13"}
    answer = opening(asked, squeezed=False)
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert b"\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")
    assert b"Extensions" not in answer
    assert f"\r\nSec-WebSocket-Extensions: {ALONE}\r\n".encode() in opening(asked, squeezed=True)


@pytest.mark.parametrize(("key", "version"), [("", "13"), ("x", "13"), ("dGhlIHNhbXBsZSBub25jZQ==", "8"), ("한", "13")])
def test_an_opening_that_is_none_is_refused(key: str, version: str) -> None:
    with pytest.raises(Refused):
        opening({"HTTP_SEC_WEBSOCKET_KEY": key, "HTTP_SEC_WEBSOCKET_VERSION": version}, squeezed=False)
