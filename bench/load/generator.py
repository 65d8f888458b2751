"""The generator's own process: `python -m bench.load.generator PLAN.json` plays a scenario and writes its figures."""

import json
import sys
from pathlib import Path

import uvloop

from bench.load.arrivals import arrivals
from bench.load.phones import Plan
from bench.load.returning import storm
from bench.load.scenarios import idle, votes
from bench.load.talking import everyone

SCENARIOS = {scenario.__name__: scenario for scenario in (arrivals, everyone, idle, storm, votes)}


def main() -> None:
    """Read the plan, play it, write the figures as JSON beside it."""
    path = Path(sys.argv[1])
    plan = Plan(**json.loads(path.read_text()))
    path.with_suffix(".found").write_text(json.dumps(uvloop.run(SCENARIOS[plan.scenario](plan))))


if __name__ == "__main__":
    main()
