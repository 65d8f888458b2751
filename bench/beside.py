"""Votes while five thousand proposals are grouped in the server's child process, and the same votes without.

On few processors any third busy process delays server and generator. So the limit stands on the votes beside the
grouping over those beside a process that only burns time, as polite as the child: what the grouping does to the server.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.figures import Figure
from bench.load.hall import LoadedHall, prepare, serving, stored
from bench.load.playing import Measured, play, refuse_losses
from core.jobs.worker import POLITE
from core.permissions import Role
from policy.themes.models import Grouping
from tests.real_data import petitions

PHONES = int(os.environ.get("BENCH_PHONES", "500"))
RATE = float(os.environ.get("BENCH_RATE", "100"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "20"))
TEXTS = int(os.environ.get("BENCH_TEXTS", "5000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
LIMIT = 2.0
MOST = 200
GROUPED_WITHIN = 120.0


def _lines() -> list[str]:
    """Varied real lines, none of them twice, as long as a proposal may be."""
    lines = dict.fromkeys(" ".join(row["text"].split())[:MOST] for row in petitions())
    if len(lines) < TEXTS:
        raise SystemExit(f"beside: only {len(lines)} lines of {TEXTS}")
    return list(lines)[:TEXTS]


def _wait_until_grouped(hall: LoadedHall) -> None:
    """Until the server has written the grouping."""
    deadline = time.monotonic() + GROUPED_WITHIN
    with stored(hall) as database:
        while time.monotonic() < deadline:
            with database.reading() as session:
                if session.get(Grouping, hall.forum) is not None:
                    return
            time.sleep(0.2)
    raise SystemExit("beside: the proposals were never grouped")


@contextmanager
def _burning() -> Iterator[None]:
    """A process that only burns time."""
    burner = subprocess.Popen([sys.executable, "-c", f"import os; os.nice({POLITE})\nwhile True: pass"])
    try:
        yield
    finally:
        burner.kill()
        burner.wait()


def _once(filled: LoadedHall, folder: Path) -> dict[str, Measured]:
    """Without, beside a burner, beside the grouping, on one server, after every phone has voted once."""
    shutil.copytree(filled.folder, folder)
    hall = replace(filled, folder=folder)
    analyst = [("desk", hall.staff[Role.ANALYST])]
    with serving(folder) as server:
        play("votes", hall, server, rate=RATE, seconds=PHONES / RATE)
        calm = play("votes", hall, server, rate=RATE, seconds=SECONDS, counter=1000)
        with _burning():
            burning = play("votes", hall, server, rate=RATE, seconds=SECONDS, counter=2000)
        grouping = {"staff": analyst, "first": "theme.regroup"}
        busy = play("votes", hall, server, rate=RATE, seconds=SECONDS, counter=3000, **grouping)
        _wait_until_grouped(hall)
    if busy["began"] != [True]:
        raise SystemExit("beside: nobody began to group")
    return {"without": calm, "a process that burns": burning, "grouping": busy}


def measure() -> list[Figure]:
    """The acknowledgements' times, medians of rounds; the grouping's own processor time beside them."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "filled").mkdir()
        filled = prepare(Path(name) / "filled", PHONES, lines=_lines())
        rounds = [_once(filled, Path(name) / str(number)) for number in range(ROUNDS)]
    refuse_losses("beside", *(found for one in rounds for found in one.values()))

    def median(which: str, key: str) -> float:
        return max(statistics.median(one[which][key] for one in rounds), 1e-6)

    case, figures = f"{RATE:g} votes/s, {PHONES} phones, {TEXTS} grouped", []
    for against in ("without", "a process that burns"):
        for key in ("p50", "p99", "most", "lag_p99"):
            limit = LIMIT if key == "p99" and against != "without" else None
            value, ratio = median("grouping", key), median("grouping", key) / median(against, key)
            figures.append(Figure("beside", f"{case}: {key}", value, "ms", against, ratio, ROUNDS, limit))
    beside = median("grouping", "beside_cpu_s")
    figures.append(Figure("beside", f"{case}: the child", beside, "s CPU", "the votes' time", beside / SECONDS, ROUNDS))
    return figures
