"""Serving a demo: made on first start, said on every page, its sign-ins shown to this machine only."""

import io
import ipaddress

import segno
from flask import Flask, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.accounts.models import Person
from core.config import Settings
from core.db.installation import DEMO, fact
from core.db.work import Database
from core.web.context import services
from core.web.serving import public_address
from facilitation.rehearsal.demo import FINISHED, LIVE, FollowUp, SignIn, load_demo, sign_ins
from participation.forums.models import Forum
from participation.proposals.models import Proposal, ProposalState
from participation.seats.operations import receipt_token


def prepare(database: Database, settings: Settings, follow_up: FollowUp) -> bool:
    """Whether this database is a demo; an empty one becomes one where a demo is wanted.

    Raises `SystemExit` where a demo's database is to be served as a real installation.
    """
    with database.reading() as session:
        is_demo = fact(session, DEMO) is not None
        is_empty = session.query(Person).first() is None and session.query(Forum).first() is None
    if is_demo and not settings.demo:
        raise SystemExit(
            f"This database holds the demo ({settings.data_dir}). Choose another DATA_DIR for a real installation."
        )
    if is_empty and settings.demo:
        load_demo(database, secret=settings.secret_key, ballot_keys=settings.ballot_keys, follow_up=follow_up)
        return True
    return is_demo


def is_this_machine() -> bool:
    """Whether the request comes from the machine that serves, not through a proxy."""
    if request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded"):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def connect(app: Flask) -> None:
    """Give the sign-in page of a demo its list, and the page of receipts one to look at."""
    house = services(app)

    def shown() -> list[SignIn]:
        if not house.settings.demo or not is_this_machine():
            return []
        with house.database.reading() as session:
            found = fact(session, DEMO)
        return sign_ins(found) if found else []

    def receipt() -> str:
        if not house.settings.demo:
            return ""
        with house.database.reading() as session:
            seat_id = most_telling_seat(session)
        return receipt_token(house.settings.secret_key, seat_id) if seat_id else ""

    app.extensions["demo_sign_ins"] = shown
    app.extensions["demo_receipt"] = receipt


def most_telling_seat(session: Session) -> int | None:
    """The seat of the finished forum that put the most forward, for a look at a receipt; None without one."""
    said = (
        select(Proposal.seat_id)
        .join(Forum, Forum.id == Proposal.forum_id)
        .where(Forum.slug == FINISHED, Proposal.state == ProposalState.SHOWN, Proposal.seat_id.is_not(None))
    )
    return session.scalars(said.group_by(Proposal.seat_id).order_by(func.count().desc(), Proposal.seat_id)).first()


def demo_greeting(database: Database, settings: Settings) -> str:
    """The sign-ins, the join code and a QR for the terminal."""
    with database.reading() as session:
        found = fact(session, DEMO)
        forum = session.query(Forum).filter_by(slug=LIVE).one_or_none()
    if found is None or forum is None:
        return ""
    url = f"{public_address(settings)}/j/{forum.join_token}"
    picture = io.StringIO()
    segno.make(url, error="l", micro=False).terminal(picture, border=2, compact=True)
    lines = [f"  {one.login:14}{found['password']}   {one.role}" for one in sign_ins(found)]
    code = f"{forum.code[:3]} {forum.code[3:]}"
    return "\n".join(
        ["", "시연용 로그인 (demo sign-ins)", *lines, "", f"참가 코드 (join code): {code}", url, picture.getvalue()]
    )
