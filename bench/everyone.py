"""From an act to everyone who is to see it: the turnout on stage, screen, ballot page and phones; the table's phones."""

import os
import tempfile
from pathlib import Path

from bench.figures import Figure
from bench.load.hall import prepare, serving
from bench.load.playing import play, refuse_losses
from core.permissions import Role
from participation.forums.models import SegmentKind

PHONES = int(os.environ.get("BENCH_PHONES", "500"))
RATE = float(os.environ.get("BENCH_RATE", "50"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))
WINDOWS = {"stage": 0.5, "screen": 0.5, "ballots": 1.0, "phone": 2.0}
OVER_THE_WINDOW = 0.25
TABLE_AIM = 0.5


def measure() -> list[Figure]:
    """The 99th of a hundred against the window in which news is gathered and a quarter of a second more."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hall = prepare(folder, PHONES, kind=SegmentKind.TABLE_ROUND)
        host = hall.staff[Role.HOST]
        pages = [(surface, host) for surface in WINDOWS if surface != "phone"]
        with serving(folder) as server:
            found = play("everyone", hall, server, rate=RATE, seconds=SECONDS, staff=pages)
    refuse_losses("everyone", found)
    rate, figures, lost = f"{RATE:g}/s, {PHONES} phones", [], 0.0
    for surface, window in WINDOWS.items():
        waits, aim = found["turnout"][surface], window + OVER_THE_WINDOW
        lost += waits["lost"]
        for key, limit in (("p50", None), ("p99", 1.0)):
            case, ratio = f"votes, {rate}: turnout on {surface}: {key}", waits[key] / 1000 / aim
            figures.append(Figure("everyone", case, waits[key], "ms", f"{aim:g} s", ratio, int(waits["n"]), limit))
    waits = found["table"]["phone"]
    lost += waits["lost"]
    for key, limit in (("p50", None), ("p99", 1.0)):
        case, ratio = f"proposals and stances, {rate}: every phone: {key}", waits[key] / 1000 / TABLE_AIM
        figures.append(Figure("everyone", case, waits[key], "ms", f"{TABLE_AIM:g} s", ratio, int(waits["n"]), limit))
    lag, cores = found["lag_p99"], found["cores"]
    return [
        *figures,
        Figure("everyone", f"proposals and stances, {rate}: the server", cores, "cores", "one core", cores, 1),
        Figure("everyone", f"{rate}: never arrived", lost, "messages", "none", lost, int(waits["n"]), 0),
        Figure("everyone", f"{rate}: lag_p99", lag, "ms", f"{TABLE_AIM:g} s", lag / 1000 / TABLE_AIM, 1),
    ]
