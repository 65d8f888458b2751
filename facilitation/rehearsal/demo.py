"""The demo programme of an invented city: one forum finished, one live now, one recruiting."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from core import clock
from core.db.installation import DEMO, note_fact
from core.db.work import Database
from core.i18n import Message, say
from core.i18n.dates import local
from core.permissions import Actor
from facilitation.rehearsal.ballot import hold_ballot
from facilitation.rehearsal.content_files import content, forum_content
from facilitation.rehearsal.evening import (
    Evening,
    agenda,
    begin,
    facilitators_of,
    go_to,
    play_round,
    round_segments,
    seat_residents,
    shuffled,
)
from facilitation.rehearsal.making import make_forum, seat_facilitators
from facilitation.rehearsal.people import Member, make_people
from participation.ballots.keys import KeyStore
from participation.ballots.sources import OfferedOption
from participation.forums.clock import close_forum, extend
from participation.forums.models import SegmentKind
from participation.seats.forgetting import forget_names

FINISHED, LIVE, COMING = "childcare-neighbourhood", "geumgok-street", "school-walk"
DAYS_AGO, DAYS_AHEAD = 66, 18

Settled = tuple[dict[str, OfferedOption], int | None]


@dataclass(frozen=True)
class FollowUp:
    """What the policy side adds to a played evening, given by the application.

    `settle(database, forum_id, analyst, staff, filed)` groups what was put forward and returns the ballot's
    options by the content's theme key and the version they come from; `answer(database, forum_id, staff,
    held_at)` makes the commitments and the official answers after the evening.
    """

    settle: Callable[[Database, int, Actor, Actor, list[tuple[int, dict[str, Any]]]], Settled]
    answer: Callable[[Database, int, Actor, datetime], None]


@dataclass(frozen=True)
class SignIn:
    """One of the demo's sign-ins, as the sign-in page lists them."""

    role: Message
    name: str
    login: str
    password: str
    go_to: str


WAYS = {
    "coordinator": (say("코디네이터"), "/work"),
    "host": (say("사회자"), f"/forums/{LIVE}/stage"),
    "facilitator": (say("퍼실리테이터 (1번 테이블)"), f"/forums/{LIVE}/tables/1"),
    "analyst": (say("분석팀"), f"/forums/{LIVE}/themes"),
    "staff": (say("정책 담당"), "/commitments/manage"),
    "administrator": (say("운영자"), "/people"),
}


def sign_ins(fact: dict[str, Any]) -> list[SignIn]:
    """The demo's sign-ins, one for each role."""
    names = dict(fact["names"])
    logins = {"administrator": "admin"}
    return [
        SignIn(words, names[logins.get(role, role)], logins.get(role, role), fact["password"], go_to)
        for role, (words, go_to) in WAYS.items()
    ]


def _at_seven(moment: datetime) -> datetime:
    return local(moment).replace(hour=19, minute=0, second=0, microsecond=0)


def load_demo(database: Database, *, secret: str, ballot_keys: Path, follow_up: FollowUp) -> None:
    """Make the demo in an empty database, through the same operations as a real evening."""
    password = f"gaon-{secrets.randbelow(9000) + 1000}"
    members: list[Member] = database.perform(lambda session: make_people(session, password))
    now = clock.now()
    keys = KeyStore(ballot_keys)
    _finished(database, members, secret, keys, follow_up, _at_seven(now - timedelta(days=DAYS_AGO)))
    _live(database, members, secret, now)

    def last(session: Session) -> None:
        make_forum(session, COMING, _at_seven(now + timedelta(days=DAYS_AHEAD)))
        names = [[member.login, member.name] for member in members]
        note_fact(session, DEMO, {"password": password, "names": names})

    database.perform(last)


def _evening(
    database: Database, members: list[Member], secret: str, slug: str, starts_at: datetime, seed: int
) -> Evening:
    def make(session: Session) -> int:
        forum = make_forum(session, slug, starts_at)
        seat_facilitators(session, forum, members)
        return forum.id

    forum_id: int = database.perform(make)
    host = next(member for member in members if member.role == "host").actor()
    tables = forum_content(slug)["tables"]
    facilitators = facilitators_of(members, tables)
    return Evening(database, forum_id, secret, host, facilitators, seed)


def _actor(members: list[Member], role: str) -> Actor:
    return next(member for member in members if member.role == role).actor()


def _finished(
    database: Database,
    members: list[Member],
    secret: str,
    keys: KeyStore,
    follow_up: FollowUp,
    starts_at: datetime,
) -> None:
    """A whole evening in the past: rounds, themes, ballot, close, and what the city answered since."""
    with clock.frozen(starts_at - timedelta(minutes=20)):
        evening = _evening(database, members, secret, FINISHED, starts_at, seed=3)
        seat_residents(evening, forum_content(FINISHED)["residents"])
        clock.advance(timedelta(minutes=20))
        begin(evening)
        rounds = [segment.id for segment in round_segments(evening)]
        steps = agenda(evening)
        last_ballot = [step.id for step in steps if step.kind == SegmentKind.PLENARY_BALLOT][-1]
        analyst, staff = _actor(members, "analyst"), _actor(members, "staff")
        for step in steps:
            go_to(evening, step.id)
            began = clock.now()
            if step.id in rounds:
                entries = shuffled(evening, "proposals_childcare", rounds.index(step.id) + 1)
                play_round(evening, entries, step.minutes - 1, tables=sorted(evening.seats))
            elif step.id == last_ballot:
                options, version = follow_up.settle(database, evening.forum_id, analyst, staff, evening.filed)
                hold_ballot(evening, keys, options, version)
            clock.advance(max(timedelta(0), began + timedelta(minutes=step.minutes) - clock.now()))
        evening.do(lambda session: close_forum(session, evening.host, evening.forum_id).id)
    follow_up.answer(database, evening.forum_id, staff, starts_at)
    database.perform(lambda session: forget_names(session, clock.now(), days=5))


def _live(database: Database, members: list[Member], secret: str, now: datetime) -> None:
    """An evening in its second round: the first lies behind, the rest is still to come."""
    entry = forum_content(LIVE)
    minutes = [segment["minutes"] for segment in entry["agenda"]]
    second = max(index for index, segment in enumerate(entry["agenda"]) if segment.get("round") == 2)
    into_it = 6
    starts_at = now - timedelta(minutes=sum(minutes[:second]) + into_it)
    with clock.frozen(starts_at - timedelta(minutes=15)):
        evening = _evening(database, members, secret, LIVE, starts_at, seed=11)
        seat_residents(evening, entry["residents"] - 5)
        clock.advance(timedelta(minutes=15))
        begin(evening)
        for index, step in enumerate(agenda(evening)[: second + 1]):
            go_to(evening, step.id)
            began = clock.now()
            if step.minutes > 20:
                number = 1 if index < second else 2
                entries = shuffled(evening, "proposals_street", number)
                length = step.minutes - 1 if index < second else into_it - 1
                chosen = entries if index < second else entries[:8]
                play_round(evening, chosen[:56], length, tables=sorted(evening.seats))
            if index < second:
                clock.advance(max(timedelta(0), began + timedelta(minutes=step.minutes) - clock.now()))
    evening.do(lambda session: extend(session, evening.host, evening.forum_id, 0).id)


def remaining_texts(said: set[str]) -> list[dict[str, Any]]:
    """What the live forum's residents have not said yet."""
    return [entry for entry in content("proposals_street")["proposals"] if entry["text"] not in said]
