"""The pace of acts: bursts are fine, a flood is not, and nobody pays for another."""

import time

import pytest

from core.errors import TooMany
from core.live import pace
from core.live.pace import Pace


def test_a_burst_is_taken_and_a_flood_is_not() -> None:
    counted = Pace(5, 3600)
    for _ in range(5):
        counted.count("seat:1")
    with pytest.raises(TooMany):
        counted.count("seat:1")
    counted.count("seat:2")


def test_what_was_refused_is_not_counted_and_time_gives_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    counted = Pace(2, 10)
    counted.count("seat:1")
    counted.count("seat:1")
    for _ in range(20):
        with pytest.raises(TooMany):
            counted.count("seat:1")
    now[0] += 5.1
    counted.count("seat:1")
    with pytest.raises(TooMany):
        counted.count("seat:1")


def test_who_has_been_quiet_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "MOST_KEYS", 10)
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    counted = Pace(2, 10)
    for number in range(10):
        counted.count(f"seat:{number}")
    now[0] += 11
    counted.count("seat:new")
    assert list(counted._free_at) == ["seat:new"]
