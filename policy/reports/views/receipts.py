"""Receipts: by code or by link, without account. The link is the right to see it."""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from core.errors import DomainError, Invalid, Missing
from core.forms import choices_of
from core.i18n import say
from core.permissions import requires
from core.web.context import database, services
from core.web.identity import token_hash
from core.web.limits import check_left, count
from participation.seats.operations import receipt_token
from policy.commitments.operations import rate_response
from policy.commitments.queries import entries_of, feedback_of_seat
from policy.reports.forms import RatingForm, ReceiptCodeForm, read_receipt_code
from policy.reports.queries import (
    Path,
    Receipt,
    forums_with_receipts,
    receipt_of_seat,
    seat_by_code,
    seat_by_token,
)
from policy.reports.views.blueprint import blueprint

WRONG_PER_FORUM = "300/hour"
WRONG_PER_ADDRESS = "20/15 minutes"
PASS_SECONDS = 12 * 3600


def _passes() -> URLSafeTimedSerializer:
    """Links for an evening, for a seat whose own link was made under another secret."""
    return URLSafeTimedSerializer(services().settings.secret_key, salt="receipt-pass")


def _no_receipt() -> Missing:
    return Missing("no_receipt", say("그런 접수증이 없습니다. 주소를 다시 보시거나 코드로 찾아 주세요."))


def _receipt(session: Session, token: str) -> Receipt:
    """The receipt behind a link. Raises `Missing`."""
    seat_id = seat_by_token(session, token)
    if seat_id is None:
        try:
            seat_id = int(_passes().loads(token, max_age=PASS_SECONDS))
        except (BadData, TypeError, ValueError):
            raise _no_receipt() from None
    found = receipt_of_seat(session, seat_id)
    if found is None:
        raise _no_receipt()
    return found


def _link(seat_id: int, kept_hash: str) -> str:
    token = receipt_token(services().settings.secret_key, seat_id)
    if token_hash(token) != kept_hash:
        token = _passes().dumps(seat_id)
    return url_for("reports.receipt", token=token)


def _found(form: ReceiptCodeForm) -> str:
    """The way to the receipt of this code. Raises `Invalid`, and `TooMany` once too many were wrong."""
    forum_id = form.text_of("forum")
    budgets = (((forum_id,), WRONG_PER_FORUM), ((forum_id, request.remote_addr), WRONG_PER_ADDRESS))
    for keys, rate in budgets:
        check_left("receipt", *keys, rate=rate)
    code = read_receipt_code(form.text_of("code"))
    with database().reading() as session:
        seat = seat_by_code(session, int(forum_id), code) if code else None
    if seat is None:
        for keys, rate in budgets:
            count("receipt", *keys, rate=rate)
        message = say("없는 코드입니다. 자리 화면이나 접수증에 적힌 코드를 다시 봐 주세요.")
        raise Invalid("wrong_code", message, {"code": [message]})
    return _link(*seat)


@blueprint.route("/receipt", methods=["GET", "POST"])
@requires("public")
def find_receipt() -> ResponseReturnValue:
    """Find one's receipt by its code."""
    with database().reading() as session:
        forums = forums_with_receipts(session)
    form, error = ReceiptCodeForm(request.form if request.method == "POST" else None), None
    form.forum.choices = choices_of([(str(forum.id), forum.title) for forum in forums])
    if request.method == "POST":
        try:
            form.demand()
            return redirect(_found(form), 303)
        except DomainError as refusal:
            error = refusal
            if "code" in refusal.fields and not form.code.errors:
                form.code.errors = [str(message) for message in refusal.fields["code"]]
    example = current_app.extensions.get("demo_receipt", str)()
    page = render_template("policy/reports/find_receipt.html", form=form, error=error, forums=forums, example=example)
    return page, error.status if error else 200


@blueprint.get("/receipt/<token>", endpoint="receipt")
@requires("public")
def open_receipt(token: str) -> ResponseReturnValue:
    """One's own proposals, and where each went."""
    with database().reading() as session:
        found = _receipt(session, token)
    return render_template("policy/reports/receipt.html", receipt=found, token=token)


def _path(found: Receipt, number: int) -> Path:
    path = found.path_to(number)
    if path is None or path.answer is None:
        raise Missing("no_response", say("아직 답변이 없습니다."))
    return path


def _answer_page(
    token: str, number: int, template: str, form: RatingForm, error: DomainError | None = None
) -> ResponseReturnValue:
    with database().reading() as session:
        found = _receipt(session, token)
        path = _path(found, number)
        said = feedback_of_seat(session, found.seat_id).get(path.answer.id if path.answer else 0)
        proofs = [entry.evidence for entry in entries_of(session, path.commitment.id) if entry.evidence]
    values: dict[str, Any] = {"receipt": found, "path": path, "said": said, "proofs": proofs}
    page = render_template(f"policy/reports/{template}.html", token=token, form=form, error=error, **values)
    return page, error.status if error else 200


@blueprint.get("/receipt/<token>/answers/<int:number>")
@requires("public")
def answer(token: str, number: int) -> ResponseReturnValue:
    """The official answer to what the resident put forward."""
    return _answer_page(token, number, "answer", RatingForm())


@blueprint.get("/receipt/<token>/answers/<int:number>/ask")
@requires("public")
def ask(token: str, number: int) -> ResponseReturnValue:
    """What one wants to ask further, as a page of its own."""
    return _answer_page(token, number, "ask", RatingForm())


@blueprint.post("/receipt/<token>/answers/<int:number>")
@requires("public")
def rate(token: str, number: int) -> ResponseReturnValue:
    """Say whether the answer was enough."""
    count("rating", request.remote_addr, rate="120/minute")
    with database().reading() as session:
        found = _receipt(session, token)
        response = _path(found, number).answer
    form = RatingForm(request.form)
    try:
        form.demand()
        enough, question, seat_id = form.text_of("enough") == "yes", form.text_of("question"), found.seat_id
        response_id = response.id if response else 0
        database().perform(
            lambda session: rate_response(session, seat_id, response_id, enough=enough, question=question).id
        )
    except DomainError as refusal:
        if "question" in refusal.fields and not form.question.errors:
            form.question.errors = [str(message) for message in refusal.fields["question"]]
        return _answer_page(token, number, "ask", form, refusal)
    thanks = say("답해 주셔서 고맙습니다.") if enough else say("물으신 것을 담당 부서에 전했습니다.")
    flash(str(thanks), "done")
    return redirect(url_for("reports.answer", token=token, number=number), 303)
