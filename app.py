"""Hyeondap: wiring only. `python app.py` serves; `flask` finds `create_app` here."""

if __name__ == "__main__":
    from gevent import monkey

    monkey.patch_all()

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from click import Command
from flask import Blueprint, Flask
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from core.config import Part, Settings, settings_from_env
from core.db.cli import COMMANDS as KEEPING
from core.db.migrations import upgrade
from core.db.work import Database
from core.jobs.hub import connect as connect_jobs
from core.jobs.hub import start as start_jobs
from core.live.hub import init_live, live_server
from core.live.hub import start as start_live
from core.operator import LaterGroup
from core.permissions import Actor
from core.web.context import services
from core.web.serving import greeting, open_socket, serve, without_pages
from core.web.setup import make_kernel
from core.web.templates import compile_templates
from facilitation.rehearsal.content_files import content
from facilitation.rehearsal.demo import Filed, FollowUp, Settled
from facilitation.rehearsal.hosting import connect as connect_demo
from facilitation.rehearsal.hosting import demo_greeting, prepare
from facilitation.rehearsal.residents import start as start_residents
from facilitation.stage.views import blueprint as stage
from facilitation.stage.wiring import connect as connect_stage
from facilitation.stage.wiring import show_themes
from facilitation.stage.wiring import start as start_stage
from facilitation.tables.queries import people_spoken
from facilitation.tables.sockets import connect as connect_tables
from facilitation.tables.speaking import RunningTurns
from facilitation.tables.views import blueprint as tables
from facilitation.training.queries import tables_of
from facilitation.training.views import blueprint as training
from facilitation.training.views import connect as connect_training
from participation.ballots.sealing import start as start_ballots
from participation.ballots.views import blueprint as ballots
from participation.directory import ForumDirectory
from participation.forums.queries import forums
from participation.forums.views import blueprint as forum_pages
from participation.forums.wiring import connect_home_facts, connect_speaking
from participation.proposals.checking import check_texts
from participation.seats.forgetting import start as start_forgetting
from participation.seats.views import blueprint as seats
from participation.seats.wiring import connect as connect_seats
from participation.surveys.views import blueprint as surveys
from policy.commitments.demo import keep_promises
from policy.commitments.home import PromisesKept
from policy.commitments.views import BLUEPRINTS as COMMITMENT_PAGES
from policy.reports.views import BLUEPRINTS as REPORT_PAGES
from policy.reports.wiring import connect_people_spoken
from policy.themes.board import FORMING, FREEZING, board
from policy.themes.demo import settle_themes
from policy.themes.views import blueprint as themes
from policy.themes.wiring import connect as connect_themes
from policy.themes.wiring import start as start_themes

BLUEPRINTS: tuple[Blueprint, ...] = (
    forum_pages,
    ballots,
    seats,
    stage,
    surveys,
    tables,
    themes,
    training,
    *COMMITMENT_PAGES,
    *REPORT_PAGES,
)
THEMES = LaterGroup("themes", "policy.themes.cli", help="Themes of what residents say.")
COMMAND_GROUPS: tuple[Command, ...] = (THEMES, *KEEPING)
NAVIGATION: list[tuple[str, str]] = [
    ("forums.index", "토론회"),
    ("commitments.tracker", "이행 현황"),
]
# Functions that join the rooms of the house: called for every application, once.
CONNECTIONS: tuple[Callable[[Flask], None], ...] = (
    connect_seats,
    connect_tables,
    connect_stage,
    connect_training,
    connect_jobs,
    connect_themes,
    connect_demo,
)
# Functions that start what pages need while they are served, by each process that serves them.
SERVING: tuple[Callable[[Flask], None], ...] = (
    start_live,
    start_stage,
)
# Functions that start work beside the requests.
BACKGROUND: tuple[Callable[[Flask], None], ...] = (
    start_ballots,
    start_themes,
    start_jobs,
    start_residents,
    start_forgetting,
)


def grant_scopes(session: Session) -> list[tuple[int, str]]:
    """The forums for which a role can be granted."""
    return [(forum.id, forum.title) for forum in forums(session)]


def create_app(settings: Settings | None = None, *, async_mode: str = "threading") -> Flask:
    """The application for these settings (the environment's where none are given)."""
    settings = settings or settings_from_env()
    app = Flask(__name__, static_folder=None)
    make_kernel(app, settings, ForumDirectory(tables_of))
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for group in COMMAND_GROUPS:
        app.cli.add_command(group)
    app.extensions["navigation"] = NAVIGATION
    app.extensions["grant_scopes"] = grant_scopes
    app.extensions["checks"] = (check_texts,)
    app.extensions["work_page"] = "/work"
    connect_speaking(app, RunningTurns())
    connect_home_facts(app, PromisesKept())
    connect_people_spoken(app, people_spoken)
    init_live(app, async_mode)
    for connect in CONNECTIONS:
        connect(app)
    show_themes(board, (*FORMING, *FREEZING))
    if proxies := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    return app


def share(database: Database, forum_id: int, analyst: Actor, filed: Filed) -> Settled:
    """The demo's live forum: the themes of its first round, by the content."""
    topics = [topic for topic in content("proposals_street")["topics"] if topic["key"] != "other"]
    return settle_themes(database, forum_id, analyst, None, filed, topics)


def settle(database: Database, forum_id: int, analyst: Actor, staff: Actor, filed: Filed) -> Settled:
    """The demo's finished forum: its themes, by the content."""
    themes = content("themes_childcare")["themes"]
    return settle_themes(database, forum_id, analyst, staff, filed, themes)


def answer(database: Database, forum_id: int, staff: Actor, held_at: datetime) -> None:
    """The demo's finished forum: what the city promised and answered since."""
    labels = {entry["key"]: entry["name_ko"] for entry in content("themes_childcare")["themes"]}
    keep_promises(database, forum_id, staff, held_at, content("commitments_childcare"), labels)


def main() -> None:
    """Serve: bring the database up to date, make the demo where one is wanted, say where, go on until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    settings = settings_from_env()
    listener = open_socket(settings.host, settings.port)
    database = Database(settings.database_url)
    with database.claims.hold("starting", waits=True):
        upgrade(database.write_engine)
        settings = replace(settings, demo=prepare(database, settings, FollowUp(share, settle, answer)))
    app = create_app(settings, async_mode="gevent")
    compile_templates(app)
    for start in (*SERVING, *(BACKGROUND if settings.part is not Part.WEB else ())):
        start(app)
    print(greeting(settings) + demo_greeting(database, settings), flush=True)
    database.close()
    pages = app if settings.part is not Part.BACKGROUND else without_pages(app)
    serve(pages, listener, live_server(app).goodbye)
    services(app).database.close()


if __name__ == "__main__":
    main()
