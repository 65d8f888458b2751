"""A hall at rest: joined phones that only answer pings. What they cost, ours and the ceiling, and that nothing comes."""

import os
import tempfile
from pathlib import Path

from bench.figures import Figure
from bench.load.hall import OPTIONS, free_port, prepare, running, serving
from bench.load.phones import Plan
from bench.load.playing import Measured, address, generate, play
from bench.votes import JOIN_BYTES, TURNOUT_BYTES

PHONES = int(os.environ.get("BENCH_PHONES", "1000"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "30"))
AIM = 0.03


def ours(folder: Path) -> Measured:
    """The real server."""
    hall = prepare(folder, PHONES)
    with serving(folder) as server:
        return play("idle", hall, server, rate=0, seconds=SECONDS)


def ceiling(folder: Path) -> Measured:
    """As many connections and pings, and nothing behind them."""
    port = free_port()
    with running(["-m", "bench.load.ceiling", str(port), str(JOIN_BYTES), str(TURNOUT_BYTES)], port) as pid:
        cookies = ["x"] * PHONES
        return generate(Plan(address(port), 1, 1, OPTIONS, cookies, 0, SECONDS, pid=pid, scenario="idle"), folder)


def measure() -> list[Figure]:
    """The share of a core, per 1000 phones where fewer or more were asked for; messages that came."""
    with tempfile.TemporaryDirectory() as name:
        mine, floor = ours(Path(name)), ceiling(Path(name))
    if min(mine["pings"], floor["pings"]) < PHONES * (SECONDS // 12.5):
        raise SystemExit(
            f"idle: {mine['pings']} and {floor['pings']} pings: not the heartbeats that were to be measured"
        )
    case, aim = f"{PHONES} phones, {SECONDS:g} s", AIM * PHONES / 1000
    cores, bare, events = mine["cores"], max(floor["cores"], 1e-6), mine["events"]
    return [
        Figure("idle", f"{case}: share of a core", cores, "cores", "three hundredths for 1000", cores / aim, 1, 1.0),
        Figure("idle", f"{case}: share of a core", cores, "cores", "ceiling", cores / bare, 1),
        Figure("idle", f"{case}: messages that came", events, "messages", "none", events, 1, 0),
        Figure("idle", f"{case}: pings", mine["pings"], "pings", "ceiling", mine["pings"] / floor["pings"], 1),
    ]
