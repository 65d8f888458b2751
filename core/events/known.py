"""Reading what is known already: shared by all readers for as long as nothing was recorded in the streams it hangs on."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from sqlalchemy.orm import Session

from core.db.once import READS
from core.events.log import Head, stream_heads
from core.kept import Kept

T = TypeVar("T")
KNOWN = "known"
_HEADS = "heads"


def _seen(session: Session, log_id: int, streams: tuple[str, ...]) -> list[Head]:
    seen: dict[tuple[int, str], Head] = session.info.setdefault(_HEADS, {})
    unseen = [name for name in streams if (log_id, name) not in seen]
    if unseen:
        seen.update({(log_id, name): head for name, head in stream_heads(session, log_id, unseen).items()})
    return [seen[log_id, name] for name in streams]


def seen_heads(session: Session, log_id: int, streams: tuple[str, ...]) -> dict[str, int]:
    """The last number of each stream, as this reading saw it first; 0 where nothing happened yet."""
    return {name: head.number for name, head in zip(streams, _seen(session, log_id, streams), strict=True)}


def known(session: Session, log_id: int, streams: tuple[str, ...], key: Hashable, make: Callable[[], T]) -> T:
    """What `make` gave in an earlier reading for the same key, if nothing material happened in these streams since.

    Whatever `make` reads has to be told of, when it changes, by a material event in one of the streams; it must not
    hang on who reads or on the time of day, and nobody may alter what it returns. The heads are read before, so what
    is kept is never older than they say. Where the session may write, it is made afresh.
    """
    kept: Kept[tuple[Any]] | None = session.info.get(KNOWN)
    if kept is None or not session.info.get(READS):
        return make()
    whole = (log_id, key, *(head.material for head in _seen(session, log_id, streams)))
    found = kept.find(whole)
    if found is not None:
        return cast(T, found[0])
    made = make()
    kept.keep(whole, (made,))
    return made
