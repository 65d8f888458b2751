"""Votes while the house is backed up again and again, and the same votes without: nothing may be lost or wait long.

Each backup is one command beside the server, run with `nice` as its timer does; afterwards the last is verified and
restored into an empty place.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figures import Figure
from bench.load.hall import LoadedHall, prepare, serving
from bench.load.playing import ROOT, Measured, play, refuse_losses

PHONES = int(os.environ.get("BENCH_PHONES", "500"))
RATE = float(os.environ.get("BENCH_RATE", "200"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
LIMIT = 3.0
FLASK = ["nice", sys.executable, "-m", "flask"]


def _flask(folder: Path, *command: str) -> None:
    """Run one of the operator's commands. Raises `CalledProcessError`."""
    environment = {**os.environ, "DATA_DIR": str(folder), "DEMO": "0", "FLASK_APP": "app:create_app"}
    environment["DATABASE_URL"] = f"sqlite:///{folder / 'hyeondap.db'}"
    subprocess.run([*FLASK, *command], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def _backups(hall: LoadedHall, made: list[Path]) -> Iterator[None]:
    over = threading.Event()

    def again() -> None:
        while not over.is_set():
            target = hall.folder / f"backup-{len(made)}.tar"
            _flask(hall.folder, "backup", str(target))
            made.append(target)

    work = threading.Thread(target=again)
    work.start()
    try:
        yield
    finally:
        over.set()
        work.join()


def _once() -> dict[str, Measured]:
    made: list[Path] = []
    with tempfile.TemporaryDirectory() as name:
        hall = prepare(Path(name), PHONES)
        with serving(hall.folder) as server:
            calm = play("votes", hall, server, rate=RATE, seconds=SECONDS)
            with _backups(hall, made):
                busy = play("votes", hall, server, rate=RATE, seconds=SECONDS, counter=5000)
        restored = hall.folder / "restored"
        restored.mkdir()
        for command in (["verify", str(made[-1])], ["restore", str(made[-1])], ["verify"]):
            _flask(restored, *command)
    return {"without": calm, "beside backups": busy | {"backups": len(made)}}


def measure() -> list[Figure]:
    """Acknowledgements beside backups against those without, medians of rounds; how many backups were made."""
    rounds = [_once() for _ in range(ROUNDS)]
    refuse_losses("backing", *(found for one in rounds for found in one.values()))

    def median(which: str, key: str) -> float:
        return statistics.median(float(one[which][key]) for one in rounds)

    case, figures = f"{RATE:g} votes/s, {PHONES} phones, backed up", []
    for key in ("p50", "p99", "lag_p99"):
        value, without = median("beside backups", key), max(median("without", key), 1e-6)
        limit = LIMIT if key == "p99" else None
        figures.append(Figure("backing", f"{case}: {key}", value, "ms", "without", value / without, ROUNDS, limit))
    made = sum(one["beside backups"]["backups"] for one in rounds)
    figures.append(
        Figure("backing", f"{case}: verified and restored", made, "backups", "rounds", made / ROUNDS, ROUNDS)
    )
    return figures
