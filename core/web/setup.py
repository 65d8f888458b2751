"""Making the kernel's part of an application: sessions, sign-in, language, errors, templates."""

from datetime import timedelta
from typing import Any

from flask import Flask, g, request
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect
from werkzeug.routing import IntegerConverter, Map

from core.accounts.cli import accounts as accounts_cli
from core.accounts.queries import Account, account_of_session
from core.accounts.views import blueprint as accounts
from core.config import Settings
from core.db.work import Database
from core.i18n import LOCALES, set_locale
from core.i18n.dates import set_zone
from core.web.context import EXTENSION, Services, database
from core.web.errors import init_errors
from core.web.gate import init_gate
from core.web.headers import init_headers
from core.web.identity import Directory
from core.web.metrics import init_metrics
from core.web.static import StaticFiles
from core.web.static import blueprint as static_files
from core.web.templates import HouseEnvironment, init_templates, use_app
from core.web.views import blueprint as web

MOST_BYTES = 1024 * 1024


class IdConverter(IntegerConverter):
    """Whole numbers in paths: those a database can hold; a larger one is simply not there."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max", 2**31 - 1)
        super().__init__(map, *args, **kwargs)


def choose_language() -> None:
    """The remembered language, else the browser's first, else Korean."""
    chosen = request.cookies.get("locale")
    if chosen not in LOCALES:
        chosen = request.accept_languages.best_match(LOCALES, default="ko")
    set_locale(chosen or "ko")


def _load_account(session_id: str) -> Account | None:
    with database().reading() as session:
        return account_of_session(session, session_id)


def _begin_reading() -> None:
    g.reading = database().one_reading()
    g.reading.__enter__()


def _end_reading(_error: BaseException | None) -> None:
    reading = g.pop("reading", None)
    if reading is not None:
        reading.__exit__(None, None, None)


def make_kernel(app: Flask, settings: Settings, directory: Directory) -> Database:
    """Give `app` its database, sessions, sign-in, language, gate, errors and templates."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_BYTES,
        MAX_FORM_PARTS=1000,
        SESSION_COOKIE_NAME="__Host-session" if settings.secure_cookies else "session",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        WTF_CSRF_SSL_STRICT=settings.secure_cookies,
    )
    app.jinja_environment = HouseEnvironment
    app.url_map.converters["int"] = IdConverter
    store = Database(settings.database_url)
    app.extensions[EXTENSION] = Services(settings, store, directory)
    app.extensions["demo_sign_ins"] = list
    app.extensions["work_page"] = "/"
    set_zone(settings.city.zone)
    app.before_request(_begin_reading)
    app.teardown_request(_end_reading)
    app.before_request(choose_language)
    CSRFProtect(app)
    logins = LoginManager(app)
    logins.session_protection = None  # type: ignore[assignment]
    logins.user_loader(_load_account)
    init_gate(app)
    init_headers(app)
    init_errors(app)
    init_metrics(app)
    init_templates(app)
    use_app(app)
    for blueprint in (static_files, web, accounts):
        app.register_blueprint(blueprint)
    app.wsgi_app = StaticFiles(app.wsgi_app)  # type: ignore[method-assign]
    app.cli.add_command(accounts_cli)
    return store
