"""What everyone can see: the tracker, its table to download, one commitment."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.errors import Missing
from core.forms import clean_text
from core.i18n import say
from core.permissions import requires
from core.web.context import actor_in, database, services
from core.web.limits import count
from policy.commitments.downloads import tracker_csv
from policy.commitments.permissions import may_follow_up
from policy.commitments.queries import (
    GROUPS,
    Asked,
    CommitmentView,
    chain_of,
    commitment_by_id,
    commitment_by_number,
    entries_of,
    responses_of,
    tracker,
)

blueprint = Blueprint("commitments", __name__)
TABLES_PER_ADDRESS = "60/minute"


def _number(name: str) -> int | None:
    written = request.args.get(name, "")
    return int(written) if written.isdecimal() and len(written) < 10 else None


def asked() -> Asked:
    """What the address asks the tracker to show; what cannot be read is left out."""
    group = request.args.get("state", "")
    known = group if group in {one.name for one in GROUPS} else ""
    words = clean_text(request.args.get("q", "")[:60])
    return Asked(known, _number("department"), _number("forum"), words, _number("page") or 1)


def _address(wanted: Asked, **other: Any) -> str:
    """The tracker's address with other filters, without those that say nothing."""
    values: dict[str, Any] = {"state": wanted.group, "department": wanted.department, "forum": wanted.forum}
    values.update({"q": wanted.words, **other})
    endpoint = "commitments.table" if values.pop("table", False) else "commitments.tracker"
    return url_for(endpoint, **{name: value for name, value in values.items() if value})


@blueprint.get("/commitments", endpoint="tracker")
@requires("public")
def tracker_page() -> ResponseReturnValue:
    """Everything the city promised: the promise kept first, what is late first."""
    wanted = asked()
    with database().reading() as session:
        found = tracker(session, wanted)

    def page_address(page: int) -> str:
        return _address(wanted, page=page)

    values = {"wanted": wanted, "tracker": found, "groups": GROUPS, "address": partial(_address, wanted)}
    return render_template("policy/commitments/tracker.html", page_address=page_address, **values)


@blueprint.get("/commitments.csv")
@requires("public")
def table() -> ResponseReturnValue:
    """The same as a table to download."""
    count("commitments-table", request.remote_addr, rate=TABLES_PER_ADDRESS)
    with database().reading() as session:
        found = tracker(session, asked(), whole=True)
    base = services().settings.address or request.host_url.rstrip("/")
    answer = Response(tracker_csv(found.rows, f"{base}/commitments"), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="commitments.csv"'
    return answer


def commitment_at(session: Session, number: int) -> CommitmentView:
    """The commitment behind a number. Raises `Missing`."""
    found = commitment_by_number(session, number)
    if found is None:
        raise Missing("no_commitment", say("그런 이행 과제가 없습니다. 이행 현황에서 찾아봐 주세요."))
    return found


@blueprint.get("/commitments/<int:number>")
@requires("public")
def show(number: int) -> ResponseReturnValue:
    """One commitment: the answer first, what happened when, and the way back to the tables."""
    with database().reading() as session:
        commitment = commitment_at(session, number)
        values = {
            "commitment": commitment,
            "responses": responses_of(session, [commitment.id])[commitment.id],
            "entries": entries_of(session, commitment.id),
            "chain": chain_of(session, commitment.forum_id, commitment.theme_id),
            "target": _target(session, commitment),
            "may_follow_up": may_follow_up(actor_in(commitment.forum_id), commitment.forum_id),
        }
    return render_template("policy/commitments/show.html", **values)


def _target(session: Session, commitment: CommitmentView) -> CommitmentView | None:
    """What it was merged into, or None."""
    return commitment_by_id(session, commitment.merged_into_id) if commitment.merged_into_id else None
