"""Votes of a hall: ours, the plain way and the ceiling, in turns, with the same generator."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.figures import Figure
from bench.load.hall import OPTIONS, free_port, prepare, running
from bench.load.phones import Plan

PHONES = int(os.environ.get("BENCH_PHONES", "500"))
RATE = float(os.environ.get("BENCH_RATE", "100"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "6"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
ROOT = Path(__file__).resolve().parents[1]
JOIN_BYTES, TURNOUT_BYTES = 200, 450
Measured = dict[str, Any]


def generate(plan: Plan, folder: Path) -> Measured:
    """Run the generator in a process of its own."""
    path = folder / "plan.json"
    path.write_text(json.dumps(asdict(plan)))
    command = [sys.executable, "-m", "bench.load.phones", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    measured: Measured = json.loads(done.stdout.splitlines()[-1])
    return measured


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket"


def ours(folder: Path) -> Measured:
    """One process, SQLite with full syncs, real seats, authorisation, log."""
    hall, port = prepare(folder, PHONES), free_port()
    environment = {**os.environ, "DATA_DIR": str(folder), "PORT": str(port), "DEMO": "0", "HOST": "127.0.0.1"}
    environment.pop("DATABASE_URL", None)
    with running(["app.py"], port, environment) as pid:
        plan = Plan(
            _address(port), hall.forum, hall.ballot, OPTIONS, list(hall.cookies), RATE, SECONDS, hall.seen, pid=pid
        )
        return generate(plan, folder)


def plain(folder: Path) -> Measured:
    """Commit and emit for every vote."""
    port = free_port()
    with running(["-m", "bench.load.floor", str(port), str(folder / "floor.db")], port) as pid:
        return generate(Plan(_address(port), 1, 1, OPTIONS, ["x"] * PHONES, RATE, SECONDS, pid=pid), folder)


def ceiling(folder: Path) -> Measured:
    """The same messages with nothing behind them."""
    port = free_port()
    command = ["-m", "bench.load.ceiling", str(port), str(JOIN_BYTES), str(TURNOUT_BYTES)]
    with running(command, port) as pid:
        return generate(Plan(_address(port), 1, 1, OPTIONS, ["x"] * PHONES, RATE, SECONDS, pid=pid), folder)


def _once(server: Callable[[Path], Measured]) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        return server(Path(folder))


def measure() -> list[Figure]:
    """Processor time, memory and latency, medians of alternated rounds."""
    servers = {"ours": ours, "plain": plain, "ceiling": ceiling}
    rounds = [{name: _once(server) for name, server in servers.items()} for _ in range(ROUNDS)]

    def median(name: str, key: str) -> float:
        return statistics.median(float(one[name][key]) for one in rounds)

    lost = sum(one["ours"]["sent"] - one["ours"]["answered"] for one in rounds)
    refused = [one["ours"]["refused"] for one in rounds if one["ours"]["refused"]]
    if lost or refused:
        raise SystemExit(f"votes: {lost} without an answer, refused: {refused}")
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
