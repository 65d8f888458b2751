"""Static files under a path that changes with their content, kept by browsers for good, compressed once."""

import gzip
import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, request

from core.permissions import requires

FOLDER = Path(__file__).resolve().parents[2] / "static"
blueprint = Blueprint("static_files", __name__)
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("application/manifest+json", ".webmanifest")
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
    if "\x00" in name:
        return None
    path = (FOLDER / name).resolve()
    if not path.is_relative_to(FOLDER) or not path.is_file():
        return None
    body = path.read_bytes()
    packed = gzip.compress(body, 9, mtime=0) if path.suffix in TEXTS and len(body) > 300 else None
    return body, packed, mimetypes.guess_type(path.name)[0] or "application/octet-stream"


@blueprint.get("/static/<version>/<path:name>")
@requires("public")
def file(version: str, name: str) -> Response:
    """One static file; only the present version may be kept for good."""
    found = _read(name)
    if found is None:
        abort(404)
    body, packed, kind = found
    text = kind.startswith("text/") or kind.endswith(("svg+xml", "json"))
    response = Response(body, content_type=f"{kind}; charset=utf-8" if text else kind)
    if packed is not None:
        response.vary.add("Accept-Encoding")
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response.set_data(packed)
            response.headers["Content-Encoding"] = "gzip"
    fresh = version == content_version()
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
