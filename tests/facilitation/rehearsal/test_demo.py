"""The demo is a whole evening through the real operations, and its residents go on by themselves."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from app import answer, create_app, settle, share
from core import clock
from core.accounts.models import Person
from core.db.installation import DEMO, fact
from core.db.work import Database
from core.events.log import first_broken
from core.live.presence import PRESENCE
from core.web.context import services
from core.web.templates import use_app
from facilitation.rehearsal.content_files import content
from facilitation.rehearsal.demo import COMING, FINISHED, LIVE, FollowUp, load_demo, sign_ins
from facilitation.rehearsal.hosting import prepare
from facilitation.rehearsal.residents import Residents
from facilitation.stage.presence import connected
from facilitation.stage.queries.figures import figures
from facilitation.stage.queries.hall import TableState, hall
from facilitation.tables.queries import seats_spoken
from participation.ballots.queries import ballots, open_ballot, published_ballots, results
from participation.forums.models import ForumState, SegmentKind
from participation.forums.queries import forum_id_by_slug, the_forum
from participation.proposals.models import Proposal, ProposalState
from participation.seats.models import Seat
from policy.themes.queries import latest_version
from tests.factories import World


@pytest.fixture
def demo(app: Flask, database: Database, tmp_path: Path) -> Database:
    secret = services(app).settings.secret_key
    load_demo(database, secret=secret, ballot_keys=tmp_path, follow_up=FollowUp(share, settle, answer))
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


def test_the_live_evening_has_what_a_host_would_have_by_then(demo: Database) -> None:
    """Practised and published, themes fixed for the room, the plenary prepared over them; nothing of it opened."""
    with demo.reading() as session:
        forum = the_forum(session, forum_id_by_slug(session, LIVE) or 0)
        assert forum.segment is not None
        assert (forum.segment.kind, forum.segment.round_number) == (SegmentKind.TABLE_ROUND, 3)
        practice, plenary = ballots(session, forum.id)
        counted, version = results(session, practice.id), latest_version(session, forum.id)
        assert (practice.practice, plenary.practice) == (True, False)
        assert (practice.is_published, plenary.is_draft) == (True, True)
        assert counted is not None
        assert (counted.seats, counted.papers) == (43, 3)
        assert 35 < counted.voted < 43
        assert version is not None
        assert {option.text for option in plenary.options} < {one.label for one in version.entries}
        assert [option.proposals for option in plenary.options] == [one.proposals for one in version.entries][:8]
        assert open_ballot(session, forum.id) is None


def test_what_names_someone_was_hidden_by_the_table(demo: Database) -> None:
    """A child by name, a shop: nowhere in the demo is it shown, and the reason stands in its place."""
    entries = [entry for name in ("childcare", "street") for entry in content(f"proposals_{name}")["proposals"]]
    reasons = sorted(entry["hide_ko"] for entry in entries if "hide_ko" in entry)
    assert len(reasons) == 2
    with demo.reading() as session:
        hidden = session.query(Proposal).filter_by(state=ProposalState.HIDDEN).all()
        assert sorted(one.hidden_reason or "" for one in hidden) == reasons
        assert all(one.hidden_by for one in hidden)


def test_the_live_hall_counts_alike_everywhere(app: Flask, demo: Database) -> None:
    """Seats, connections and turns of the stage fit each other; everyone has spoken in the round that is over."""
    with demo.reading() as session:
        forum_id = forum_id_by_slug(session, LIVE) or 0
    Residents(app, forum_id).come()
    with demo.reading() as session:
        forum = the_forum(session, forum_id)
        shown = figures(session, forum)
        tiles = hall(session, forum, connected(forum_id), clock.now()).values()
        (first,) = [one for one in forum.segments if one.round_number == 2]
        assert (shown.seated, len(PRESENCE.seats(forum_id))) == (43, 40)
        assert sum(tile.seated for tile in tiles) == shown.seated
        assert 6 < sum(tile.spoken for tile in tiles) == shown.spoken < shown.seated
        assert sum(tile.proposals for tile in tiles) == shown.proposals
        assert {tile.state for tile in tiles} <= {TableState.TALKING, TableState.QUIET}
        assert sum(seats_spoken(session, forum_id, segment_id=first.id).values()) == 43
        assert forum.starts_at.minute % 5 == 0
        assert forum.started_at == forum.starts_at
        assert forum.ends_at is not None
        assert clock.seconds_until(forum.ends_at) > 15 * 60
    assert PRESENCE.consoles(forum_id) == {1, 2, 3, 4, 5, 6}


def test_the_host_finds_practice_and_plenary(app: Flask, demo: Database) -> None:
    with demo.reading() as session:
        person = session.query(Person).filter_by(login="host").one().id
    page = World(app).browser(person).get(f"/forums/{LIVE}/ballots").get_data(as_text=True)
    assert "오늘 여기까지 어떻게 오셨나요?" in page
    assert "먼저 할 일을 세 가지까지 골라 주세요." in page


def test_a_demo_has_a_receipt_to_look_at_and_nothing_else_has(app: Flask, demo: Database) -> None:
    assert "접수증 하나 열어 보기" not in app.test_client().get("/receipt").get_data(as_text=True)
    as_demo = create_app(replace(services(app).settings, demo=True))
    try:
        shown = as_demo.test_client()
        (link,) = re.findall(r'href="(/receipt/[^"]+)"', shown.get("/receipt").get_data(as_text=True))
        receipt = shown.get(link).get_data(as_text=True)
    finally:
        services(as_demo).database.close()
        use_app(app)
    assert "아이 키우기 좋은 우리 동네" in receipt
    assert "공식 답변" in receipt


def test_a_demo_is_never_served_as_a_real_installation(app: Flask, demo: Database) -> None:
    settings = services(app).settings
    with pytest.raises(SystemExit, match="demo"):
        prepare(demo, settings, FollowUp(share, settle, answer))
