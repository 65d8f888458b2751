"""Joining the stage to the house: presence, the address on the screen, what themes it shows, and what time changes."""

import logging
import threading
from collections.abc import Sequence

from flask import Flask

from core import clock
from core.db.work import Database
from core.events.event import Event
from core.live.delivery import Delivery
from core.live.hub import live_server
from core.live.presence import Present
from core.web.context import services
from core.web.serving import public_address
from facilitation.stage.address import use_address
from facilitation.stage.boards import ThemeBoard, use_board
from facilitation.stage.fragments.screen import touch_themes
from facilitation.stage.fragments.stage import STAGE
from facilitation.stage.presence import CONSOLES, connected
from facilitation.stage.queries.hall import TableState, hall
from participation.forums.queries import the_forum

log = logging.getLogger("hyeondap.stage")
EVERY_SECONDS = 20.0
AGEING = (TableState.QUIET, TableState.LOST)


def connect(app: Flask) -> None:
    """Tell the stage who comes and goes, and give the screen its address."""
    server, settings = live_server(app), services(app).settings
    use_address(public_address(settings))

    def tell(present: Present) -> None:
        CONSOLES.note(present)
        if present.surface in ("phone", "console") and present.table:
            names = [f"tile-{present.table}", "facts", "alerts"]
            server.delivery.refresh(present.forum_id, f"table:{present.table}", STAGE, names)

    server.listen(tell)


def show_themes(board: ThemeBoard, changes: Sequence[type[Event]]) -> None:
    """Show the themes of `board` on the screen; these events change what it says."""
    use_board(board)
    touch_themes(changes)


def start(app: Flask) -> None:
    """Keep what grows older by itself up to date: minutes of silence, expected times."""
    threading.Thread(target=_keep_time, args=(app,), daemon=True).start()


def _keep_time(app: Flask) -> None:
    pause = threading.Event()
    database, delivery = services(app).database, live_server(app).delivery
    while not pause.wait(EVERY_SECONDS):
        for forum_id in CONSOLES.watched():
            try:
                age(database, delivery, forum_id)
            except Exception:
                log.exception("the stage of forum %s was not brought up to date", forum_id)


def age(database: Database, delivery: Delivery, forum_id: int) -> None:
    """Redraw what on a stage depends on the time alone."""
    with database.reading() as session:
        forum = the_forum(session, forum_id)
        tiles = hall(session, forum, connected(forum_id), clock.now())
    names = [f"tile-{tile.number}" for tile in tiles.values() if tile.state in AGEING]
    delivery.refresh(forum_id, "forum", STAGE, ["run", "alerts", *names])
