"""Who is connected, as the stage needs it: phones now, and since when a table's console is gone. Kept in memory only."""

from datetime import datetime

from core import clock
from core.live.presence import PRESENCE, Present
from facilitation.stage.queries.hall import Connected


class Consoles:
    """The tables whose console was open and is gone, and the forums whose stage is watched."""

    def __init__(self) -> None:
        self._gone: dict[tuple[int, int], datetime] = {}
        self._stages: set[int] = set()

    def note(self, present: Present) -> None:
        """A page came or went."""
        if present.surface == "stage":
            self._stages.add(present.forum_id)
        if present.surface == "console" and present.table is not None:
            where = (present.forum_id, present.table)
            if present.table in PRESENCE.consoles(present.forum_id):
                self._gone.pop(where, None)
            else:
                self._gone.setdefault(where, clock.now())

    def gone(self, forum_id: int) -> dict[int, datetime]:
        """Since when each table of a forum is without its console."""
        return {table: at for (forum, table), at in self._gone.items() if forum == forum_id}

    def watched(self) -> list[int]:
        """The forums whose stage is open somewhere."""
        self._stages = {forum_id for forum_id in self._stages if PRESENCE.people(forum_id, "stage")}
        return sorted(self._stages)


CONSOLES = Consoles()


def connected(forum_id: int) -> Connected:
    """Who is connected in a forum right now."""
    return Connected(frozenset(PRESENCE.seats(forum_id)), CONSOLES.gone(forum_id))
