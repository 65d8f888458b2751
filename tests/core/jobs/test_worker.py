"""The child process for slow work: it answers, fails in words, comes back after its death, and goes when told."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from core.jobs.worker import ROOT, ChildProcess, InProcess, JobFailed, answer, find_job

LENGTH = "core.forms.clean_text"
BROKEN = "core.clock.advance"


@pytest.fixture
def child() -> Iterator[ChildProcess]:
    runner = ChildProcess()
    yield runner
    runner.stop()


def test_a_job_runs_in_another_process_and_answers(child: ChildProcess) -> None:
    assert child.pid is None
    assert child.run(LENGTH, " 금곡동   시장 ") == "금곡동 시장"
    assert child.pid not in (None, os.getpid())


def test_the_child_stays_for_the_next_job(child: ChildProcess) -> None:
    child.run(LENGTH, "하나")
    first = child.pid
    assert child.run(LENGTH, "둘") == "둘"
    assert child.pid == first


def test_a_job_that_raises_is_said_to_have_failed_and_the_child_goes_on(child: ChildProcess) -> None:
    with pytest.raises(JobFailed, match=r"RuntimeError|TypeError"):
        child.run(BROKEN, 1)
    assert child.run(LENGTH, "다음") == "다음"


def test_a_child_that_died_is_started_again(child: ChildProcess) -> None:
    child.run(LENGTH, "하나")
    before = child.pid
    assert before is not None
    os.kill(before, 9)
    os.waitid(os.P_PID, before, os.WEXITED | os.WNOWAIT)
    assert child.run(LENGTH, "다시") == "다시"
    assert child.pid != before


def test_a_job_that_takes_too_long_is_given_up_and_its_child_killed(child: ChildProcess) -> None:
    child.run(LENGTH, "하나")
    before = child.pid
    began = time.monotonic()
    with pytest.raises(JobFailed, match="Empty"):
        child.run(LENGTH, "기다리지 않음", timeout=0.0)
    assert time.monotonic() - began < 5
    assert child.pid is None or child.pid != before


def test_nothing_is_left_running_after_stop(child: ChildProcess) -> None:
    child.run(LENGTH, "하나")
    child.stop()
    assert child.pid is None


CHILD = """
import os, threading, time
from core.jobs.worker import go_with
threading.Thread(target=go_with, args=(os.getppid(),), daemon=True).start()
print("busy", flush=True)
time.sleep(30)
print("still there", flush=True)
"""
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"


def test_a_child_that_is_busy_ends_with_its_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, CHILD], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "busy\n"
        parent.kill()
        assert parent.stdout.read() == "", "the output ends when nobody holds it any more"


def test_a_job_outside_of_the_house_is_not_found() -> None:
    with pytest.raises(LookupError):
        find_job("os.system")
    assert answer('{"id": 1, "job": "os.system", "payload": "true"}') == {"id": 1, "error": "LookupError"}


def test_in_process_a_payload_goes_through_json_as_well() -> None:
    assert InProcess().run(LENGTH, " 하나 ") == "하나"
    with pytest.raises(TypeError):
        InProcess().run(LENGTH, object())
