"""The other servers of an installation: what they wrote, who is with them, whom they let go; told over the bus.

Each server counts the changes of its own presence and says the count every few seconds. Whoever counted otherwise
asks for the whole list, so a lost word is made good without anything being kept anywhere.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import astuple
from typing import Any

from core.events.tail import Tail
from core.live.bus import Bus
from core.live.presence import Presence, Present

log = logging.getLogger("hyeondap.bus")
BEAT = 3  # seconds between two words that a server is alive
ASK_EVERY = 1.0  # seconds between two questions for the same list: many words come before the answer
GONE_AFTER = 10.0  # seconds unheard after which its pages count as closed
LOOK_EVERY = 10.0  # seconds after which the log is looked at without a word; every second while nobody is heard
WROTE, CAME, WENT, HERE, ALIVE, WHOLE, LINKED = "wrote", "came", "went", "here", "alive", "whole?", "linked"
DROP_PERSON = "drop-person"
Tell = Callable[[Iterable[Present]], None]


class Fellows:
    """Joins one server's `presence` and `tail` to those of the others. `tell` is told of pages that came or went."""

    def __init__(self, bus: Bus, presence: Presence, tell: Tell) -> None:
        self.bus = bus
        self.tail: Tail | None = None
        self._presence = presence
        self._tell = tell
        self._changes = 0
        self._counts: dict[str, int] = {}
        self._heard_at: dict[str, float] = {}
        self._asked_at: dict[str, float] = {}
        self._looked_at = 0.0
        self._seconds = 0
        presence.note = self._note
        for kind, act in (
            (WROTE, self._wrote),
            (CAME, self._came),
            (WENT, self._went),
            (HERE, self._here),
            (ALIVE, self._alive),
            (WHOLE, self._whole),
        ):
            bus.on(kind, act)
        bus.on_up(self._introduce)

    def announce(self, log_id: int, number: int) -> None:
        """Say how far a log has come."""
        self.bus.say(WROTE, [log_id, number])

    def start(self) -> None:
        """Speak and listen, and read what others wrote, from now on."""
        self.bus.start()
        for act in (self._beat, *((self.tail.run,) if self.tail else ())):
            threading.Thread(target=act, daemon=True, name=f"fellows{act.__name__}").start()

    def _note(self, came: bool, present: Present) -> None:
        self._changes += 1
        self.bus.say(CAME if came else WENT, [self._changes, astuple(present)])

    def _introduce(self) -> None:
        """Heard again: everyone tells all that is to be known of them, and what was missed is read."""
        for server in self._heard_at:
            self._heard_at[server] = time.monotonic()
        self._say_all()
        self.bus.say(WHOLE, None)
        self._looked_at = 0.0

    def _say_all(self) -> None:
        changes = self._changes
        self.bus.say(HERE, [changes, [astuple(present) for present in self._presence.here()]])

    def _wrote(self, _server: str, body: Any) -> None:
        if self.tail is not None:
            self.tail.heard(*body)

    def _came(self, server: str, body: Any) -> None:
        number, present = body
        if self._follows_on(server, number):
            self._tell(self._presence.elsewhere(server, came=[Present(*present)]))

    def _went(self, server: str, body: Any) -> None:
        number, present = body
        if self._follows_on(server, number):
            self._tell(self._presence.elsewhere(server, went=[Present(*present)]))

    def _follows_on(self, server: str, number: int) -> bool:
        """Whether a change is the next one; where one was missed, the whole list is asked for."""
        self._heard_at[server] = time.monotonic()
        if self._counts.get(server) == number - 1:
            self._counts[server] = number
            return True
        if number > self._counts.get(server, -1):
            self._ask(server)
        return False

    def _ask(self, server: str) -> None:
        now = time.monotonic()
        self._counts.pop(server, None)
        if now - self._asked_at.get(server, -ASK_EVERY) >= ASK_EVERY:
            self._asked_at[server] = now
            self.bus.say(WHOLE, server)

    def _here(self, server: str, body: Any) -> None:
        number, presents = body
        self._heard_at[server], self._counts[server] = time.monotonic(), number
        self._tell(self._presence.all_elsewhere(server, [Present(*present) for present in presents]))

    def _alive(self, server: str, number: Any) -> None:
        self._heard_at[server] = time.monotonic()
        if self._counts.get(server) != number:
            self._ask(server)

    def _whole(self, _server: str, asked: Any) -> None:
        if asked in (None, self.bus.me):
            self._say_all()

    def _beat(self) -> None:
        pause = threading.Event()
        while not pause.wait(1.0):
            try:
                self.beat()
            except Exception as error:
                log.warning("the other servers could not be followed: %s", error)

    def beat(self) -> None:
        """Once a second: say that this server is alive, miss those that do not, look into the log where need be."""
        now = time.monotonic()
        self._seconds += 1
        if self._seconds % BEAT == 0:
            self.bus.say(ALIVE, self._changes)
        if self.bus.is_up:
            for server in [one for one, at in self._heard_at.items() if now - at > GONE_AFTER]:
                del self._heard_at[server]
                for known in (self._counts, self._asked_at):
                    known.pop(server, None)
                self._tell(self._presence.all_elsewhere(server, []))
        if self.tail is not None and (not self.bus.is_up or now - self._looked_at > LOOK_EVERY):
            self._looked_at = now
            self.tail.leave(self._presence.is_watched)
            self.tail.look()
