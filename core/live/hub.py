"""The application's socket server, where other rooms of the house may ask it for something."""

import hashlib

from flask import Flask, current_app
from sqlalchemy.engine import make_url

from core.config import Part, Settings
from core.live.bus import Bus
from core.live.fellows import Fellows
from core.live.presence import PRESENCE
from core.live.server import LiveServer
from core.web.context import services
from core.web.limits import count_together

EXTENSION = "hyeondap-live"
FELLOWS = "hyeondap-fellows"


def init_live(app: Flask, async_mode: str) -> LiveServer:
    """Make the socket server of an application, and join it to its fellows where there are any."""
    server = LiveServer(app, async_mode)
    app.extensions[EXTENSION] = server
    app.extensions["drop_person"] = server.drop_person
    settings = services(app).settings
    if settings.is_shared:
        name = _name(settings)
        fellows = Fellows(Bus(settings.redis_url, name), PRESENCE, server.tell)
        server.share(fellows)
        count_together(settings.redis_url, name)
        app.extensions[FELLOWS] = fellows
    return server


def _name(settings: Settings) -> str:
    """One for each installation: several may use one Redis."""
    url = make_url(settings.database_url)
    database = f"{url.host}:{url.port or 5432}/{url.database}"
    return f"hyeondap/{hashlib.sha256(database.encode()).hexdigest()[:16]}"


def live_server(app: Flask | None = None) -> LiveServer:
    """The socket server of `app`, or of the application at hand."""
    server: LiveServer = (app or current_app).extensions[EXTENSION]
    return server


def start(app: Flask) -> None:
    """Listen to the other servers, where there are any. Whoever serves no pages follows every forum."""
    fellows: Fellows | None = app.extensions.get(FELLOWS)
    if fellows is None:
        return
    if fellows.tail is not None and services(app).settings.part is not Part.WEB:
        fellows.tail.follow_all()
    fellows.start()
