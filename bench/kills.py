"""Acts of a room whose server is killed fifty times under load: how many that were acknowledged are lost, or twice."""

import tempfile
from pathlib import Path

from _pytest.outcomes import Skipped

from bench.figures import Figure
from tests.conftest import postgresql
from tests.faults.house import prepare, serving
from tests.faults.reckoning import reckon, written_before_the_kill
from tests.faults.storm import rage

ROUNDS = 50
SEED = 2026


def measure() -> list[Figure]:
    """Fifty kills on SQLite, and on PostgreSQL where one answers."""
    figures = _kills("sqlite", "")
    try:
        with postgresql("kills") as url:
            return figures + _kills("postgresql", url)
    except Skipped:
        print("kills: PostgreSQL does not answer and is left out.")
        return figures


def _kills(name: str, url: str) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        house = prepare(Path(folder), url, tables=4, seats=4)
        with serving(house) as server:
            storm = rage(server, ROUNDS, SEED)
        found = reckon(house, storm.given)
        known = written_before_the_kill(house, storm.given, storm.kills)
    for finding in (*found.lost, *found.twice):
        print(f"kills: {name}: {finding}")
    acts = len(storm.given)
    against = f"of {acts} acknowledged acts"
    broken = 0 if found.broken is None else 1
    return [
        Figure(
            "kills",
            f"{name}: acknowledged and lost",
            len(found.lost),
            "acts",
            against,
            len(found.lost) / acts,
            ROUNDS,
            0,
        ),
        Figure("kills", f"{name}: there twice", len(found.twice), "acts", against, len(found.twice) / acts, ROUNDS, 0),
        Figure("kills", f"{name}: breaks in the chain", broken, "breaks", "of one chain", broken, ROUNDS, 0),
        Figure("kills", f"{name}: sent again", storm.sent_again, "acts", against, storm.sent_again / acts, ROUNDS),
        Figure("kills", f"{name}: written, unacknowledged", known, "acts", against, known / acts, ROUNDS),
    ]
