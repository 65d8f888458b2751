"""nginx as `deploy/nginx` has it: it understands its files, and sends each request where it belongs."""

import contextlib
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from tests.deploy.front import CONFIGURATION, Front, command, free_port, front, lay_out


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    seen: "list[tuple[str, dict[str, str]]]"


class _Answer(BaseHTTPRequestHandler):
    """Says who it is, and remembers what it was asked. Static files may be kept."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, _Server)
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        server.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        upgrades = self.headers.get("Upgrade") == "websocket"
        body = b"" if upgrades else str(server.server_address[1]).encode()
        self.send_response(101 if upgrades else 200)
        if upgrades:
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
        else:
            self.send_header("Content-Length", str(len(body)))
        if "/static/now/" in self.path:
            self.send_header("Cache-Control", "public, max-age=31536000, immutable")
            self.send_header("Vary", "Accept-Encoding, Cookie")
        else:
            self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = upgrades

    do_POST = do_GET

    def log_message(self, *_: object) -> None: ...


@contextlib.contextmanager
def _worker() -> Iterator[_Server]:
    server = _Server(("127.0.0.1", 0), _Answer)
    server.seen = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def workers() -> Iterator[list[_Server]]:
    with _worker() as one, _worker() as other:
        yield [one, other]


@pytest.fixture
def proxy(workers: list[_Server], tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path / "nginx", [worker.server_port for worker in workers]) as running:
        yield running


def _asked(proxy: Front, path: str, **headers: str) -> str:
    answer = requests.get(proxy.address + path, headers=headers, timeout=10)
    assert answer.status_code == 200, (path, answer.status_code, proxy.log())
    return answer.text


def _upgraded(proxy: Front, room: str) -> None:
    headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
    path = f"/socket.io/?EIO=4&transport=websocket{room}"
    assert requests.get(proxy.address + path, headers=headers, timeout=10, stream=True).status_code == 101


@pytest.mark.parametrize("site", ["hyeondap-http.conf", "hyeondap-https.conf"])
def test_nginx_understands_its_files(site: str, tmp_path: Path) -> None:
    lay_out(tmp_path, [8001, 8002], site)
    openssl = shutil.which("openssl")
    if openssl is not None and "https" in site:
        files = ["-keyout", str(tmp_path / "hyeondap/privkey.pem"), "-out", str(tmp_path / "hyeondap/fullchain.pem")]
        made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=forum.example"]
        subprocess.run([*made, *files], check=True, capture_output=True)
    done = subprocess.run(command(tmp_path, "-t"), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr.replace('the "user" directive makes sense only', ""), done.stderr


def test_a_tables_websockets_stay_on_one_worker_and_the_tables_spread(proxy: Front, workers: list[_Server]) -> None:
    for table in range(1, 31):
        for _ in range(3):
            _upgraded(proxy, f"&room=1.{table}")
    rooms = [{path for path, _ in worker.seen} for worker in workers]
    assert not rooms[0] & rooms[1]
    assert min(len(found) for found in rooms) >= 5, "each has some of the tables"


def test_websockets_without_a_room_go_anywhere(proxy: Front, workers: list[_Server]) -> None:
    for _ in range(40):
        _upgraded(proxy, "")
    assert all(len(worker.seen) >= 5 for worker in workers), "though all come from one address"


def test_pages_go_to_each_in_turn(proxy: Front) -> None:
    answers = Counter(_asked(proxy, "/forums/geumgok-street") for _ in range(20))
    assert sorted(answers.values()) == [10, 10]


def test_where_one_takes_no_connection_the_other_is_asked(workers: list[_Server], tmp_path: Path) -> None:
    there, gone = workers[0].server_port, free_port()
    with front(tmp_path / "nginx", [there, gone]) as proxy:
        for number in range(10):
            assert _asked(proxy, "/") == str(there)
            assert requests.post(f"{proxy.address}/live/1/do/ballot.cast", json={}, timeout=10).status_code == 200
            _upgraded(proxy, f"&room=1.{number}")


def test_a_worker_that_is_taken_out_is_asked_no_more(proxy: Front, workers: list[_Server]) -> None:
    stays = workers[1].server_port
    proxy.serve_from([stays])
    _until_only(proxy, str(stays))
    assert {_asked(proxy, "/") for _ in range(10)} == {str(stays)}


def _until_only(proxy: Front, stays: str) -> None:
    """nginx takes the new list when it has read it: a new process answers then."""
    for _ in range(500):
        if {_asked(proxy, "/") for _ in range(6)} == {stays}:
            return
    raise AssertionError("the list was not read again")


def test_who_asks_is_told_by_nginx_alone(proxy: Front, workers: list[_Server]) -> None:
    claimed = {"X-Forwarded-For": "192.0.2.9", "X-Forwarded-Host": "evil.example", "Forwarded": "for=192.0.2.9"}
    for path in ("/", "/static/now/a.css", "/socket.io/?room=1.1"):
        _asked(proxy, path, **claimed, **{"X-Forwarded-Proto": "https"})
    seen = [headers for worker in workers for _, headers in worker.seen]
    assert len(seen) == 3
    host = proxy.address.removeprefix("http://")
    for headers in seen:
        assert (headers["x-forwarded-for"], headers["x-forwarded-proto"]) == ("127.0.0.1", "http")
        assert (headers["host"], headers["x-forwarded-host"]) == (host, host)
        assert "forwarded" not in headers


def test_static_files_are_asked_for_once_in_each_form(proxy: Front, workers: list[_Server]) -> None:
    for number in range(5):
        for packed in ("gzip, br", "identity"):
            _asked(proxy, "/static/now/js/live.js", **{"Accept-Encoding": packed, "Cookie": f"seat={number}"})
            _asked(proxy, "/static/before/js/live.js", **{"Accept-Encoding": packed})
    seen = [(path, headers) for worker in workers for path, headers in worker.seen]
    assert [path for path, _ in seen].count("/static/now/js/live.js") == 2
    assert [path for path, _ in seen].count("/static/before/js/live.js") == 10
    assert all("cookie" not in headers for _, headers in seen)


def test_figures_are_not_served_outside(proxy: Front, workers: list[_Server]) -> None:
    assert requests.get(proxy.address + "/metrics", timeout=10).status_code == 404
    assert [worker.seen for worker in workers] == [[], []]


def test_nginx_adds_no_header_and_writes_nobody_down(proxy: Front) -> None:
    _asked(proxy, "/j/SECRET")
    assert "SECRET" not in "".join(path.read_text() for path in proxy.folder.rglob("*.log"))
    for path in CONFIGURATION.rglob("*.conf"):
        assert "add_header" not in path.read_text(), path
