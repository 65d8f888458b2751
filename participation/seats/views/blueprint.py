"""What the pages of this room share: their blueprint, codes that were wrong, the browser's token."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from core.errors import DomainError
from core.forms import HouseForm
from core.web.context import services
from core.web.identity import SEAT_COOKIE_DAYS, seat_cookie
from core.web.limits import check_left, count

blueprint = Blueprint("seats", __name__)
WRONG_PER_FORUM = "200/10 minutes"
WRONG_PER_ADDRESS = "60/10 minutes"


def _budget(forum_id: int | None) -> list[tuple[str, str]]:
    """What wrong codes use up: the address's share, and the forum's, since a hall shares one address."""
    address = [(f"address/{request.remote_addr}", WRONG_PER_ADDRESS)]
    return address if forum_id is None else [*address, (f"forum/{forum_id}", WRONG_PER_FORUM)]


def check_budget(forum_id: int | None = None) -> None:
    """Raise `TooMany` where too many codes were wrong."""
    for key, rate in _budget(forum_id):
        check_left("code", key, rate=rate)


def count_wrong(forum_id: int | None = None) -> None:
    """A code was wrong."""
    for key, rate in _budget(forum_id):
        count("code", key, rate=rate)


def keep_token(response: Response, forum_id: int, token: str) -> None:
    """Let this browser speak for the seat."""
    secure = services().settings.secure_cookies
    days = SEAT_COOKIE_DAYS * 86400
    response.set_cookie(
        seat_cookie(forum_id), token, max_age=days, httponly=True, samesite="Lax", secure=secure, path="/"
    )


def mark_errors(form: HouseForm, error: DomainError, otherwise: str = "") -> None:
    """Put the sentences of a refusal to their fields; one without fields goes to the field `otherwise`."""
    for name, errors in (error.fields or {otherwise: [error.message]}).items():
        if name in form:
            form[name].errors = list(map(str, errors))
