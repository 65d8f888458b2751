"""The gate: a route without a declared permission is refused; a forum that may not be seen is not there."""

from flask import Flask, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from core.errors import Forbidden, Missing
from core.i18n import say
from core.permissions import is_allowed
from core.web.context import actor, database, services, signed_in


def _find_forum() -> None:
    arguments = request.view_args or {}
    if "slug" in arguments:
        with database().reading() as session:
            g.forum_id = services().directory.forum_id(session, arguments["slug"])
        if g.forum_id is None:
            raise Missing("no_forum", say("그런 토론회가 없습니다."))
    elif "forum_id" in arguments:
        g.forum_id = arguments["forum_id"]
    database().about(g.get("forum_id"))


def _guard() -> Response | None:
    if request.endpoint is None:
        return None
    if "\x00" in request.path or any("\x00" in value for value in request.args.values()):
        abort(404)
    _find_forum()
    name = getattr(current_app.view_functions[request.endpoint], "permission", None)
    if name is not None and is_allowed(name, actor(), g.get("forum_id")):
        return None
    wants_page = request.method == "GET" and request.accept_mimetypes.accept_html
    if name is not None and not name.startswith("seat.") and wants_page and signed_in() is None:
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), 303)
    raise Forbidden("forbidden", say("이 화면을 볼 권한이 없습니다. 담당자에게 권한을 요청해 주세요."))


def init_gate(app: Flask) -> None:
    """Deny by default."""
    app.before_request(_guard)
