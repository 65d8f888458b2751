"""What a request carries along: the house's services, the actor, the forum at hand."""

from collections.abc import Mapping
from typing import cast

from flask import Flask, current_app, g, request
from flask.sessions import SecureCookieSessionInterface
from flask_login import current_user
from itsdangerous import BadSignature

from core.accounts.queries import Account
from core.config import Settings
from core.db.work import Database
from core.permissions import Actor
from core.web.identity import Directory, make_actor

EXTENSION = "hyeondap"


class Services:
    """What the application wires together once."""

    def __init__(self, settings: Settings, database: Database, directory: Directory) -> None:
        self.settings = settings
        self.database = database
        self.directory = directory


def services(app: Flask | None = None) -> Services:
    """The services of `app`, or of the application at hand."""
    return cast(Services, (app or current_app).extensions[EXTENSION])


def database() -> Database:
    """The installation's database."""
    return services().database


def signed_in() -> Account | None:
    """The account signed in here, or None."""
    user = current_user._get_current_object()
    return user if isinstance(user, Account) else None


def session_in(app: Flask, cookies: Mapping[str, str]) -> str | None:
    """The signed-in session that these cookies hold, as flask-login would find it; None where there is none."""
    held = cookies.get(app.config["SESSION_COOKIE_NAME"])
    serializer = cast(SecureCookieSessionInterface, app.session_interface).get_signing_serializer(app) if held else None
    if not held or serializer is None:
        return None
    try:
        found = serializer.loads(held, max_age=int(app.permanent_session_lifetime.total_seconds()))
    except BadSignature:
        return None
    session_id = found.get("_user_id")
    return session_id if isinstance(session_id, str) else None


def actor_in(forum_id: int | None) -> Actor:
    """The actor of this request in a forum; looked up once."""
    kept: dict[int | None, Actor] = g.setdefault("actors", {})
    if forum_id not in kept:
        with database().reading() as session:
            kept[forum_id] = make_actor(session, services().directory, signed_in(), request.cookies, forum_id)
    return kept[forum_id]


def forum_at_hand() -> int | None:
    """The id of the forum in this request's path, or None."""
    return cast(int | None, g.get("forum_id"))


def actor() -> Actor:
    """The actor of this request in the forum at hand."""
    return actor_in(forum_at_hand())
