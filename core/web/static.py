"""Static files under a path that changes with their content, kept by browsers for good, compressed once."""

import gzip
import hashlib
import mimetypes
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, request
from werkzeug.wsgi import get_host

from core.permissions import requires
from core.web.headers import ALWAYS, ONLY_SECURE, policy

FOLDER = Path(__file__).resolve().parents[2] / "static"
blueprint = Blueprint("static_files", __name__)
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("application/manifest+json", ".webmanifest")
PREFIX = "/static/"
LONGEST_NAME = 200
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
TEXTS = {".js", ".css", ".svg", ".webmanifest", ".txt"}


@lru_cache(maxsize=1)
def content_version() -> str:
    """A short digest over all static files."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(FOLDER)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def static_url(name: str) -> str:
    """The address of a static file."""
    return f"/static/{content_version()}/{name}"


@lru_cache(maxsize=256)
def _read(name: str) -> tuple[bytes, bytes | None, str] | None:
    if "\x00" in name or len(name) > LONGEST_NAME:
        return None
    path = (FOLDER / name).resolve()
    if not path.is_relative_to(FOLDER) or not path.is_file():
        return None
    body = path.read_bytes()
    packed = gzip.compress(body, 9, mtime=0) if path.suffix in TEXTS and len(body) > 300 else None
    return body, packed, mimetypes.guess_type(path.name)[0] or "application/octet-stream"


class StaticFiles:
    """Stands before an application and answers for its static files, in a tenth of the time a request takes there.

    What is no file, or is asked for in any other way than by GET, is left to the application.
    """

    def __init__(self, app: Wsgi) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        if not path.startswith(PREFIX) or environ.get("REQUEST_METHOD") != "GET":
            return self._app(environ, start_response)
        version, _, name = path[len(PREFIX) :].partition("/")
        host, secure = get_host(environ), environ.get("wsgi.url_scheme") == "https"
        packed = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
        answer = _answer(name, fresh=version == content_version(), packed=packed, host=host, secure=secure)
        if answer is None:
            return self._app(environ, start_response)
        headers, body = answer
        start_response("200 OK", [*headers])
        return [body]


@lru_cache(maxsize=1024)
def _answer(
    name: str, *, fresh: bool, packed: bool, host: str, secure: bool
) -> tuple[list[tuple[str, str]], bytes] | None:
    """The headers and the body of a static file, as the application would give them; None where there is none."""
    if _read(name) is None:
        return None
    response = _response(name, fresh=fresh, packed=packed)
    headers = [*response.headers.items(), ("Content-Security-Policy", policy(host)), *ALWAYS]
    return headers + [ONLY_SECURE] * secure, response.get_data()


@blueprint.get("/static/<version>/<path:name>")
@requires("public")
def file(version: str, name: str) -> Response:
    """One static file; only the present version may be kept for good."""
    if _read(name) is None:
        abort(404)
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    return _response(name, fresh=version == content_version(), packed=packed)


def _response(name: str, *, fresh: bool, packed: bool) -> Response:
    found = _read(name)
    if found is None:
        raise LookupError(name)
    body, smaller, kind = found
    text = kind.startswith("text/") or kind.endswith(("svg+xml", "json"))
    response = Response(body, content_type=f"{kind}; charset=utf-8" if text else kind)
    if smaller is not None:
        response.vary.add("Accept-Encoding")
        if packed:
            response.set_data(smaller)
            response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fresh else "no-cache"
    return response


@blueprint.get("/sw.js")
@requires("public")
def service_worker() -> Response:
    """The service worker: at the root, since it may only keep pages below where it lies."""
    return file("", "js/sw.js")


@blueprint.get("/favicon.ico")
@requires("public")
def favicon() -> Response:
    """The mark, for browsers that ask at the root."""
    return file(content_version(), "img/favicon.svg")
