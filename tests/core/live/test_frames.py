"""Frames of text messages, read by another's reading of the protocol."""

import pytest
from wsproto.connection import Connection, ConnectionType
from wsproto.events import TextMessage
from wsproto.extensions import PerMessageDeflate

from core.live.frames import FEWEST_SQUEEZED, frame, squeezes


def read(frames: list[bytes], *, squeezed: bool) -> list[str]:
    """What a page reads that agreed on these extensions."""
    extension = PerMessageDeflate()
    extension.finalize("permessage-deflate; server_no_context_takeover; client_no_context_takeover")
    page = Connection(ConnectionType.CLIENT, extensions=[extension] if squeezed else [])
    read, texts = "", []
    for one in frames:
        page.receive_data(one)
        for event in page.events():
            assert isinstance(event, TextMessage), event
            read += event.data
            if event.message_finished:
                texts.append(read)
                read = ""
    return texts


@pytest.mark.parametrize("squeezed", [False, True])
@pytest.mark.parametrize("size", [0, 1, 125, 126, 399, 400, 65_535, 65_536, 200_000])
def test_a_page_reads_what_was_written_whatever_its_length(size: int, squeezed: bool) -> None:
    texts = [("a보" * size)[:size], ("의자 " * size)[:size]]
    assert read([frame(text, squeezed) for text in texts], squeezed=squeezed) == texts


def test_a_compressed_message_stands_alone() -> None:
    first, second = "가로등을 더 놓아 주세요. " * 100, "가로등을 더 놓아 주세요. " * 101
    assert len(frame(second, True)) < len(second.encode()) / 10
    assert read([frame(first, True), frame(second, True)], squeezed=True) == [first, second]
    assert read([frame(second, True)], squeezed=True) == [second]


def test_what_is_short_or_goes_to_a_page_that_asked_for_nothing_is_left_as_it_is() -> None:
    short, long = "2", "x" * FEWEST_SQUEEZED
    assert frame(short, True) == frame(short, False) == b"\x81\x012"
    assert frame(long, False).endswith(long.encode())


def test_one_message_to_a_whole_room_is_made_once() -> None:
    message = "x" * 5000
    assert frame(message, True) is frame(message, True)
    assert frame(message, False) is not frame(message, True)


@pytest.mark.parametrize(
    ("offer", "taken"),
    [
        ("", False),
        ("x-webkit-deflate-frame", False),
        ("permessage-deflate", True),
        ("permessage-deflate; client_max_window_bits", True),
        ("permessage-deflate; server_max_window_bits=10", False),
    ],
)
def test_compression_is_taken_up_where_it_is_offered_with_a_full_window(offer: str, taken: bool) -> None:
    assert squeezes(offer) is taken
