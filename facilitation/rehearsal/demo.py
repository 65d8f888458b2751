"""The demo programme of an invented city: one forum finished, one live now, one recruiting."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from facilitation.rehearsal.ballot import hold_plenary, practise, prepare_plenary
from facilitation.rehearsal.content_files import content, forum_content
from facilitation.rehearsal.evening import (
    Evening,
    agenda,
    as_many,
    begin,
    close,
    facilitators_of,
    go_to,
    play_round,
    seat_residents,
    shuffled,
    tell_tables,
)
from facilitation.rehearsal.making import make_forum, seat_facilitators
from facilitation.rehearsal.people import Member, make_people
from participation.ballots.keys import KeyStore
from participation.ballots.sources import OfferedOption
from participation.forums.models import Segment, SegmentKind
from participation.seats.forgetting import forget_names

FINISHED, LIVE, COMING = "childcare-neighbourhood", "geumgok-street", "school-walk"
DAYS_AGO, DAYS_AHEAD = 66, 18
AT_LEAST_INTO_IT = timedelta(minutes=6)
FREE_SEATS, WITHOUT_PHONE = 5, 3
IN_THE_FIRST_ROUND, PER_MINUTE = 56, 2.2
ON_THE_SCREEN = 8

Filed = list[tuple[int, dict[str, Any]]]
Settled = tuple[dict[str, OfferedOption], int | None]


@dataclass(frozen=True)
class FollowUp:
    """What the policy side adds to a played evening, given by the application.

    `share(database, forum_id, analyst, filed)` groups what was put forward so far and fixes it for the room;
    `settle(database, forum_id, analyst, staff, filed)` does so at the end, settled by the staff. Both return a
    ballot's options by the content's theme key, and the version they come from. `answer(database, forum_id,
    staff, held_at)` makes the commitments and the official answers after the evening.
    """

    share: Callable[[Database, int, Actor, Filed], Settled]
    settle: Callable[[Database, int, Actor, Actor, Filed], Settled]
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
    _live(database, members, secret, keys, follow_up, now)

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
    entry, analyst, staff = forum_content(FINISHED), _actor(members, "analyst"), _actor(members, "staff")
    with clock.frozen(starts_at - timedelta(minutes=20)):
        evening = _evening(database, members, secret, FINISHED, starts_at, seed=3)
        seat_residents(evening, entry["residents"], without_phone=len(content("ballot_childcare")["papers"]))
        clock.advance(timedelta(minutes=20))
        begin(evening)
        for segment, step in zip(agenda(evening), entry["agenda"], strict=True):
            with _step(evening, segment):
                if "round" in step:
                    entries = shuffled(evening, "proposals_childcare", step["round"])
                    play_round(evening, entries, step["minutes"] - 1, tables=sorted(evening.seats))
                elif "practice" in step:
                    practise(evening, keys, step)
                elif segment.kind == SegmentKind.PLENARY_BALLOT:
                    options, version = follow_up.settle(database, evening.forum_id, analyst, staff, evening.filed)
                    hold_plenary(evening, keys, options, version)
        close(evening)
    follow_up.answer(database, evening.forum_id, staff, starts_at)
    database.perform(lambda session: forget_names(session, clock.now(), days=5))


def _live(
    database: Database, members: list[Member], secret: str, keys: KeyStore, follow_up: FollowUp, now: datetime
) -> None:
    """An evening in its second round: the first lies behind, the rest is still to come."""
    entry = forum_content(LIVE)
    second = next(index for index, step in enumerate(entry["agenda"]) if step.get("round") == 2)
    before = timedelta(minutes=sum(step["minutes"] for step in entry["agenda"][:second]))
    starts_at = _on_the_dot(now - before - AT_LEAST_INTO_IT)
    with clock.frozen(starts_at - timedelta(minutes=15)):
        evening = _evening(database, members, secret, LIVE, starts_at, seed=11)
        seat_residents(evening, entry["residents"] - FREE_SEATS, without_phone=WITHOUT_PHONE)
        clock.advance(timedelta(minutes=15))
        begin(evening)
        steps = list(zip(agenda(evening), entry["agenda"], strict=True))
        for segment, step in steps[:second]:
            with _step(evening, segment):
                if "round" in step:
                    entries = as_many(shuffled(evening, "proposals_street", step["round"]), IN_THE_FIRST_ROUND)
                    tell_tables(evening, "record", timedelta(minutes=1))
                    play_round(evening, entries, step["minutes"] - 2, tables=sorted(evening.seats))
                elif "practice" in step:
                    practise(evening, keys, step)
                elif segment.kind == SegmentKind.SHARE_BACK:
                    options, version = follow_up.share(
                        database, evening.forum_id, _actor(members, "analyst"), evening.filed
                    )
                    prepare_plenary(evening, _weightiest(options), version)
        go_to(evening, steps[second][0].id)
        minutes = (now - starts_at - before) / timedelta(minutes=1)
        entries = shuffled(evening, "proposals_street", 2)[: round(PER_MINUTE * minutes)]
        play_round(evening, entries, minutes - 1, tables=sorted(evening.seats))


def _weightiest(options: dict[str, OfferedOption]) -> dict[str, OfferedOption]:
    """As many as the screen shows at once, those first that most proposals stand behind."""
    ranked = sorted(options.items(), key=lambda one: (-(one[1].proposals or 0), -(one[1].tables or 0)))
    return dict(ranked[:ON_THE_SCREEN])


def _on_the_dot(moment: datetime) -> datetime:
    """The last full five minutes: evenings begin then."""
    return moment.replace(minute=moment.minute - moment.minute % 5, second=0, microsecond=0)


@contextmanager
def _step(evening: Evening, segment: Segment) -> Iterator[None]:
    """A step of the agenda, from the moment the room moves to it to its planned end (time has to be frozen)."""
    go_to(evening, segment.id)
    began = clock.now()
    yield
    clock.advance(max(timedelta(0), began + timedelta(minutes=segment.minutes) - clock.now()))
