"""Language, health, the page of all components, and live commands over plain HTTP, with and without script."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from sqlalchemy import text
from werkzeug.datastructures import MultiDict

from core.errors import DomainError, Invalid
from core.forms import flatten
from core.i18n import LOCALES, current_locale, say
from core.live.catchup import catch_up
from core.live.commands import find_command, perform_command, refusal
from core.live.hub import live_server
from core.live.pace import ACTS
from core.live.regions import SURFACES, drawn_for_all
from core.metrics import Act
from core.permissions import requires
from core.web.context import actor, database, forum_at_hand, services
from core.web.design import sample_form

blueprint = Blueprint("web", __name__)


def local_path(path: str | None, fallback: str = "/") -> str:
    """A path of this site to go back to; anything else becomes `fallback`."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")) or any(ord(c) < 33 for c in path):
        return fallback
    return path[:2000]


@blueprint.post("/language")
@requires("public")
def set_language() -> ResponseReturnValue:
    """Remember the reader's language and go back to the page."""
    locale = request.form.get("locale", "")
    if locale not in LOCALES:
        abort(400)
    response = redirect(local_path(request.form.get("return_to")), 303)
    secure = services().settings.secure_cookies
    response.set_cookie("locale", locale, max_age=400 * 86400, samesite="Lax", secure=secure, httponly=True)
    return response


@blueprint.get("/healthz")
@requires("public")
def health() -> ResponseReturnValue:
    """Whether the parts work: 200, or 503 with the failing part."""
    try:
        with database().reading() as session:
            session.execute(text("SELECT 1"))
        state = "ok"
    except Exception:
        state = "failing"
    try:
        number = version("hyeondap")
    except PackageNotFoundError:
        number = services().settings.version
    body = {
        "status": "ok" if state == "ok" else "failing",
        "database": state,
        "live": "ok",
        "version": number,
    }
    return jsonify(body), 200 if state == "ok" else 503


@blueprint.get("/design")
@requires("public")
def design() -> ResponseReturnValue:
    """Every component in every state."""
    return render_template("core/design.html", form=sample_form())


@blueprint.get("/help")
@requires("public")
def help_page() -> ResponseReturnValue:
    """Whom to ask, and what the words mean."""
    return render_template("core/help.html")


@blueprint.get("/privacy")
@requires("public")
def privacy() -> ResponseReturnValue:
    """What is kept of whom, for how long, and the rights of those concerned."""
    return render_template("core/privacy.html", city=services().settings.city)


def _count_act() -> None:
    who = actor()
    ACTS.count(who.key if who.key != "anonymous" else str(request.remote_addr))


def _fields() -> tuple[MultiDict[str, str], str | None]:
    payload = request.get_json(silent=True)
    if not isinstance(payload, dict) or not isinstance(payload.get("data", {}), dict):
        raise Invalid("shape", say("보내신 내용의 모양이 맞지 않습니다."))
    key = payload.get("key")
    return flatten(payload.get("data", {})), str(key) if key is not None else None


@blueprint.post("/live/<int:forum_id>/do/<name>")
@requires("public")
def act_by_script(forum_id: int, name: str) -> ResponseReturnValue:
    """A live command over plain HTTP; the command's own permission decides."""
    with Act():
        _count_act()
        fields, key = _fields()
        who = actor()
        outcome = perform_command(database(), name, actor=who, forum_id=forum_id, fields=fields, key=key)
    if who.seat_id is not None:
        live_server().page_fetched("phone", who, forum_id, {})
    return jsonify({"ok": True, "result": outcome.result, "message": str(outcome.message)})


@blueprint.get("/live/<int:forum_id>/since")
@requires("public")
def missed(forum_id: int) -> ResponseReturnValue:
    """What a page missed, over plain HTTP: `surface`, its own arguments, and `seen` as `stream~number,...`."""
    asked = {name: value for name, value in request.args.items() if len(value) < 400}
    surface = SURFACES.get(asked.pop("surface", ""))
    if surface is None:
        abort(404)
    with database().reading() as session, drawn_for_all():
        watch = surface.watch(session, actor(), forum_id, asked)
        if watch is None:
            return jsonify(refusal("forbidden", say("이 화면을 볼 권한이 없습니다."), {})), 403
        answer = catch_up(session, surface, forum_id, watch, seen_from(asked.get("seen", "")))
    live_server().page_fetched(surface.name, actor(), forum_id, asked)
    return jsonify(answer)


def seen_from(written: str) -> dict[str, int]:
    """`forum~12,table:3~4` as numbers by stream; what cannot be read is left out."""
    seen: dict[str, int] = {}
    for part in written.split(",")[:250]:
        stream, _, number = part.rpartition("~")
        if stream and number.isdecimal() and len(number) < 10:
            seen[stream] = int(number)
    return seen


@blueprint.get("/live/token")
@requires("public")
def fresh_token() -> ResponseReturnValue:
    """A fresh token against forged requests, for a page that was open for long."""
    return jsonify({"csrf_token": generate_csrf()})


@blueprint.post("/forums/<slug>/do/<name>")
@requires("public")
def act_by_form(slug: str, name: str) -> ResponseReturnValue:
    """A live command from a form without script: back to the page, or the form again with what was typed."""
    _count_act()
    forum_id = forum_at_hand()
    if forum_id is None:
        abort(404)
    back = local_path(request.form.get("return_to"), f"/forums/{slug}")
    key = request.form.get("key") or None
    try:
        with Act():
            outcome = perform_command(database(), name, actor=actor(), forum_id=forum_id, fields=request.form, key=key)
    except DomainError as error:
        return _again(name, back, error)
    flash(str(outcome.message), "done")
    return redirect(local_path(outcome.result.get("go_to"), back), 303)


def _again(name: str, back: str, error: DomainError) -> ResponseReturnValue:
    """The refused form once more: what was typed, what was wrong, and the way back."""
    form = find_command(name).form(request.form)
    form.validate()
    asked: dict[str, Any] = {
        "error": error,
        "form": form,
        "back": back,
        "action": request.path,
        "locale": current_locale(),
    }
    return render_template("core/act_again.html", **asked), error.status
