"""The queue of the one writer: whoever comes first writes for all who wait, in one transaction.

An act that comes alone is written at once. While a transaction is being written others arrive; they are written
together in the next, each behind a savepoint of its own, acts of a kind that has a bulk form in one go. Nobody gets
an answer before the commit.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from core.db.unavailable import as_refusal, is_a_clash
from core.errors import DomainError
from core.events.log import PENDING, Recorded, lock_logs, number_pending
from core.metrics import ACTS_TOGETHER, COMMIT

MOST_TOGETHER = 200
Listener = Callable[[list[Recorded]], None]
Bulk = Callable[[Session, Sequence[Any]], Sequence[Any]]


@dataclass(eq=False)
class _Act:
    """One act that waits to be written, and what became of it."""

    work: Callable[[Session], Any]
    context: Context = field(default_factory=copy_context)
    bulk: Bulk | None = None
    asked: Any = None
    group: Any = None
    log_id: int | None = None
    result: Any = None
    error: BaseException | None = None
    is_done: bool = False
    woken: threading.Event = field(default_factory=threading.Event)

    def finish(self) -> None:
        """Let whoever asked go on."""
        self.is_done = True
        self.woken.set()

    def settle(self, result: Any) -> None:
        """Note the answer, or the refusal that a bulk form gives in its place."""
        self.result, self.error = (None, result) if isinstance(result, DomainError) else (result, None)


@dataclass
class Writer:
    """Writes what waits. `tell` tells `tell_all` of each commit, in order.

    `gather` (seconds): how far apart acts with a bulk form are written at least, while more of them come.
    `shares`: other servers write to the same store, so acts about one log are kept apart by a lock on it.
    """

    sessions: sessionmaker[Session]
    tell_all: Listener
    shares: bool = False
    gather: float = 0.0
    _gate: threading.Lock = field(default_factory=threading.Lock)
    _is_led: bool = False
    _telling: threading.Lock = field(default_factory=threading.Lock)
    _busy_until: float = 0.0
    _waiting: deque[_Act] = field(default_factory=deque)
    _untold: deque[list[Recorded]] = field(default_factory=deque)

    def perform(self, work: Callable[[Session], Any], log_id: int | None = None) -> Any:
        """Write one act, about one log, and return what it returned. Raises what it raised.

        Whoever writes it, it runs in the context it was asked in: application, language, reader.
        """
        return self._take(_Act(work, log_id=log_id))

    def perform_bulk(self, group: Any, bulk: Bulk, asked: Any, log_id: int | None = None) -> Any:
        """As `perform`, for an act that has a bulk form: all of one `group` that wait go to `bulk` together.

        `bulk` gets the session and what was asked of each, and returns an answer or a `DomainError` for each. It
        runs in the context of the first, so it must not hang on language or reader.
        """
        alone = lambda session: _only(bulk(session, [asked]))  # noqa: E731
        return self._take(_Act(alone, bulk=bulk, asked=asked, group=group, log_id=log_id))

    def _take(self, act: _Act) -> Any:
        with self._gate:
            self._waiting.append(act)
            leads, self._is_led = not self._is_led, True
        try:
            if not leads:
                act.woken.wait()
                leads = not act.is_done
            while not act.is_done:
                self._write_next()
        finally:
            self._leave(act, leads=leads or (act.woken.is_set() and not act.is_done))
        if act.error is not None:
            raise as_refusal(act.error)
        return act.result

    def _write_next(self) -> None:
        time.sleep(self._pause())
        with self._gate:
            acts = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))]
        try:
            if len(acts) > 1 and self._write_together(acts):
                return
            for act in acts:
                self._write_alone(act)
        except BaseException:
            with self._gate:
                self._waiting.extendleft(act for act in reversed(acts) if not act.is_done)
            raise

    def _leave(self, act: _Act, *, leads: bool) -> None:
        """Whoever was ended while waiting takes the act along; where it led, whoever waits longest writes next."""
        with self._gate:
            if not act.is_done and act in self._waiting:
                self._waiting.remove(act)
            if leads:
                self._is_led = bool(self._waiting)
                if self._is_led:
                    self._waiting[0].woken.set()

    def _pause(self) -> float:
        """How long others are waited for: not at all, but right after acts that whole halls send at once."""
        pause = max(0.0, self._busy_until - time.monotonic())
        with self._gate:
            is_frequent = any(act.bulk is not None for act in self._waiting)
        if is_frequent:
            self._busy_until = time.monotonic() + pause + self.gather
        return pause

    def _write_alone(self, act: _Act) -> None:
        for is_last in (False, False, True):
            try:
                self._try_alone(act)
                break
            except Exception as error:
                act.error = error
                if is_last or not is_a_clash(error):
                    break
        act.finish()

    def _try_alone(self, act: _Act) -> None:
        with self.sessions() as session:
            self._lock(session, [act])
            act.settle(act.context.run(act.work, session))
            if act.error is None:
                self._commit(session)
                ACTS_TOGETHER.observe(1)

    def _lock(self, session: Session, acts: Sequence[_Act]) -> None:
        logs = {act.log_id for act in acts if act.log_id is not None}
        if self.shares and logs:
            lock_logs(session, sorted(logs))

    def _write_together(self, acts: list[_Act]) -> bool:
        """False where anything but a plain refusal happened: nothing is written then, and each is tried alone."""
        try:
            with self.sessions() as session:
                self._lock(session, acts)
                done: set[int] = set()
                for act in acts:
                    if act.bulk is not None:
                        if id(act) not in done:
                            done |= _write_group(session, act.bulk, [one for one in acts if one.group == act.group])
                    else:
                        _behind_savepoint(session, act)
                self._commit(session)
        except Exception:
            return False
        for act in acts:
            act.finish()
        ACTS_TOGETHER.observe(len(acts))
        return True

    def _commit(self, session: Session) -> None:
        session.flush()
        recorded = number_pending(session)
        with COMMIT.time():
            session.commit()
        if recorded:
            self._untold.append(recorded)

    def tell(self) -> None:
        """Tell of the commits, in their order; whoever finds another telling leaves it to them."""
        while self._untold and self._telling.acquire(blocking=False):
            try:
                while self._untold:
                    self.tell_all(self._untold.popleft())
            finally:
                self._telling.release()


def _only(answers: Sequence[Any]) -> Any:
    (answer,) = answers
    return answer


def _write_group(session: Session, bulk: Bulk, acts: list[_Act]) -> set[int]:
    answers = acts[0].context.run(bulk, session, [act.asked for act in acts])
    for act, answer in zip(acts, answers, strict=True):
        act.settle(answer)
    return {id(act) for act in acts}


def _behind_savepoint(session: Session, act: _Act) -> None:
    noted = len(session.info.get(PENDING, []))
    savepoint = session.begin_nested()
    try:
        act.settle(act.context.run(act.work, session))
        savepoint.commit()
    except DomainError as refusal:
        savepoint.rollback()
        del session.info.get(PENDING, [])[noted:]
        act.error = refusal
