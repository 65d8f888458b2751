"""Security headers, private caching, compression: on every answer."""

import gzip
from functools import lru_cache

from flask import Flask, Response, request

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'{sockets}; form-action 'self'; base-uri 'none'; frame-ancestors 'self'; frame-src 'self'; "
    "manifest-src 'self'; worker-src 'self'"
)
SMALLEST = 500
COMPRESSED = ("text/", "application/json", "application/javascript", "image/svg+xml")


ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "SAMEORIGIN"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)
ONLY_SECURE = ("Strict-Transport-Security", "max-age=31536000")


@lru_cache(maxsize=64)
def policy(host: str) -> str:
    """The content policy of pages of this host."""
    return POLICY.format(sockets=f" ws://{host} wss://{host}")


def _add_headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", policy(request.host))
    for name, value in ALWAYS:
        response.headers[name] = value
    if request.is_secure:
        response.headers[ONLY_SECURE[0]] = ONLY_SECURE[1]
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-store"
    return response


def _compress(response: Response) -> Response:
    kind = response.content_type or ""
    plain = response.direct_passthrough or response.status_code in (204, 304) or "Content-Encoding" in response.headers
    if plain or not kind.startswith(COMPRESSED) or "gzip" not in request.headers.get("Accept-Encoding", ""):
        return response
    body = response.get_data()
    if len(body) >= SMALLEST:
        response.set_data(gzip.compress(body, 5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
    return response


def init_headers(app: Flask) -> None:
    """Every answer leaves with these."""
    app.after_request(_compress)
    app.after_request(_add_headers)
