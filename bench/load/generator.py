"""The generator's own process: `python -m bench.load.generator PLAN.json` plays a scenario and prints its figures."""

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
    """Read the plan, play it, print the figures as one line of JSON."""
    plan = Plan(**json.loads(Path(sys.argv[1]).read_text()))
    print(json.dumps(uvloop.run(SCENARIOS[plan.scenario](plan))))


if __name__ == "__main__":
    main()
