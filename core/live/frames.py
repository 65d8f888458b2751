"""A text message as the bytes of one websocket frame, made once for everyone it goes to.

Compressed messages (RFC 7692) stand alone: neither side keeps a window between them, which would cost each open page
some hundred KiB and make every message another one for every page.
"""

import struct
import zlib
from functools import lru_cache

EXTENSION = "permessage-deflate"
ALONE = f"{EXTENSION}; server_no_context_takeover; client_no_context_takeover"
SMALLER_WINDOW = "server_max_window_bits"
FEWEST_SQUEEZED = 400  # characters from which compressing pays
AT_HAND = 16  # messages: a room's is sent to all its pages before many others come
TEXT, SQUEEZED = 0x81, 0xC1
TAIL = b"\x00\x00\xff\xff"


def squeezes(offer: str) -> bool:
    """Whether compressed messages may go to whoever offers these extensions; not where a smaller window is wanted."""
    return EXTENSION in offer and SMALLER_WINDOW not in offer


@lru_cache(maxsize=AT_HAND)
def frame(message: str, squeezed: bool) -> bytes:
    """The unmasked frame of a whole text message, compressed where that is wanted and pays."""
    payload, first = message.encode(), TEXT
    if squeezed and len(message) >= FEWEST_SQUEEZED:
        squeeze = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        payload = (squeeze.compress(payload) + squeeze.flush(zlib.Z_SYNC_FLUSH)).removesuffix(TAIL)
        first = SQUEEZED
    return _head(first, len(payload)) + payload


def _head(first: int, size: int) -> bytes:
    if size < 126:
        return bytes((first, size))
    if size < 65536:
        return struct.pack("!BBH", first, 126, size)
    return struct.pack("!BBQ", first, 127, size)
