"""A cut of the power: between an act and its acknowledgement the write-ahead log is on the disk."""

import os
import platform
import re
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests.conftest import IN_CI
from tests.faults.client import PATIENCE, Act, Page, Wire
from tests.faults.house import ROOT, House, prepare, serving

PACKAGES = ("core", "participation", "facilitation", "policy", "migrations")
BESIDE = {"core/db/backup.py", "core/db/restoring.py"}  # commands that copy a whole store, and serve nobody
CALLS = "recvfrom,sendto,sendmsg,pwrite64,pwritev,fsync,fdatasync"
TRACE = ["-D", "-f", "-y", "-s", "4096", "-e", f"trace={CALLS}"]
SYNCED = re.compile(r"(?:fsync|fdatasync)\(\d+<([^>]*)>\)\s*= 0")
WRITTEN = re.compile(r"pwrite(?:64|v)\(\d+<([^>]*)>.*= [1-9]\d*$")
RECEIVED = re.compile(r"recvfrom\(\d+<")
SENT = re.compile(r"(?:sendto|sendmsg)\(\d+<")
KILLED = "+++ killed by SIGKILL +++"
UNFINISHED = " <unfinished ...>"


def why_no_trace() -> str:
    """Why system calls cannot be watched here; empty where they can."""
    if platform.system() != "Linux":
        return "strace watches system calls on Linux only"
    if shutil.which("strace") is None:
        return "strace is not installed: sudo apt-get install strace"
    tried = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    return tried.stderr.strip()


def whole(trace: Path) -> str:
    """The trace once its writer, which goes beside the server, has noted the server's end."""
    never, deadline = threading.Event(), time.monotonic() + PATIENCE
    while KILLED not in (text := trace.read_text(errors="replace")):
        assert time.monotonic() < deadline, "the trace has no end"
        never.wait(0.05)
    return text


def finished_calls(trace: str) -> list[str]:
    """The calls of a trace in the order in which they came to an end; halves of one are put together."""
    begun: dict[str, str] = {}
    calls = []
    for line in trace.splitlines():
        process, _, call = line.partition(" ")
        call = call.strip()
        resumed = re.match(r"<\.\.\. \w+ resumed>", call)
        if call.endswith(UNFINISHED):
            begun[process] = call.removesuffix(UNFINISHED)
        elif resumed:
            calls.append(begun.pop(process, "") + call[resumed.end() :])
        else:
            calls.append(call)
    return calls


def between(calls: list[str], key: str, answer: str) -> list[str]:
    """The calls after the one that received `key`, up to the one that sent `answer`."""
    came = next(at for at, call in enumerate(calls) if RECEIVED.match(call) and key in call)
    went = next(at for at, call in enumerate(calls) if at > came and SENT.match(call) and answer in call)
    return calls[came + 1 : went]


def test_an_act_is_on_the_disk_before_it_is_acknowledged(tmp_path: Path) -> None:
    reason = why_no_trace()
    if reason and not (IN_CI and platform.system() == "Linux"):
        pytest.skip(reason)
    assert not reason
    house, trace = prepare(tmp_path / "data", tables=1, seats=2), tmp_path / "trace"
    with serving(house, ["strace", *TRACE, "-o", str(trace)]) as server:
        acts = _send(house, server.address)
    calls = finished_calls(whole(trace))
    log = f"{house.settings.data_dir / 'hyeondap.db'}-wal"
    for number, act in enumerate(acts, start=1):
        done = between(calls, act.key, rf"43/live,{number}[{{\"ok\":true")
        written = [at for at, call in enumerate(done) if (found := WRITTEN.match(call)) and found[1] == log]
        synced = [at for at, call in enumerate(done) if (found := SYNCED.match(call)) and found[1] == log]
        assert written, (act.name, done)
        assert synced, (act.name, done)
        assert written[-1] < synced[-1], (act.name, done)


def _send(house: House, address: str) -> list[Act]:
    """A stance, a vote and a proposal over one unmasked socket, each acknowledged."""
    wire = Wire(address, house.residents[0].cookies, plain=True)
    page = Page(address, house.forum_id, {}, "phone")
    acts = [
        Act("stance.take", {"proposal": house.proposals[1][0], "stance": "agree", "counter": 1}),
        Act("ballot.cast", {"ballot": house.ballot_id, "choice": [1, 2], "counter": 2}),
        Act("proposal.submit", {"text": "그늘막을 더 놓아 주세요."}),
    ]
    for act in acts:
        answer = wire.call("act", page.body(act))
        assert answer["ok"], answer
    wire.close()
    return acts


def test_what_is_served_opens_its_connections_in_one_place() -> None:
    """There every one is made durable (tests/core/db/test_engine.py looks at each kind)."""
    opening = re.compile(r"\b(?:create_engine|engine_from_config|sqlite3\.connect|psycopg\.connect)\(")
    sources = [ROOT / "app.py", *(path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py")))]
    found = {str(path.relative_to(ROOT)) for path in sources if opening.search(path.read_text(encoding="utf-8"))}
    assert found - BESIDE == {"core/db/engine.py"}
