"""A child process for slow work, and its parent's side. One line of JSON asks, one line answers.

`python -m core.jobs.worker` reads `{"id", "job", "payload"}` from its input, where a job is the dotted name of a
function from a plain value to a plain value, and ends when its input ends.
"""

import importlib
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

log = logging.getLogger("hyeondap.jobs")
ROOT = Path(__file__).resolve().parents[2]
HOUSE = ("core", "participation", "facilitation", "policy")
PATIENCE = 60.0
GOING = 2.0
POLITE = 5
LOOK_EVERY = 0.5  # seconds


class JobFailed(RuntimeError):
    """The job raised, took too long, or its process died."""


class Runner(Protocol):
    """Runs a job by its dotted name; raises `JobFailed`."""

    def run(self, job: str, payload: Any, timeout: float = PATIENCE) -> Any: ...

    def stop(self) -> None: ...


def find_job(name: str) -> Callable[[Any], Any]:
    """The function behind a dotted name of this house. Raises `LookupError`."""
    module, _, function = name.rpartition(".")
    if module.partition(".")[0] not in HOUSE:
        raise LookupError(f"no job {name}")
    found = getattr(importlib.import_module(module), function, None)
    if not callable(found):
        raise LookupError(f"no job {name}")
    return found  # type: ignore[no-any-return]


class InProcess:
    """Runs jobs where they are asked for: for tests and commands."""

    def run(self, job: str, payload: Any, timeout: float = PATIENCE) -> Any:
        """What the job returns for a payload that went through JSON, as it would with a child process."""
        return json.loads(json.dumps(find_job(job)(json.loads(json.dumps(payload)))))

    def stop(self) -> None:
        """Nothing was started."""


class ChildProcess:
    """Runs jobs one after another in a child that is started at the first, and again when it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[str | None] = queue.Queue()
        self._asked = 0

    def run(self, job: str, payload: Any, timeout: float = PATIENCE) -> Any:
        """What the job returns. Raises `JobFailed` where it raised, died, or took over `timeout` seconds."""
        with self._lock:
            process = self._started()
            self._asked += 1
            question = json.dumps({"id": self._asked, "job": job, "payload": payload}, ensure_ascii=False)
            try:
                answer = self._ask(process, question, timeout)
            except (OSError, ValueError, queue.Empty) as error:
                self._kill()
                raise JobFailed(f"{job}: {type(error).__name__}") from error
        if "error" in answer:
            raise JobFailed(f"{job}: {answer['error']}")
        return answer["result"]

    def stop(self) -> None:
        """End the child: its input is closed, and it is killed where it stays."""
        with self._lock:
            process = self._process
            if process is None:
                return
            try:
                if process.stdin:
                    process.stdin.close()
                process.wait(GOING)
            except (OSError, subprocess.TimeoutExpired):
                pass
            self._kill()

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def _ask(self, process: "subprocess.Popen[str]", question: str, timeout: float) -> dict[str, Any]:
        if process.stdin is None:
            raise ValueError("the child has no input")
        process.stdin.write(question + "\n")
        process.stdin.flush()
        line = self._answers.get(timeout=timeout)
        if line is None:
            raise ValueError("the child ended")
        answer: dict[str, Any] = json.loads(line)
        if answer.get("id") != self._asked:
            raise ValueError("an answer to something else")
        return answer

    def _started(self) -> "subprocess.Popen[str]":
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._kill()
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "core.jobs.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            cwd=ROOT,
            env=environment,
        )
        self._answers = queue.Queue()
        threading.Thread(target=_listen, args=(self._process, self._answers), daemon=True).start()
        return self._process

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    log.debug("the child's pipe was closed already")


def _listen(process: "subprocess.Popen[str]", answers: "queue.Queue[str | None]") -> None:
    """Put each line of the child's output among the answers, and None at its end."""
    try:
        for line in process.stdout or ():
            answers.put(line)
    except (OSError, ValueError):
        log.debug("the child's output was closed")
    answers.put(None)


def answer(line: str) -> dict[str, Any]:
    """The answer to one line: the job's result, or what went wrong."""
    asked = json.loads(line)
    try:
        return {"id": asked["id"], "result": find_job(asked["job"])(asked["payload"])}
    except Exception as error:
        log.exception("job failed: %s", asked.get("job"))
        return {"id": asked["id"], "error": f"{type(error).__name__}"}


def go_with(parent: int) -> None:
    """End this process soon after its parent, even in the middle of work that nobody waits for any more."""
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    os._exit(0)


def main() -> None:
    """The child: read, work, answer, until the input ends. What libraries print goes to the error output."""
    threading.Thread(target=go_with, args=(os.getppid(),), daemon=True).start()
    logging.basicConfig(level=logging.WARNING)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(POLITE)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in sys.stdin:
        answers.write(json.dumps(answer(line), ensure_ascii=False) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
