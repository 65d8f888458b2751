"""The unit of work: the one place that commits, and that hands on what happened, afterwards."""

import hashlib
import json
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from core import clock
from core.db.claims import Claims
from core.db.engine import make_engine
from core.db.once import READS
from core.db.writing import Listener, Writer
from core.errors import Conflict
from core.events.known import KNOWN
from core.events.log import Recorded, all_after, log_numbers
from core.events.models import Receipt
from core.events.tail import Tail
from core.i18n import say
from core.kept import Kept

T = TypeVar("T")
KEPT_READINGS = 20_000


@dataclass(frozen=True)
class ClientKey:
    """A key that a client made up for one act, with the digest of what it asked for."""

    log_id: int
    actor: str
    key: str
    digest: str


def payload_digest(command: str, payload: dict[str, Any]) -> str:
    """The digest of a command and what it carries, the same over socket, HTTP and form."""
    return hashlib.sha256(json.dumps([command, payload], sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class _Shared:
    """The reading that a request shares: opened when it is first wanted."""

    def __init__(self, database: "Database", open_session: Callable[[], Session]) -> None:
        self.database = database
        self.log_id: int | None = None
        self._open_session = open_session
        self._session: Session | None = None

    def session(self) -> Session:
        """The session, which whoever uses it leaves open."""
        if self._session is None:
            self._session = self._open_session()
        return self._session

    def renew(self) -> None:
        """Let go of the session; what is read from now on is read anew."""
        if self._session is not None:
            self._session.close()
            self._session = None


_shared: ContextVar[_Shared | None] = ContextVar("shared", default=None)


def _about(log_id: int | None) -> int | None:
    shared = _shared.get()
    return log_id if log_id is not None or shared is None else shared.log_id


class Database:
    """The installation's store: readers, one writer at a time, listeners told after each commit."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.read_engine: Engine = make_engine(url, writes=False)
        self.write_engine: Engine = make_engine(url, writes=True)
        self._known = Kept[tuple[Any]](KEPT_READINGS)
        info = {READS: True, KNOWN: self._known}
        self._readers = sessionmaker(self.read_engine, expire_on_commit=False, autoflush=False, info=info)
        self.claims = Claims(self.read_engine)
        self._listeners: list[Listener] = []
        shares = not url.startswith("sqlite")
        self._writer = Writer(sessionmaker(self.write_engine, expire_on_commit=False), self._tell, shares=shares)

    def listen(self, listener: Listener) -> None:
        """Tell `listener` what was recorded, after each commit, in the order of the commits."""
        self._listeners.append(listener)

    def _tell(self, recorded: list[Recorded]) -> None:
        for listener in self._listeners:
            listener(recorded)

    def share(self, announce: Callable[[int, int], None]) -> Tail:
        """Tell the listeners what other servers write as well; `announce` lets those know of a log and its number."""
        tail = Tail(self._read_log, self._log_numbers, self._tell, announce)
        self._writer.tell_all = tail.wrote
        return tail

    def _read_log(self, log_id: int, number: int, limit: int) -> list[Recorded]:
        with self._readers() as session:
            return all_after(session, log_id, number, limit)

    def _log_numbers(self, logs: Sequence[int] | None) -> dict[int, int]:
        with self._readers() as session:
            return log_numbers(session, logs)

    @staticmethod
    def about(log_id: int | None) -> None:
        """What this request does is about one log: others wait who would change the same."""
        shared = _shared.get()
        if shared is not None:
            shared.log_id = log_id

    def look_anew(self) -> None:
        """What this request reads from now on is no older than now. On SQLite nobody writes while somebody reads."""
        shared = _shared.get()
        if shared is not None and self._writer.shares:
            shared.renew()

    def gather(self, seconds: float) -> None:
        """Write acts that whole halls send at once at most so often: the first at once, then what came meanwhile."""
        self._writer.gather = seconds

    def unlisten(self, listener: Listener) -> None:
        """Tell `listener` no more."""
        self._listeners.remove(listener)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session to read with; what it holds is let go at the end, never committed."""
        shared = _shared.get()
        if shared is not None and shared.database is self:
            yield shared.session()
            return
        with self._readers() as session:
            yield session

    @contextmanager
    def one_reading(self) -> Iterator[None]:
        """Inside, every `reading` is one and the same, and sees one moment; after an act a new one begins."""
        shared = _Shared(self, self._readers)
        before = _shared.get()
        _shared.set(shared)
        try:
            yield
        finally:
            _shared.set(before)
            shared.renew()

    def forget(self) -> None:
        """Let go of what readings kept: for whoever changed the store beside the house, by hand or from a backup."""
        self._known.forget()

    def perform(self, work: Callable[[Session], T], *, log_id: int | None = None) -> T:
        """Run `work` in one transaction, commit, then tell the listeners. Errors roll back and pass on.

        `log_id` is the log it is about, else the one the request at hand is about: where several servers write,
        acts about one log are written one after the other, as by one.
        """
        with self._afterwards():
            return cast(T, self._writer.perform(work, _about(log_id)))

    def perform_bulk(
        self,
        group: Hashable,
        bulk: Callable[[Session, Sequence[Any]], Sequence[Any]],
        asked: Any,
        *,
        log_id: int | None = None,
    ) -> Any:
        """Run an act that has a bulk form together with those of its `group` that wait; see `Writer`."""
        with self._afterwards():
            return self._writer.perform_bulk(group, bulk, asked, _about(log_id))

    @contextmanager
    def _afterwards(self) -> Iterator[None]:
        """What this request read is let go, so that nobody holds a reading while waiting to write; afterwards the
        listeners are told, who read for themselves."""
        shared = _shared.get()
        if shared is not None:
            shared.renew()
        try:
            yield
        finally:
            if shared is not None:
                shared.renew()
            _shared.set(None)
            try:
                self._writer.tell()
            finally:
                _shared.set(shared)

    def perform_once(self, key: ClientKey, work: Callable[[Session], dict[str, Any]]) -> dict[str, Any]:
        """As `perform`, but the same key gives the first answer again instead of a second act.

        Raises `Conflict` where the key was used for something else.
        """

        def once(session: Session) -> dict[str, Any]:
            known = session.get(Receipt, (key.log_id, key.actor, key.key))
            if known is None:
                result = work(session)
                row = Receipt(log_id=key.log_id, actor=key.actor, key=key.key, digest=key.digest)
                row.result, row.at = result, clock.now()
                session.add(row)
                return result
            if known.digest != key.digest:
                raise Conflict("key_reused", say("같은 번호로 다른 내용을 보낼 수 없습니다. 화면을 새로 열어 주세요."))
            return known.result

        return self.perform(once, log_id=key.log_id)

    def close(self) -> None:
        """Give back every connection."""
        self.read_engine.dispose()
        self.write_engine.dispose()
