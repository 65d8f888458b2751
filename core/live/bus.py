"""The bus: short words between the servers of one installation, over Redis.

Nothing that is said here is kept, and nothing hangs on its being heard: whoever missed a word finds out by itself.
"""

import json
import logging
import queue
import secrets
import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import redis

log = logging.getLogger("hyeondap.bus")
MOST_WAITING = 10_000
MOST_TOGETHER = 500
AGAIN_AFTER = 0.5  # seconds
PATIENCE = 2.0  # seconds for Redis to answer
SILENCE = 5.0  # seconds of nothing heard after which the link is tried
Heard = Callable[[str, Any], None]


class Bus:
    """Says words to the other servers (`say`) and hears theirs (`on`): who said it, and what.

    `is_up` while others are heard; `up` listeners are told whenever that begins.
    """

    def __init__(self, url: str, channel: str) -> None:
        self.me = secrets.token_hex(4)
        self.is_up = False
        self._url = url
        self._channel = channel
        self._words: queue.Queue[tuple[str, Any]] = queue.Queue(MOST_WAITING)
        self._heard: defaultdict[str, list[Heard]] = defaultdict(list)
        self._up: list[Callable[[], None]] = []

    def on(self, kind: str, heard: Heard) -> None:
        """Hear words of a kind."""
        self._heard[kind].append(heard)

    def on_up(self, act: Callable[[], None]) -> None:
        """Act whenever others are heard again, having been missed for a while."""
        self._up.append(act)

    def say(self, kind: str, body: Any = None) -> None:
        """Say something soon; where nobody can hear, it is lost."""
        with suppress(queue.Full):
            self._words.put_nowait((kind, body))

    def start(self) -> None:
        """Speak and listen from now on."""
        for act in (self._speak, self._listen):
            threading.Thread(target=act, daemon=True, name=f"bus{act.__name__}").start()

    def _connect(self) -> "redis.Redis":
        return redis.Redis.from_url(self._url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)

    def _speak(self) -> None:
        link = self._connect()
        while True:
            words = [self._words.get()]
            with suppress(queue.Empty):
                while len(words) < MOST_TOGETHER:
                    words.append(self._words.get_nowait())
            with suppress(redis.RedisError):
                link.publish(self._channel, json.dumps([self.me, words]))

    def _listen(self) -> None:
        pause = threading.Event()
        while True:
            try:
                self._hear_all()
            except (redis.RedisError, OSError, ValueError) as error:
                if self.is_up:
                    log.warning("the other servers are not heard: %s", error)
            self.is_up = False
            pause.wait(AGAIN_AFTER)

    def _hear_all(self) -> None:
        """Until the link is lost, which shows at the latest by an unanswered ping."""
        with self._connect() as link, link.pubsub() as ear:
            ear.subscribe(self._channel)
            is_asked = False
            while True:
                message = ear.get_message(timeout=SILENCE)
                if message is None and is_asked:
                    raise redis.ConnectionError("no answer")
                is_asked = message is None
                if message is None:
                    ear.ping()
                elif message["type"] == "subscribe":
                    self._begin()
                elif message["type"] == "message":
                    self._take(message["data"])

    def _begin(self) -> None:
        self.is_up = True
        for act in self._up:
            act()

    def _take(self, data: bytes) -> None:
        sender, words = json.loads(data)
        if sender == self.me:
            return
        for kind, body in words:
            for heard in self._heard[kind]:
                try:
                    heard(sender, body)
                except Exception:
                    log.exception("a word of another server was not understood: %s", kind)
