"""Limits: counted by all servers together at a Redis, and by each for itself while that is away."""

import secrets
import socket
import time
from collections.abc import Iterator

import pytest
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

from core.errors import TooMany
from core.web import limits
from core.web.limits import check_left, count, count_together, forget_all
from tests.conftest import REDIS

RATE = "3/minute"


@pytest.fixture
def prefix() -> Iterator[str]:
    """Counts of a test's own at the Redis of the tests, where there is one; afterwards each counts for itself."""
    forget_all()
    yield f"test-{secrets.token_hex(8)}"
    limits._Together.limiter, limits._Together.not_before = None, 0.0
    forget_all()


@pytest.fixture
def shared(prefix: str, redis_address: str) -> str:
    count_together(redis_address, prefix)
    return prefix


def another_server(prefix: str) -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(RedisStorage(REDIS, None, prefix))


@pytest.mark.redis
def test_servers_count_together(shared: str) -> None:
    other = another_server(shared)
    for _ in range(2):
        count("sign-in", "sunja", rate=RATE)
    assert other.hit(limits._item(RATE), "sign-in", "sunja")
    with pytest.raises(TooMany):
        count("sign-in", "sunja", rate=RATE)
    with pytest.raises(TooMany):
        check_left("sign-in", "sunja", rate=RATE)
    count("sign-in", "yeongho", rate=RATE)
    check_left("sign-in", "yeongho", rate=RATE)


@pytest.mark.redis
def test_installations_at_one_redis_count_apart(shared: str) -> None:
    neighbour = another_server(shared + "b")
    for _ in range(3):
        assert neighbour.hit(limits._item(RATE), "sign-in", "sunja")
    count("sign-in", "sunja", rate=RATE)


def test_without_redis_each_counts_for_itself_and_does_not_ask_it_each_time(
    prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, asked = [1000.0], []
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    count_together(f"redis://127.0.0.1:{port}/0", prefix)
    limiter = limits._Together.limiter
    assert limiter is not None
    hit = limiter.hit
    monkeypatch.setattr(limiter, "hit", lambda *args: asked.append(1) or hit(*args))
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    for _ in range(3):
        count("sign-in", "sunja", rate=RATE)
    with pytest.raises(TooMany):
        count("sign-in", "sunja", rate=RATE)
    assert len(asked) == 1
    now[0] += limits.REST + 1
    count("sign-in", "yeongho", rate=RATE)
    assert len(asked) == 2


@pytest.mark.redis
def test_it_counts_together_again_when_redis_is_back(shared: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [time.monotonic()]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    limits._Together.not_before = now[0] + limits.REST
    count("sign-in", "sunja", rate=RATE)
    now[0] += limits.REST + 1
    other = another_server(shared)
    count("sign-in", "sunja", rate=RATE)
    assert [other.hit(limits._item(RATE), "sign-in", "sunja") for _ in range(3)] == [True, True, False]


def test_a_silent_redis_is_not_waited_for_twice(prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PATIENCE", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        count_together(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", prefix)
        for _ in range(3):
            count("sign-in", "sunja", rate=RATE)
        with pytest.raises(TooMany):
            count("sign-in", "sunja", rate=RATE)
        silent.settimeout(1)
        link, _ = silent.accept()
        link.close()
        silent.setblocking(False)
        with pytest.raises(BlockingIOError):
            silent.accept()
