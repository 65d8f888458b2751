"""A scenario played on a server: the plan, the generator in a process of its own, and what it measured."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.load.hall import OPTIONS, LoadedHall, Served, stored
from bench.load.phones import Plan
from core.events.log import heads

ROOT = Path(__file__).resolve().parents[2]
Measured = dict[str, Any]


def address(port: int) -> str:
    """Where the websocket of a server is."""
    return f"http://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket"


def generate(plan: Plan, folder: Path) -> Measured:
    """Run the generator in a process of its own. Raises `SystemExit` where a phone was not let in."""
    path = folder / "plan.json"
    path.write_text(json.dumps(asdict(plan)))
    command = [sys.executable, "-m", "bench.load.generator", str(path)]
    subprocess.run(command, cwd=ROOT, check=True)
    measured: Measured = json.loads(path.with_suffix(".found").read_text())
    if measured.get("phones") != measured.get("wanted"):
        raise SystemExit(f"{plan.scenario}: only {measured['phones']} of {measured['wanted']} phones were let in")
    return measured


def play(scenario: str, hall: LoadedHall, server: Served, *, rate: float, seconds: float, **more: Any) -> Measured:
    """Play a scenario in a hall that is served; the pages know what happened before."""
    with stored(hall) as database, database.reading() as session:
        known = heads(session, hall.forum, ["forum", "turnout"])
    plan = Plan(
        url=address(server.port),
        forum=hall.forum,
        ballot=hall.ballot,
        options=OPTIONS,
        cookies=list(hall.cookies),
        rate=rate,
        seconds=seconds,
        seen=known["forum"],
        turnout=known["turnout"],
        seats_at_a_table=hall.seats_at_a_table,
        pid=server.pid,
        scenario=scenario,
        link=hall.link,
        code=hall.code,
        **more,
    )
    return generate(plan, hall.folder)


def refuse_losses(bench: str, *rounds: Measured) -> None:
    """Raise `SystemExit` where an act was refused, or had no answer, or the server cut a link."""
    lost = sum(one["sent"] - one["answered"] for one in rounds)
    refused = [one["refused"] for one in rounds if one["refused"]]
    cut = sum(one["cut"] for one in rounds)
    if lost or refused or cut:
        raise SystemExit(f"{bench}: {lost} without an answer, refused: {refused}, {cut} links cut")
