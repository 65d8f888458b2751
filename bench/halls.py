"""Votes of a hall of two thousand at 200 tables, and of one twice as large: how soon they are acknowledged."""

import os
import tempfile
from pathlib import Path

from bench.figures import Figure
from bench.load.playing import Measured, refuse_losses
from bench.votes import Load, ours

HALLS = ((2000, 200.0, 60.0), (4000, 400.0, 150.0))
SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))


def _once(load: Load) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        return ours(Path(folder), load)


def measure() -> list[Figure]:
    """The slowest round of each hall against the aim for its p99; none may be lost or refused."""
    figures = []
    for phones, rate, aim in HALLS:
        rounds = [_once(Load(phones, rate, SECONDS)) for _ in range(ROUNDS)]
        refuse_losses("halls", *rounds)
        slowest = max(rounds, key=lambda one: float(one["p99"]))
        case, against = f"{phones} phones, {rate:g} votes/s", f"the {aim:g} ms promised"
        figures.append(
            Figure("halls", f"{case}: p99", slowest["p99"], "ms", against, slowest["p99"] / aim, ROUNDS, 1.0)
        )
        for key in ("p50", "lag_p99"):
            figures.append(Figure("halls", f"{case}: {key}", slowest[key], "ms", against, slowest[key] / aim, ROUNDS))
        cpu = slowest["cpu_ms_per_vote"]
        figures.append(Figure("halls", f"{case}: cpu", cpu, "ms CPU", "one core", cpu * rate / 1000, ROUNDS))
    return figures
