"""Limits on how often: keyed by what is at stake (a seat, a forum's codes, a sign-in name), not by address alone."""

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from core.errors import TooMany
from core.i18n import say

_limiter = MovingWindowRateLimiter(MemoryStorage())
_parsed: dict[str, RateLimitItem] = {}


def _item(rate: str) -> RateLimitItem:
    if rate not in _parsed:
        _parsed[rate] = parse(rate)
    return _parsed[rate]


def count(what: str, *keys: object, rate: str) -> None:
    """Count one use. Raises `TooMany` above `rate` (such as `20/minute`) for these keys."""
    if not _limiter.hit(_item(rate), what, *(str(key) for key in keys)):
        raise TooMany("too_many", say("너무 자주 눌렀습니다. 잠시 뒤 다시 해 주세요."))


def check_left(what: str, *keys: object, rate: str) -> None:
    """Raise `TooMany` where nothing is left of a budget that only failures use up."""
    if not _limiter.test(_item(rate), what, *(str(key) for key in keys)):
        raise TooMany("too_many_wrong", say("잘못된 코드를 여러 번 적었습니다. 잠시 뒤 다시 해 주세요."))


def forget_all() -> None:
    """Start counting afresh (tests)."""
    _limiter.storage.reset()
