"""Headers, language, static files, errors, and what is refused at the gate."""

import gzip
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket

from core.web.static import static_url
from core.web.templates import CompiledTemplates
from core.web.views import local_path
from tests.factories import World


def test_every_answer_carries_the_policy(client: FlaskClient) -> None:
    for path in ("/sign-in", "/nowhere", "/healthz", static_url("css/core.css")):
        headers = client.get(path).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_pages_are_never_kept_by_others(client: FlaskClient) -> None:
    assert client.get("/sign-in").headers["Cache-Control"] == "private, no-store"
    assert "immutable" in client.get(static_url("css/core.css")).headers["Cache-Control"]
    assert client.get("/static/old/css/core.css").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "css/nothing.css", "%00", "etc/passwd"])
def test_static_gives_nothing_else(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/x/{name}").status_code == 404


@pytest.mark.parametrize("encoding", ["gzip, br", ""])
@pytest.mark.parametrize("base", ["http://localhost", "https://town.example"])
@pytest.mark.parametrize("name", ["css/core.css", "img/favicon.svg", "js/sw.js"])
def test_static_files_are_answered_for_as_a_request_would(app: Flask, name: str, base: str, encoding: str) -> None:
    for path in (static_url(name), f"/static/old/{name}"):
        asked = {"path": path, "base_url": base, "headers": {"Accept-Encoding": encoding}}
        quick = app.test_client().get(**asked)
        with app.test_request_context(**asked):
            usual = app.full_dispatch_request()
        assert quick.status_code == usual.status_code == 200
        assert set(usual.headers) - set(quick.headers) <= {("Vary", "Cookie"), ("Vary", "Accept-Encoding, Cookie")}
        assert set(quick.headers) - set(usual.headers) <= {("Vary", "Accept-Encoding")}
        assert quick.data == usual.get_data()


def test_a_static_file_is_only_fetched(client: FlaskClient) -> None:
    assert client.post(static_url("css/core.css")).status_code in (400, 405)
    assert client.head(static_url("css/core.css")).data == b""
    assert client.get(f"/static/x/{'a' * 5000}").status_code == 404


def test_texts_are_compressed(client: FlaskClient) -> None:
    answer = client.get("/sign-in", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"<html" in gzip.decompress(answer.data)


def test_the_language_is_remembered(client: FlaskClient) -> None:
    assert 'lang="ko"' in client.get("/sign-in").text
    assert client.post("/language", data={"locale": "en", "return_to": "/sign-in"}).headers["Location"] == "/sign-in"
    assert 'lang="en"' in client.get("/sign-in").text
    assert client.post("/language", data={"locale": "xx"}).status_code == 400


def test_the_browsers_language_counts_at_first(client: FlaskClient) -> None:
    assert 'lang="en"' in client.get("/sign-in", headers={"Accept-Language": "en-GB,en;q=0.9"}).text
    assert 'lang="ko"' in client.get("/sign-in", headers={"Accept-Language": "fr"}).text


@pytest.mark.parametrize("path", ["//x", "/\\x", "https://x", "x", "", None, "/a\nb", "/ b"])
def test_only_local_paths_are_gone_back_to(path: str | None) -> None:
    assert local_path(path) == "/"


def test_health_names_its_parts(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok", "database": "ok", "live": "ok", "version": "0.1.0"}


def test_what_is_too_large_is_refused_quickly(client: FlaskClient) -> None:
    assert client.post("/sign-in", data={"login": "x" * 11_000_000, "password": "y"}).status_code == 413


def test_many_parts_are_refused(client: FlaskClient) -> None:
    data = {f"part{n}": "x" for n in range(2000)}
    assert client.post("/sign-in", data=data, content_type="multipart/form-data").status_code == 413


def test_an_unknown_page_says_so_in_words(client: FlaskClient) -> None:
    page = client.get("/nowhere")
    assert page.status_code == 404
    assert "찾으시는 화면이 없습니다" in page.text


def test_forms_need_their_token(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        page = app.test_client().post("/sign-in", data={"login": "긴 글을 적은 사람", "password": "x"})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert page.status_code == 400
    assert "긴 글을 적은 사람" in page.text


def test_a_page_for_signed_in_people_leads_to_the_sign_in(world: World) -> None:
    answer = world.browser().get("/account", headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=/account"


@pytest.mark.parametrize("slug", ["nope", "%00", "가온", "a" * 300])
def test_a_forum_that_is_not_there_is_not_found(client: FlaskClient, slug: str) -> None:
    assert client.post(f"/forums/{slug}/do/x.y").status_code == 404


@pytest.mark.parametrize("forum_id", ["0", "1", str(2**31), str(2**70)])
def test_live_paths_of_no_forum_are_refused(client: FlaskClient, forum_id: str) -> None:
    assert client.get(f"/live/{forum_id}/since?surface=board").status_code in (403, 404)
    assert client.post(f"/live/{forum_id}/do/x.y", json={"data": {}}).status_code in (403, 404, 422)


def test_templates_are_compiled_once_and_where_nothing_can_be_kept_again(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "compiled"
    folder.mkdir()
    kept, before = CompiledTemplates(str(folder)), app.jinja_env.bytecode_cache
    source = app.jinja_env.loader.get_source(app.jinja_env, "core/error.html")[0]  # type: ignore[union-attr]

    def bucket() -> Bucket:
        return kept.get_bucket(app.jinja_env, "core/error.html", "core/error.html", source)

    first = bucket()
    assert first.code is None
    first.code = app.jinja_env.compile(source)  # type: ignore[assignment]
    kept.set_bucket(first)
    assert bucket().code is not None
    folder.rename(tmp_path / "gone")
    assert bucket().code is None
    kept.set_bucket(first)
    assert app.jinja_env.bytecode_cache is before is not None
