"""What is counted while the house works, for `/metrics`: a process counts for itself, and only since it started.

Counting costs microseconds, so it may stand on the way of every act. What can be looked up when somebody asks
(followers, open pages) is not counted here but in `core/web/metrics.py`.
"""

import sys
import time
from collections.abc import Callable
from functools import wraps
from types import TracebackType
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

from core.errors import DomainError, Unavailable

OK, REFUSED, FAULT = "ok", "refused", "fault"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
COMMIT_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
TOGETHER = (1, 2, 5, 10, 20, 50, 100, 200)
FAULTS = frozenset({"fault", "unavailable"})

disable_created_metrics()
REGISTRY = CollectorRegistry()
if sys.platform == "linux":
    ProcessCollector(registry=REGISTRY)

_acts = Counter("hyeondap_acts", "Acts that were answered, by outcome.", ["outcome"], registry=REGISTRY)
_catch_ups = Counter("hyeondap_catch_ups", "Pages that came back, by what they got.", ["kind"], registry=REGISTRY)
_answers = Counter("hyeondap_http_answers", "HTTP answers by class of status.", ["class"], registry=REGISTRY)
ACTS = {outcome: _acts.labels(outcome) for outcome in (OK, REFUSED, FAULT)}
ACT_SECONDS = Histogram(
    "hyeondap_act_seconds", "From an act's arrival to its acknowledgement.", buckets=SECONDS, registry=REGISTRY
)
ACTS_TOGETHER = Histogram(
    "hyeondap_acts_together", "Acts written in one transaction.", buckets=TOGETHER, registry=REGISTRY
)
COMMIT = Histogram(
    "hyeondap_commit_seconds", "Time of one commit, the disk included.", buckets=COMMIT_SECONDS, registry=REGISTRY
)
LET_GO = Counter("hyeondap_links_let_go", "Websockets ended because they took nothing.", registry=REGISTRY)
PACED = Counter("hyeondap_paced", "Acts refused because one phone sent too many.", registry=REGISTRY)
MISSED = _catch_ups.labels("missed")
WHOLE = _catch_ups.labels("whole")
UNDELIVERED = Gauge("hyeondap_undelivered_events", "Events known here and not yet sent to pages.", registry=REGISTRY)
_BY_CLASS = {number: _answers.labels(f"{number}xx") for number in range(1, 6)}


def count_answer(status: int) -> None:
    """Count one HTTP answer."""
    _BY_CLASS[min(max(status // 100, 1), 5)].inc()


class Act:
    """Around one act over HTTP: how it ended and how long it took."""

    def __enter__(self) -> None:
        self._began = time.perf_counter()

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        outcome = OK
        if error is not None:
            outcome = REFUSED if isinstance(error, DomainError) and not isinstance(error, Unavailable) else FAULT
        _count_act(outcome, self._began)


def counted(act: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """An act over a websocket, counted by what its acknowledgement says."""

    @wraps(act)
    def counting(*asked: Any) -> dict[str, Any]:
        began = time.perf_counter()
        answer = act(*asked)
        outcome = OK if answer["ok"] else FAULT if answer["code"] in FAULTS else REFUSED
        _count_act(outcome, began)
        return answer

    return counting


def _count_act(outcome: str, began: float) -> None:
    ACTS[outcome].inc()
    ACT_SECONDS.observe(time.perf_counter() - began)
