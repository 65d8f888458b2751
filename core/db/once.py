"""Reading once: what one reading of the database has already looked up."""

from collections.abc import Callable, Hashable
from typing import TypeVar

from sqlalchemy.orm import Session

T = TypeVar("T")
READS = "reads"
_KEPT = "kept"


def once(session: Session, key: tuple[Hashable, ...], make: Callable[[], T]) -> T:
    """What `make` gave before for the same key in this reading; made afresh where the session may write."""
    if not session.info.get(READS):
        return make()
    kept: dict[tuple[Hashable, ...], T] = session.info.setdefault(_KEPT, {})
    if key not in kept:
        kept[key] = make()
    return kept[key]
