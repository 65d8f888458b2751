"""A vote that comes alone, in a hall that is otherwise at rest: nothing waits for company."""

import os
import tempfile
from pathlib import Path

from bench.figures import Figure
from bench.load.hall import prepare, serving
from bench.load.playing import play, refuse_losses

PHONES = int(os.environ.get("BENCH_PHONES", "100"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "30"))
RATE = 2.0
AIM = 8.0


def measure() -> list[Figure]:
    """The median against the eight milliseconds promised, and the tail beside the generator's own lag."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hall = prepare(folder, PHONES)
        with serving(folder) as server:
            found = play("votes", hall, server, rate=RATE, seconds=SECONDS)
    refuse_losses("isolated", found)
    case, against = f"{PHONES} phones, a vote every {1000 / RATE:g} ms", "the eight milliseconds promised"
    return [
        Figure("isolated", f"{case}: {key}", found[key], "ms", against, found[key] / AIM, found["answered"], limit)
        for key, limit in (("p50", 1.0), ("p95", None), ("p99", None), ("lag_p99", None))
    ]
