"""Limits on how often: keyed by what is at stake (a seat, a forum's codes, a sign-in name), not by address alone."""

import logging
import time
from collections.abc import Callable

from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from core.errors import TooMany
from core.i18n import say

log = logging.getLogger("hyeondap.limits")
PATIENCE = 1.0
REST = 5.0  # seconds after a Redis that did not answer
_limiter = MovingWindowRateLimiter(MemoryStorage())
_parsed: dict[str, RateLimitItem] = {}


class _Together:
    """Counts that several servers share; each counts for itself where that cannot be reached."""

    limiter: MovingWindowRateLimiter | None = None
    not_before = 0.0


def count_together(url: str, prefix: str) -> None:
    """Count at a Redis from now on, together with the other servers of the installation that uses this prefix."""
    storage = RedisStorage(
        url, None, prefix, wrap_exceptions=True, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
    )
    _Together.limiter = MovingWindowRateLimiter(storage)


def _ask(question: Callable[[MovingWindowRateLimiter], bool]) -> bool:
    if _Together.limiter is not None and time.monotonic() > _Together.not_before:
        try:
            return question(_Together.limiter)
        except StorageError as error:
            _Together.not_before = time.monotonic() + REST
            log.warning("limits are counted by each server for itself: %s", error.storage_error)
    return question(_limiter)


def _item(rate: str) -> RateLimitItem:
    if rate not in _parsed:
        _parsed[rate] = parse(rate)
    return _parsed[rate]


def count(what: str, *keys: object, rate: str) -> None:
    """Count one use. Raises `TooMany` above `rate` (such as `20/minute`) for these keys."""
    if not _ask(lambda limiter: limiter.hit(_item(rate), what, *(str(key) for key in keys))):
        raise TooMany("too_many", say("너무 자주 눌렀습니다. 잠시 뒤 다시 해 주세요."))


def check_left(what: str, *keys: object, rate: str) -> None:
    """Raise `TooMany` where nothing is left of a budget that only failures use up."""
    if not _ask(lambda limiter: limiter.test(_item(rate), what, *(str(key) for key in keys))):
        raise TooMany("too_many_wrong", say("잘못된 코드를 여러 번 적었습니다. 잠시 뒤 다시 해 주세요."))


def forget_all() -> None:
    """Start counting afresh (tests)."""
    _limiter.storage.reset()
