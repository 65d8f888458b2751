"""Two thousand people take a seat within a minute, and two hundred within two seconds, over real HTTP."""

import os
import tempfile
from pathlib import Path

from sqlalchemy import func, select

from bench.figures import Figure
from bench.load.hall import LoadedHall, prepare, serving, stored
from bench.load.playing import Measured, play
from participation.forums.models import SegmentKind
from participation.seats.models import Placement, Seat

PEOPLE = int(os.environ.get("BENCH_PHONES", "2000"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "60"))
RUSH = int(os.environ.get("BENCH_RUSH", "200"))
RUSH_SECONDS = 2.0
AIM = 1.0
STEPS = ("link", "files", "seat", "phone", "its files", "join")


def _arrive(people: int, seconds: float) -> Measured:
    """A hall with as many places, nobody in it yet."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hall = prepare(folder, people, kind=SegmentKind.TABLE_ROUND, seated=False)
        with serving(folder, tolerant=True) as server:
            found = play("arrivals", hall, server, rate=people / seconds, seconds=seconds)
        return found | {"doubles": _doubles(hall, found)}


def _doubles(hall: LoadedHall, found: Measured) -> int:
    """Seats, codes, places and browsers that are there twice, or not at all for someone who was told of one."""
    with stored(hall) as database, database.reading() as session:
        seats = session.execute(select(Seat.id, Seat.code, Seat.device_hash)).all()
        places = session.execute(select(Placement.table_number, Placement.place, Placement.round)).all()
        per_seat = session.execute(select(func.count()).select_from(Placement).group_by(Placement.seat_id)).scalars()
        twice = sum(number - 1 for number in per_seat)
    for column in (*zip(*seats, strict=True), places):
        twice += len(column) - len(set(column))
    told = [int(seat) for seat in found["seats"]]
    return twice + len(told) - len(set(told)) + len(set(told) - {one.id for one in seats})


def measure() -> list[Figure]:
    """Every step and the whole way; each step's 95th of a hundred against a second."""
    figures = []
    for people, seconds in ((PEOPLE, SECONDS), (RUSH, RUSH_SECONDS)):
        found, case = _arrive(people, seconds), f"{people} people within {seconds:g} s"
        for error, times in found["errors"].items():
            print(f"arrivals: {case}: {times} times {error}")
        figures += _figures(case, people, found)
    return figures


def _figures(case: str, people: int, found: Measured) -> list[Figure]:
    figures, second = [], "the second aimed at"
    for name in (*STEPS, "whole way"):
        took = found["took"].get(name)
        if took is None:
            continue
        for key in ("p50", "p95", "p99"):
            limit = AIM if key == "p95" and name != "whole way" else None
            ratio = took[key] / 1000 / AIM
            step = f"{case}: {name}: {key}"
            figures.append(Figure("arrivals", step, took[key], "ms", second, ratio, int(took["n"]), limit))
    errors, doubles = sum(found["errors"].values()), found["doubles"]
    again = found["sent_on"]
    return [
        *figures,
        Figure("arrivals", f"{case}: errors", errors, "people", "none", errors, people, 0),
        Figure("arrivals", f"{case}: doubles", doubles, "seats", "none", doubles, people, 0),
        Figure("arrivals", f"{case}: sent to another table", again, "times", "people", again / people, people),
        Figure("arrivals", f"{case}: processor", found["cpu_ms"], "ms CPU", second, found["cpu_ms"] / 1000, people),
        Figure("arrivals", f"{case}: lag_p99", found["lag_p99"], "ms", second, found["lag_p99"] / 1000, people),
    ]
