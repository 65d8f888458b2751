"""Votes of a hall: ours, the plain way and the ceiling, in turns, with the same generator."""

import os
import statistics
import tempfile
from collections.abc import Callable
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


def ours(folder: Path) -> Measured:
    """One process, SQLite with full syncs, real seats, authorisation, log."""
    hall = prepare(folder, PHONES)
    with serving(folder) as server:
        return play("votes", hall, server, rate=RATE, seconds=SECONDS)


def plain(folder: Path) -> Measured:
    """Commit and emit for every vote."""
    port = free_port()
    with running(["-m", "bench.load.floor", str(port), str(folder / "floor.db")], port) as pid:
        return generate(Plan(address(port), 1, 1, OPTIONS, ["x"] * PHONES, RATE, SECONDS, pid=pid), folder)


def ceiling(folder: Path) -> Measured:
    """The same messages with nothing behind them."""
    port = free_port()
    command = ["-m", "bench.load.ceiling", str(port), str(JOIN_BYTES), str(TURNOUT_BYTES)]
    with running(command, port) as pid:
        return generate(Plan(address(port), 1, 1, OPTIONS, ["x"] * PHONES, RATE, SECONDS, pid=pid), folder)


def _once(server: Callable[[Path], Measured]) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        return server(Path(folder))


def measure() -> list[Figure]:
    """Processor time, memory and latency, medians of alternated rounds."""
    servers = {"ours": ours, "plain": plain, "ceiling": ceiling}
    rounds = [{name: _once(server) for name, server in servers.items()} for _ in range(ROUNDS)]

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
