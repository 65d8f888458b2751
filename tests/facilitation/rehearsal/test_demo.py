"""The demo is a whole evening through the real operations, and its residents go on by themselves."""

from pathlib import Path

import pytest
from flask import Flask

from app import answer, settle
from core import clock
from core.db.installation import DEMO, fact
from core.db.work import Database
from core.events.log import first_broken
from core.permissions import Actor, Role
from core.web.context import services
from facilitation.rehearsal.content_files import content
from facilitation.rehearsal.demo import COMING, FINISHED, LIVE, FollowUp, load_demo, sign_ins
from facilitation.rehearsal.hosting import prepare
from facilitation.rehearsal.residents import Residents
from participation.ballots.queries import published_ballots, results
from participation.forums.models import ForumState
from participation.forums.queries import forum_id_by_slug, the_forum
from participation.proposals.models import Proposal, Stance
from participation.seats.models import Seat


@pytest.fixture
def demo(database: Database, tmp_path: Path) -> Database:
    load_demo(database, secret="s" * 40, ballot_keys=tmp_path, follow_up=FollowUp(settle, answer))
    return database


def test_the_programme_is_there(demo: Database) -> None:
    with demo.reading() as session:
        ids = {slug: forum_id_by_slug(session, slug) or 0 for slug in (FINISHED, LIVE, COMING)}
        states = [the_forum(session, ids[slug]).state for slug in (FINISHED, LIVE, COMING)]
        assert states == [ForumState.CLOSED, ForumState.LIVE, ForumState.ANNOUNCED]
        assert [first_broken(session, number) for number in ids.values()] == [None] * 3
        (ballot,) = published_ballots(session, ids[FINISHED])
        counted = results(session, ballot.id)
        assert counted is not None
        wanted = sorted((row["votes"] for row in content("ballot_childcare")["results"]), reverse=True)
        assert sorted((row.votes for row in counted.rows), reverse=True) == wanted
        assert session.query(Seat).filter(Seat.forum_id == ids[FINISHED], Seat.call_name.is_not(None)).count() == 0
        found = fact(session, DEMO)
        assert found is not None
        assert {one.login for one in sign_ins(found)} >= {"host", "facilitator", "analyst", "staff", "admin"}


def test_residents_act_through_the_same_commands(app: Flask, demo: Database) -> None:
    with demo.reading() as session:
        forum_id = forum_id_by_slug(session, LIVE) or 0
        before = session.query(Stance).count() + session.query(Proposal).count()
    residents = Residents(demo, forum_id, host=Actor(roles=frozenset({(Role.HOST, 0)})))
    for _ in range(6):
        residents.step()
    with demo.reading() as session:
        assert session.query(Stance).count() + session.query(Proposal).count() > before


def test_the_clock_never_runs_out_on_a_standing_demo(app: Flask, demo: Database) -> None:
    with demo.reading() as session:
        forum_id = forum_id_by_slug(session, LIVE) or 0
        ends_at = the_forum(session, forum_id).ends_at
    assert ends_at is not None
    residents = Residents(demo, forum_id, host=Actor(roles=frozenset({(Role.HOST, 0)})))
    with clock.frozen(ends_at):
        residents.step()
        with demo.reading() as session:
            after = the_forum(session, forum_id).ends_at
            assert after is not None
            assert clock.seconds_until(after) > 300


def test_a_demo_is_never_served_as_a_real_installation(app: Flask, demo: Database) -> None:
    settings = services(app).settings
    with pytest.raises(SystemExit, match="demo"):
        prepare(demo, settings, FollowUp(settle, answer))
