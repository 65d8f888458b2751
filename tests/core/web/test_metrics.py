"""The figures for whoever watches the house: who may read them, and that each counts what it says."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from core import clock
from core.db.retention import note_backup
from core.errors import TooMany
from core.jobs.hub import followers
from core.live.hub import live_server
from core.live.links import Pipe
from core.live.pace import Pace
from core.web.context import services
from tests.factories import World
from tests.stores import read_only

TEXT = "시장 앞 횡단보도 초록불을 3초 늘려 주세요."
Labels = dict[str, str]


class Figures:
    """What `/metrics` says now, and since it was last asked."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        self._before = self._read()

    def _read(self) -> dict[str, float]:
        answer = self._client.get("/metrics")
        assert answer.status_code == 200
        families = text_string_to_metric_families(answer.text)
        return {_name(s.name, s.labels): s.value for family in families for s in family.samples}

    def now(self, name: str, **labels: str) -> float | None:
        return self._read().get(_name(name, labels))

    def grown(self, name: str, **labels: str) -> float:
        wanted = _name(name, labels)
        return self._read().get(wanted, 0) - self._before.get(wanted, 0)


def _name(name: str, labels: Labels) -> str:
    return name + "".join(f" {label}={value}" for label, value in sorted(labels.items()))


@pytest.fixture
def figures(client: FlaskClient) -> Figures:
    return Figures(client)


@pytest.fixture
def with_token(app: Flask) -> Iterator[str]:
    house = services(app)
    before = house.settings
    house.settings = replace(before, metrics_token="an-honest-watcher")
    yield house.settings.metrics_token
    house.settings = before


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("127.8.8.8", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.7", {}, 404),
        ("", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 404),
        ("192.0.2.7", {"Authorization": "Bearer "}, 404),
    ],
)
def test_without_a_token_only_this_machine_reads(
    client: FlaskClient, address: str, headers: dict[str, str], status: int
) -> None:
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status
    assert ("hyeondap_acts_total" in answer.text) == (status == 200)


@pytest.mark.parametrize(
    ("given", "status"),
    [("Bearer an-honest-watcher", 200), ("Bearer another", 404), ("an-honest-watcher", 404), ("Bearer 현답", 404)],
)
def test_with_a_token_its_bearer_reads_from_anywhere(
    client: FlaskClient, with_token: str, given: str, status: int
) -> None:
    answer = client.get(
        "/metrics",
        headers={"X-Forwarded-For": "192.0.2.7"},
        environ_base={"HTTP_AUTHORIZATION": given, "REMOTE_ADDR": "192.0.2.7"},
    )
    assert answer.status_code == status


def test_with_a_token_nobody_reads_without_it(client: FlaskClient, with_token: str) -> None:
    assert client.get("/metrics").status_code == 404


def _by_socket(app: Flask, world: World) -> tuple[int, Callable[[str, dict[str, Any]], Any]]:
    forum_id = world.forum()
    _, token = world.seat(forum_id)
    phone = live_server(app).socketio.test_client(
        app, namespace="/live", flask_test_client=world.phone(forum_id, token)
    )
    return forum_id, lambda name, asked: phone.emit(
        name, {"forum": forum_id, **asked}, namespace="/live", callback=True
    )


def test_acts_are_counted_by_what_became_of_them(app: Flask, world: World, figures: Figures) -> None:
    forum_id, say = _by_socket(app, world)
    act = {"name": "proposal.submit", "data": {"text": TEXT}}
    assert say("act", act | {"key": "key-00000001"})["ok"]
    assert say("act", act | {"key": "key-00000001", "name": "no.such"})["code"] == "no_command"
    with read_only(services(app).database):
        assert say("act", act | {"key": "key-00000002"})["code"] == "unavailable"

    _, token = world.seat(forum_id, place=2)
    phone = world.phone(forum_id, token)
    assert phone.post(f"/live/{forum_id}/do/proposal.submit", json={"data": {"text": TEXT}}).status_code == 200
    assert phone.post(f"/live/{forum_id}/do/proposal.submit", json={"data": {}}).status_code == 422
    form = phone.post(f"/forums/{world.slug(forum_id)}/do/proposal.submit", data={"text": TEXT})
    assert form.status_code == 303

    by_outcome = [figures.grown("hyeondap_acts_total", outcome=outcome) for outcome in ("ok", "refused", "fault")]
    assert by_outcome == [3, 2, 1]
    assert figures.grown("hyeondap_act_seconds_count") == 6


def test_what_is_written_together_and_each_commit_is_counted(world: World, figures: Figures) -> None:
    world.forum()
    world.forum()
    assert figures.grown("hyeondap_acts_together_sum") == 2
    assert figures.grown("hyeondap_commit_seconds_count") == 2


def test_pages_are_counted_by_surface_and_way(app: Flask, world: World, figures: Figures) -> None:
    forum_id, say = _by_socket(app, world)
    assert say("join", {"surface": "phone", "seen": {}})["full"]
    _, token = world.seat(forum_id, place=2)
    assert world.phone(forum_id, token).get(f"/live/{forum_id}/since?surface=phone").status_code == 200
    assert figures.now("hyeondap_pages", surface="phone", way="websocket") == 1
    assert figures.now("hyeondap_pages", surface="phone", way="http") == 1


def test_who_comes_back_is_counted_by_what_it_gets(app: Flask, world: World, figures: Figures) -> None:
    _, say = _by_socket(app, world)
    first = say("join", {"surface": "phone", "seen": {}})
    assert not say("since", {"surface": "phone", "seen": first["streams"]})["full"]
    assert figures.grown("hyeondap_catch_ups_total", kind="whole") == 1
    assert figures.grown("hyeondap_catch_ups_total", kind="missed") == 1


def test_a_link_let_go_is_counted_once_and_a_flood_each_time(figures: Figures) -> None:
    ours, theirs = socket.socketpair()
    pipe = Pipe(ours)
    pipe.break_off()
    theirs.close()
    ours.close()
    pipe.break_off()
    pace = Pace(2, 3600)
    pace.count("seat:1")
    pace.count("seat:1")
    for _ in range(2):
        with pytest.raises(TooMany):
            pace.count("seat:1")
    assert figures.grown("hyeondap_links_let_go_total") == 1
    assert figures.grown("hyeondap_paced_total") == 2


def test_answers_are_counted_by_class(client: FlaskClient, figures: Figures) -> None:
    client.get("/nowhere")
    client.get("/healthz")
    assert figures.grown("hyeondap_http_answers_total", **{"class": "4xx"}) == 1
    assert figures.grown("hyeondap_http_answers_total", **{"class": "2xx"}) >= 1


def test_how_far_followers_are_behind_is_looked_up(app: Flask, world: World, figures: Figures) -> None:
    _, say = _by_socket(app, world)
    assert say("act", {"name": "proposal.submit", "data": {"text": TEXT}, "key": "key-00000001"})["ok"]
    followers(app).drain()
    names = [sample for sample in figures._read() if sample.startswith("hyeondap_follower_behind ")]
    assert names
    assert all(figures.now(*name.split(" ")[:1], follower=name.split("=")[1]) == 0 for name in names)
    assert say("act", {"name": "proposal.submit", "data": {"text": TEXT}, "key": "key-00000002"})["ok"]
    assert max(figures._read()[name] for name in names) > 0


def test_the_age_of_the_last_backup_is_told_where_it_is_known(app: Flask, figures: Figures) -> None:
    folder = services(app).settings.data_dir
    assert figures.now("hyeondap_backup_age_seconds") is None
    note_backup(folder, clock.now() - timedelta(hours=3))
    try:
        assert figures.now("hyeondap_backup_age_seconds") == 3 * 3600
    finally:
        (folder / "last-backup").unlink()
