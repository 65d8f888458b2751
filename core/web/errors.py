"""Refusals and faults as pages and as answers to scripts, in the reader's language."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from core.errors import DomainError
from core.i18n import Message, say
from core.live.commands import refusal

log = logging.getLogger("hyeondap.web")

SENTENCES: dict[int, Message] = {
    400: say("보내신 내용을 읽을 수 없습니다. 화면을 새로 열고 다시 해 주세요."),
    403: say("이 화면을 볼 권한이 없습니다."),
    404: say("찾으시는 화면이 없습니다. 주소를 다시 보시거나 토론회 목록으로 가 주세요."),
    405: say("이 주소로는 그렇게 보낼 수 없습니다."),
    413: say("보내신 내용이 너무 큽니다. 줄여서 다시 보내 주세요."),
    429: say("너무 자주 눌렀습니다. 잠시 뒤 다시 해 주세요."),
    500: say("지금은 저장할 수 없습니다. 쓰신 글은 이 화면에 그대로 있습니다. 잠시 뒤 다시 눌러 주세요."),
    503: say("지금은 저장할 수 없습니다. 쓰신 글은 이 화면에 그대로 있습니다. 잠시 뒤 다시 눌러 주세요."),
}


def wants_json() -> bool:
    """Whether a script asked."""
    return request.path.startswith(("/live/", "/api/")) or request.accept_mimetypes.best == "application/json"


def _typed() -> list[tuple[str, str]]:
    """What a refused form carried, so that nothing typed is lost: long texts only, never secrets."""
    hidden = {"csrf_token", "password", "key", "return_to"}
    try:
        written = list(request.form.items())
    except HTTPException:
        return []
    return [(name, value) for name, value in written if name not in hidden and len(value) > 7][:6]


def answer(status: int, code: str, message: Message, fields: dict[str, Any] | None = None) -> ResponseReturnValue:
    """The answer to a refused or failed request: JSON to a script, a page to a person."""
    if wants_json():
        return jsonify(refusal(code, message, fields or {})), status
    typed = _typed() if request.method == "POST" and status not in (413,) else []
    page = render_template("core/error.html", status=status, message=message, fields=fields or {}, typed=typed)
    return page, status


def _domain_error(error: DomainError) -> ResponseReturnValue:
    return answer(error.status, error.code, error.message, error.fields)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    if isinstance(error, CSRFError):
        sentence = say("화면을 연 지 오래되어 보내지 못했습니다. 적으신 글은 아래에 있습니다. 다시 열어 보내 주세요.")
        return answer(400, "csrf", sentence)
    fallback = SENTENCES[400] if status < 500 else SENTENCES[500]
    return answer(status, HTTPStatus(status).phrase.lower().replace(" ", "_"), SENTENCES.get(status, fallback))


def _data_error(error: DataError) -> ResponseReturnValue:
    log.warning("refused by the database: %s", type(error.orig).__name__)
    return answer(422, "data", SENTENCES[400])


def _unavailable(error: OperationalError) -> ResponseReturnValue:
    log.exception("the database did not answer")
    return answer(503, "unavailable", SENTENCES[503])


def _fault(error: Exception) -> ResponseReturnValue:
    log.exception("fault at %s", request.endpoint)
    return answer(500, "fault", SENTENCES[500])


def init_errors(app: Flask) -> None:
    """Every refusal is said in words."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DataError, _data_error)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(Exception, _fault)
