"""The only source of time; tests freeze and move it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_frozen: datetime | None = None


def now() -> datetime:
    """The current moment in UTC, aware."""
    return _frozen if _frozen is not None else datetime.now(UTC)


def seconds_until(moment: datetime) -> float:
    """Seconds from now until `moment`; negative once it has passed."""
    return (moment - now()).total_seconds()


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold time still at `at` (aware) inside the block."""
    global _frozen
    before, _frozen = _frozen, at
    try:
        yield
    finally:
        _frozen = before


def advance(by: timedelta) -> None:
    """Move a frozen clock forward; an error where time is not frozen."""
    global _frozen
    if _frozen is None:
        raise RuntimeError("the clock is not frozen")
    _frozen += by
