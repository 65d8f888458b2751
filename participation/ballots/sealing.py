"""Sealing by itself: at the end of the waiting time, and for what a stopped server left undone."""

import logging
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.db.erasing import rewrite
from core.db.unavailable import as_refusal
from core.db.work import Database
from core.errors import DomainError, Unavailable
from core.events.log import Recorded
from core.live.hub import live_server
from core.web.context import services
from participation.ballots.events import (
    BallotClosing,
    BallotSealed,
    PaperEntered,
    PaperMarked,
    PaperRemoved,
    PaperUnmarked,
)
from participation.ballots.keys import KeyStore
from participation.ballots.models import Ballot, BallotState, Cast, PaperVote, SealedVote, Turnout
from participation.ballots.operations.running import seal_ballot

log = logging.getLogger("hyeondap.ballots")
TABLES = tuple(model.__tablename__ for model in (Turnout, Cast, PaperVote, SealedVote))
PAPER_EVENTS = (PaperEntered, PaperMarked, PaperRemoved, PaperUnmarked)
AGAIN_AFTER = 2.0
A_MOMENT = 0.1
Later = Callable[[float, Callable[[], None]], None]


class Sealer:
    """Watches for ballots that close, seals them when they are due, and cleans up behind every sealing.

    `later(seconds, act)` runs something after a while, outside of any transaction.
    """

    def __init__(self, database: Database, keys: KeyStore, later: Later) -> None:
        self.database = database
        self.keys = keys
        self.later = later

    def hear(self, recorded: list[Recorded]) -> None:
        """Told after each commit."""
        for item in recorded:
            if isinstance(item.event, BallotClosing):
                self._seal_later(item.event.seconds + A_MOMENT, item.log_id, item.event.ballot)
            elif isinstance(item.event, PAPER_EVENTS):
                self._seal_later(0.0, item.log_id, item.event.ballot)
            elif isinstance(item.event, BallotSealed):
                self._erase_later(0.0, item.event.ballot)

    def resume(self) -> None:
        """Take up what is under way: called when the server starts."""
        with self.database.reading() as session:
            closing = session.scalars(select(Ballot).where(Ballot.state == BallotState.CLOSING)).all()
            over = select(Ballot.id).where(Ballot.state.in_((BallotState.SEALED, BallotState.PUBLISHED)))
            done = list(session.scalars(over))
        for ballot in closing:
            wait = clock.seconds_until(ballot.seal_at) if ballot.seal_at else 0.0
            self._seal_later(max(0.0, wait) + A_MOMENT, ballot.forum_id, ballot.id)
        left = {ballot_id for ballot_id in done if self.keys.holds(ballot_id)}
        for ballot_id in sorted(left | set(self.keys.unfinished())):
            self._erase_later(0.0, ballot_id)

    def seal(self, forum_id: int, ballot_id: int) -> bool:
        """Seal the ballot if it is due; whether it was. What stands in the way is left to the host's page.

        Raises `Unavailable` where the store cannot be written just now.
        """
        with self.database.reading() as session:
            ballot = session.get(Ballot, ballot_id)
            if ballot is None or ballot.state != BallotState.CLOSING or ballot.seal_at is None:
                return False
            wait = clock.seconds_until(ballot.seal_at)
        if wait > 0:
            return False
        try:
            self.database.perform(lambda session: seal_ballot(session, None, forum_id, ballot_id), log_id=forum_id)
        except Unavailable:
            raise
        except DomainError as error:
            log.info("ballot %s not sealed yet: %s", ballot_id, error.code)
            return False
        return True

    def erase(self, ballot_id: int) -> bool:
        """Destroy the key of a sealed ballot and rewrite the store; whether nothing is left to do."""
        self.database.perform(lambda session: self._retire(session, ballot_id))
        if not rewrite(self.database, TABLES):
            return False
        self.keys.finish(ballot_id)
        log.info("ballot %s erased what led to its votes", ballot_id)
        return True

    def _retire(self, session: Session, ballot_id: int) -> None:
        """Under the ballot's lock, so that the new key of one that is just being reopened is left alone."""
        ballot = session.scalars(select(Ballot).where(Ballot.id == ballot_id).with_for_update()).one_or_none()
        if ballot is None or ballot.sealed_at is not None:
            self.keys.retire(ballot_id)

    def _seal_later(self, seconds: float, forum_id: int, ballot_id: int) -> None:
        self.later(seconds, lambda: self._seal_or_log(forum_id, ballot_id))

    def _seal_or_log(self, forum_id: int, ballot_id: int) -> None:
        try:
            self.seal(forum_id, ballot_id)
        except Exception as error:
            if isinstance(as_refusal(error), Unavailable):
                self._seal_later(AGAIN_AFTER, forum_id, ballot_id)
            else:
                log.exception("sealing ballot %s failed", ballot_id)

    def _erase_later(self, seconds: float, ballot_id: int) -> None:
        self.later(seconds, lambda: self._erase_or_again(ballot_id))

    def _erase_or_again(self, ballot_id: int) -> None:
        try:
            with self.database.claims.hold("erasing", waits=True):
                done = self.erase(ballot_id)
        except Exception:
            log.exception("erasing after ballot %s failed", ballot_id)
            done = False
        if not done:
            self._erase_later(AGAIN_AFTER, ballot_id)


def key_store(app: Flask | None = None) -> KeyStore:
    """The keys of the application at hand."""
    return KeyStore(services(app).settings.ballot_keys)


def _in_background(app: Flask) -> Later:
    def later(seconds: float, act: Callable[[], None]) -> None:
        socketio = live_server(app).socketio

        def wait() -> None:
            socketio.sleep(seconds)
            act()

        socketio.start_background_task(wait)

    return later


def start(app: Flask) -> None:
    """Let ballots be sealed by themselves wherever `app` is served, beginning with what is overdue."""
    sealer = Sealer(services(app).database, key_store(app), _in_background(app))
    sealer.database.listen(sealer.hear)
    sealer.resume()
