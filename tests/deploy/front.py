"""nginx as `deploy/nginx` has it, in front of given workers, on a free port and in a folder of its own."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = ROOT / "deploy" / "nginx"
WITHOUT = "nginx is not here: tests/prepare.sh finds or installs it"
TEMPORARY = "".join(f"{kind}_temp_path {kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))


def nginx() -> str:
    """The path of nginx; without one the test is skipped, not in CI."""
    found = os.environ.get("HYEONDAP_NGINX") or shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(WITHOUT)
        pytest.skip(WITHOUT)
    return found


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def lay_out(folder: Path, workers: Sequence[int], site: str = "hyeondap-http.conf") -> dict[str, int]:
    """Put the files where nginx looks for them, with ports and folders of the test; the ports by those they stand for."""
    shutil.copytree(CONFIGURATION / "hyeondap", folder / "hyeondap")
    (folder / "conf.d").mkdir()
    (folder / "cache").mkdir()
    for name in ("nginx.conf", "hyeondap.conf", site):
        text = (CONFIGURATION / name).read_text().replace("/var/cache/nginx", f"{folder}/cache")
        text = text.replace("/run/nginx.pid", f"{folder}/nginx.pid")
        (folder / ("" if name == "nginx.conf" else "conf.d") / name).write_text(text)
    place = folder / "conf.d" / site
    written = place.read_text().replace("/etc/nginx/", f"{folder}/")
    ports = {port: free_port() for port in sorted(set(re.findall(r"^ *listen (\d+)", written, re.MULTILINE)))}
    place.write_text(re.sub(r"listen (\d+)", lambda found: f"listen 127.0.0.1:{ports[found[1]]}", written))
    (folder / "conf.d" / "folders.conf").write_text(TEMPORARY)
    pages = folder / "hyeondap" / "pages.conf"
    pages.write_text(pages.read_text().replace("/var/log/nginx/hyeondap.log crit", f"{folder}/error.log error"))
    write_workers(folder, workers)
    return ports


def write_workers(folder: Path, workers: Sequence[int]) -> None:
    """The list of workers, as an operator writes it."""
    line = (CONFIGURATION / "hyeondap" / "workers.conf").read_text().strip().splitlines()[-1]
    lines = [re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{port}", line) for port in workers]
    (folder / "hyeondap" / "workers.conf").write_text("\n".join(lines) + "\n")


def command(folder: Path, *more: str) -> list[str]:
    """nginx on the files in a folder, in the foreground."""
    user = "user root; " if os.geteuid() == 0 else ""
    said = ["-e", "stderr", "-g", f"{user}daemon off;"]
    return [nginx(), "-p", str(folder), "-c", str(folder / "nginx.conf"), *said, *more]


@dataclass
class Front:
    """nginx while it runs."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve_from(self, workers: Sequence[int]) -> None:
        """Have other workers from now on: new requests go to them, websockets that are open stay."""
        write_workers(self.folder, workers)
        self.process.send_signal(signal.SIGHUP)

    def log(self) -> str:
        """What nginx complained of."""
        path = self.folder / "error.log"
        return path.read_text() if path.exists() else ""


@contextmanager
def front(folder: Path, workers: Sequence[int]) -> Iterator[Front]:
    """nginx over plain http in front of workers on these ports, in an empty folder; ended afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    port = lay_out(folder, workers)["80"]
    with (folder / "said.log").open("wb") as said:
        process = subprocess.Popen(command(folder), stdout=said, stderr=said)
    try:
        _wait_for(port, process)
        yield Front(folder, port, process)
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("nginx does not listen")
