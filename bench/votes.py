"""Votes of a hall: ours, the plain way and the ceiling, in turns, with the same generator."""

import os
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure
from bench.load.hall import OPTIONS, free_port, prepare, running, serving
from bench.load.phones import Plan
from bench.load.playing import Measured, address, generate, play, refuse_losses

PHONES = int(os.environ.get("BENCH_PHONES", "500"))
RATE = float(os.environ.get("BENCH_RATE", "100"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "6"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
JOIN_BYTES, TURNOUT_BYTES = 200, 450
MOST_TABLES = 200


@dataclass(frozen=True)
class Load:
    """How many phones vote, how many votes a second, for how long."""

    phones: int
    rate: float
    seconds: float


def ours(folder: Path, load: Load) -> Measured:
    """One process, SQLite with full syncs, real seats, authorisation, log."""
    hall = prepare(folder, load.phones, max(10, -(-load.phones // MOST_TABLES)))
    with serving(folder) as server:
        return play("votes", hall, server, rate=load.rate, seconds=load.seconds)


def plain(folder: Path, load: Load) -> Measured:
    """Commit and emit for every vote."""
    return _beside(folder, load, ["-m", "bench.load.floor", "{port}", str(folder / "floor.db")])


def ceiling(folder: Path, load: Load) -> Measured:
    """The same messages with nothing behind them."""
    return _beside(folder, load, ["-m", "bench.load.ceiling", "{port}", str(JOIN_BYTES), str(TURNOUT_BYTES)])


def _beside(folder: Path, load: Load, command: list[str]) -> Measured:
    port = free_port()
    with running([part.format(port=port) for part in command], port) as pid:
        plan = Plan(address(port), 1, 1, OPTIONS, ["x"] * load.phones, load.rate, load.seconds, pid=pid)
        return generate(plan, folder)


def in_turns(load: Load, rounds: int) -> list[dict[str, Measured]]:
    """The same load on each server, alternated."""
    return [{server.__name__: _once(server, load) for server in (ours, plain, ceiling)} for _ in range(rounds)]


def _once(server: Callable[[Path, Load], Measured], load: Load) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        return server(Path(folder), load)


def measure() -> list[Figure]:
    """Processor time, memory and latency, medians of alternated rounds."""
    rounds = in_turns(Load(PHONES, RATE, SECONDS), ROUNDS)

    def median(name: str, key: str) -> float:
        return statistics.median(float(one[name][key]) for one in rounds)

    refuse_losses("votes", *(one["ours"] for one in rounds))
    case = f"{PHONES} phones, {RATE:g} votes/s"
    figures = []
    for key, unit, against, limit in (
        ("cpu_ms_per_vote", "ms CPU", "ceiling", 4.5),
        ("cpu_ms_per_vote", "ms CPU", "plain", 0.25),
        ("kib_per_phone", "KiB", "ceiling", 2.5),
        ("p50", "ms", "plain", None),
        ("p99", "ms", "plain", None),
        ("p99", "ms", "ceiling", None),
        ("lag_p99", "ms", "ceiling", None),
    ):
        value, reference = median("ours", key), max(median(against, key), 1e-6)
        named = f"{case}: {key}"
        figures.append(Figure("votes", named, value, unit, against, value / reference, ROUNDS, limit))
    return figures
