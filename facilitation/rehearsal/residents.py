"""Simulated residents who keep the demo's live forum moving, through the same commands as real people.

A table whose console a real person has open is led by them; so is the evening once a real host is on stage.
"""

import logging
import os
import random
import threading
from datetime import datetime, timedelta

from flask import Flask

from core import clock
from core.permissions import Actor, Role
from core.web.context import services
from facilitation.rehearsal.demo import LIVE
from facilitation.rehearsal.errands import run_errands
from facilitation.rehearsal.room import Scene, hold_phones, read_room
from facilitation.rehearsal.talking import end_forgotten_turns, talk
from participation.ballots.models import BallotState
from participation.ballots.queries import shown_ballot
from participation.forums.models import SegmentKind
from participation.forums.queries import forum_by_id, forum_id_by_slug

log = logging.getLogger("hyeondap.residents")
EVERY = 4.0
LAST_SECONDS = 30
MORE_MINUTES = "10"
AWAY = timedelta(minutes=2)


class Residents:
    """Plays one step at a time: `come` once, then `step`."""

    def __init__(self, app: Flask, forum_id: int, *, seed: int | None = None, host: Actor | None = None) -> None:
        self._app = app
        self._database = services(app).database
        self._forum_id = forum_id
        self._random = random.Random(seed)
        self._host = host
        self._host_seen: datetime | None = None

    def come(self) -> None:
        """Be there: phones and consoles count as connected; what a stop of the demo cut off is put right."""
        self._database.perform(lambda session: end_forgotten_turns(session, self._forum_id), log_id=self._forum_id)
        scene = self._scene()
        if scene is not None:
            hold_phones(scene.room)

    def step(self) -> None:
        """A few people do something; what the moment does not allow is left undone."""
        scene = self._scene()
        if scene is not None:
            with self._app.app_context():
                self._keep_going(scene)
                talk(scene)
                run_errands(scene)

    def _scene(self) -> Scene | None:
        with self._database.reading() as session:
            forum = forum_by_id(session, self._forum_id)
            if forum is None or not forum.is_live:
                return None
            return Scene(self._database, read_room(session, forum), self._random)

    def _keep_going(self, scene: Scene) -> None:
        """When the time of a step runs out and no real host is there, a round goes on and anything else ends.

        A clock that was left standing runs again, a ballot that was left open is closed and published; then the
        room goes back to its last round, so that whoever comes next finds people talking.
        """
        forum = scene.forum
        if self._host is None or forum.segment is None or self._is_led(scene):
            return
        if forum.ends_at is None:
            scene.do(self._host, "forum.resume")
            return
        if clock.seconds_until(forum.ends_at) >= LAST_SECONDS:
            return
        rounds = [one for one in forum.segments if one.kind is SegmentKind.TABLE_ROUND]
        ballot = scene.read(lambda session: shown_ballot(session, forum.id))
        if ballot is not None and ballot.state is BallotState.OPEN:
            scene.do(self._host, "ballot.close", ballot=ballot.id)
        elif ballot is not None and ballot.state is BallotState.SEALED:
            scene.do(self._host, "ballot.publish", ballot=ballot.id)
        elif forum.segment.kind is SegmentKind.TABLE_ROUND or not rounds:
            scene.do(self._host, "forum.extend", minutes=MORE_MINUTES)
        elif ballot is None or ballot.is_published:
            scene.do(self._host, "forum.move", segment=rounds[-1].id, sure="y")

    def _is_led(self, scene: Scene) -> bool:
        """Whether a real host is there, or has just gone to look at another page."""
        if scene.room.has_host:
            self._host_seen = clock.now()
        return self._host_seen is not None and clock.now() - self._host_seen < AWAY


def start(app: Flask) -> None:
    """Let the demo's residents live, in a served demo; they stop with the process."""
    house = services(app)
    with house.database.reading() as session:
        forum_id = forum_id_by_slug(session, LIVE)
    if not house.settings.demo or os.environ.get("DEMO_RESIDENTS") == "0" or forum_id is None:
        return
    host = Actor(person_id=None, name="", roles=frozenset({(Role.HOST, 0)}))
    residents = Residents(app, forum_id, host=host)
    residents.come()
    pause = threading.Event()

    def live() -> None:
        while not pause.wait(EVERY):
            try:
                residents.step()
            except Exception:
                log.exception("the demo's residents stumbled")

    threading.Thread(target=live, daemon=True, name="demo-residents").start()
