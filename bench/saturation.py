"""More votes than a server can take, in turns on ours, the plain way and the ceiling: how many it takes, at what cost."""

import os
import statistics

from bench.figures import Figure
from bench.load.playing import refuse_losses
from bench.votes import Load, in_turns

PHONES = int(os.environ.get("BENCH_PHONES", "1000"))
RATE = float(os.environ.get("BENCH_RATE", "3000"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
AIM = 4.0


def measure() -> list[Figure]:
    """Votes acknowledged a second and processor time a vote, medians of alternated rounds; none of ours is lost."""
    rounds = in_turns(Load(PHONES, RATE, SECONDS), ROUNDS)
    refuse_losses("saturation", *(one["ours"] for one in rounds))

    def median(name: str, key: str) -> float:
        return statistics.median(float(one[name][key]) for one in rounds)

    case = f"{PHONES} phones, {RATE:g} votes/s offered"
    taken, plain = median("ours", "answered_per_s"), median("plain", "answered_per_s")
    aim = f"{AIM:g} times the plain way's {plain:.0f}"
    figures = [Figure("saturation", f"{case}: taken", taken, "votes/s", aim, AIM * plain / taken, ROUNDS, 1.0)]
    for against, limit in (("ceiling", 4.5), ("plain", 0.25)):
        value, reference = median("ours", "cpu_ms_per_vote"), median(against, "cpu_ms_per_vote")
        named = f"{case}: cpu_ms_per_vote"
        figures.append(Figure("saturation", named, value, "ms CPU", against, value / reference, ROUNDS, limit))
    return figures
