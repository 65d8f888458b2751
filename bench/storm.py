"""A hall loses its link at once and comes back: whether every phone has all that happened meanwhile, once, and when."""

import os
import statistics
import tempfile
from pathlib import Path

from bench.figures import Figure
from bench.load.hall import LoadedHall, prepare, serving, stored
from bench.load.phones import quantiles
from bench.load.playing import Measured, play
from core.events.log import heads
from participation.forums.models import SegmentKind

PHONES = int(os.environ.get("BENCH_PHONES", "2000"))
AWAY = float(os.environ.get("BENCH_AWAY", "1"))
ACTS = int(os.environ.get("BENCH_ACTS", "2"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
GONE_AT_A_TABLE = 10
AIM = 10.0


def _once() -> Measured:
    tables = -(-PHONES // GONE_AT_A_TABLE)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hall = prepare(folder, PHONES + tables, GONE_AT_A_TABLE + 1, kind=SegmentKind.TABLE_ROUND)
        with serving(folder) as server:
            found = play("storm", hall, server, rate=0, seconds=0, away=AWAY, acts=ACTS)
            return found | {"behind": _behind(hall, found)}


def _behind(hall: LoadedHall, found: Measured) -> int:
    """How many streams of phones do not stand at their head."""
    streams = {stream for mine in found["streams"] for stream in mine}
    with stored(hall) as database, database.reading() as session:
        ends = heads(session, hall.forum, sorted(streams))
    return sum(number != ends[stream] for mine in found["streams"] for stream, number in mine.items())


def measure() -> list[Figure]:
    """Until the last phone of the slowest round is whole, from the moment there is a link again; lost, doubled."""
    rounds = [_once() for _ in range(ROUNDS)]
    for one in rounds:
        if one["refused"] or not one["missed"]:
            raise SystemExit(f"storm: {one['missed']} events missed, refused: {one['refused']}")
    never = sum(one["gone"] - len(one["whole_s"]) for one in rounds)
    slowest = max(rounds, key=lambda one: max(one["whole_s"], default=0))
    waits, joined = quantiles(slowest["whole_s"]), quantiles(slowest["joined_s"])
    case, aim = f"{slowest['gone']} phones back after {AWAY:g} s", "the ten seconds promised"
    acts = f"of {sum(one['missed'] for one in rounds)} missed events"
    figures = [
        Figure("storm", f"{case}: the last whole", waits["most"], "s", aim, waits["most"] / AIM, ROUNDS, 1.0),
        Figure("storm", f"{case}: median whole", waits["p50"], "s", aim, waits["p50"] / AIM, ROUNDS),
        Figure("storm", f"{case}: the last joined", joined["most"], "s", aim, joined["most"] / AIM, ROUNDS),
        Figure("storm", f"{case}: median joined", joined["p50"], "s", aim, joined["p50"] / AIM, ROUNDS),
    ]
    counts = {"never whole": (never, "none")}
    counts |= {key: (sum(one[key] for one in rounds), acts) for key in ("lost", "doubled")}
    counts["streams not at their head"] = (sum(one["behind"] for one in rounds), "none")
    counts["acts without an answer"] = (sum(one["acts"] - one["answered"] for one in rounds), "none")
    counts["links cut by the server"] = (sum(one["cut"] for one in rounds), "none")
    figures += [
        Figure("storm", f"{case}: {name}", number, "times", against, number, ROUNDS, 0)
        for name, (number, against) in counts.items()
    ]
    figures.append(
        Figure(
            "storm",
            f"{case}: processor",
            statistics.median(one["cpu_ms"] for one in rounds),
            "ms CPU",
            "a phone",
            1.0,
            ROUNDS,
        )
    )
    for name, value in (("acts p99", slowest["acts_ms"]["p99"]), ("lag_p99", slowest["lag_p99"])):
        figures.append(Figure("storm", f"{case}: {name}", value, "ms", aim, value / 1000 / AIM, ROUNDS))
    return figures
