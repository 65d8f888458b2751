"""The parts beside the servers of the house: Redis, PostgreSQL and nginx, each a process that a test may end."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
import pytest
import redis

from tests.deploy.front import command, lay_out, nginx
from tests.faults.house import free_port

LONG = 60.0  # seconds until a part that does not answer is given up
OWNER = "postgres"  # who runs PostgreSQL where the test is run by the administrator, whom it refuses
IN_CI = os.environ.get("CI") == "true"


def _postgresql_programs() -> Path | None:
    """Where `initdb` and `postgres` are: beside the client's programs, or where Debian keeps each version."""
    told = shutil.which("pg_config")
    folders = [Path(subprocess.check_output([told, "--bindir"], text=True).strip())] if told else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def missing_parts() -> None:
    """Skip the test where a part is not installed; in CI none may be missing."""
    nginx()
    parts = {"redis-server": shutil.which("redis-server"), "PostgreSQL": _postgresql_programs()}
    missing = [name for name, found in parts.items() if not found]
    if missing and not IN_CI:
        pytest.skip(f"missing: {', '.join(missing)}: make test installs them or says what to type")
    assert not missing, missing


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds; long, since the machine may be busy."""
    deadline, never = time.monotonic() + LONG, threading.Event()
    while not holds():
        assert time.monotonic() < deadline, what
        never.wait(0.05)


class Part:
    """A process that is started from a command, by `owner` where one is given, and says what it does in a file."""

    def __init__(self, folder: Path, owner: str | None = None) -> None:
        self.folder, self.owner = folder, owner
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir()
        if owner:
            shutil.chown(folder, owner, owner)

    def command(self) -> Sequence[str]:
        """How it is started."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether it takes what it is asked."""
        raise NotImplementedError

    def start(self) -> None:
        """Start, and wait until it answers."""
        with (self.folder / "part.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), stdout=log, stderr=log, cwd=self.folder, user=self.owner, group=self.owner
            )
        wait_until(self.answers, f"{type(self).__name__}: {self.log()}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, and wait until it is gone."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(LONG)
            self._process = None

    def kill(self) -> None:
        """End it at once."""
        self.stop(signal.SIGKILL)

    def log(self) -> str:
        """What it said."""
        return (self.folder / "part.log").read_text()


class Redis(Part):
    """Keeps nothing: what it held is gone when it starts again."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> Sequence[str]:
        where = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        return ["redis-server", *where, "--save", "", "--appendonly", "no"]

    def answers(self) -> bool:
        try:
            with redis.Redis(port=self.port) as link:
                return bool(link.ping())
        except redis.RedisError:
            return False

    def listeners(self) -> int:
        """How many servers hear what is said."""
        with redis.Redis(port=self.port) as link:
            channels = link.pubsub_channels()
            return sum(number for _, number in link.pubsub_numsub(*channels)) if channels else 0


class PostgreSQL(Part):
    """A cluster with one empty database, reached by a socket in its own folder; what is committed is on the disk."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, OWNER if os.geteuid() == 0 else None)
        programs = _postgresql_programs()
        assert programs is not None
        self._programs, self._data = programs, folder / "data"
        self.user = self.owner or getpass.getuser()
        self.url = f"postgresql://{self.user}@/postgres?host={folder}"
        make = [str(programs / "initdb"), "-D", str(self._data), "-U", self.user, "-A", "trust", "-E", "UTF8"]
        make += ["--no-locale", "--no-sync"]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL, cwd=folder, user=self.owner, group=self.owner)

    def command(self) -> Sequence[str]:
        settings = {"listen_addresses": "", "unix_socket_directories": str(self.folder), "fsync": "on"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(self._programs / "postgres"), "-D", str(self._data), *options]

    def answers(self) -> bool:
        try:
            with psycopg.connect(self.url):
                return True
        except psycopg.OperationalError:
            return False

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """By default the fast way: every link is cut at once, what is not committed is undone."""
        super().stop(how)

    def kill(self) -> None:
        """All its processes at once, without a goodbye: what is on the disk has to do."""
        self.stop(signal.SIGQUIT)


class Nginx(Part):
    """With the configuration of `deploy/nginx`, before these workers."""

    def __init__(self, folder: Path, workers: Sequence[int]) -> None:
        super().__init__(folder)
        self.port = lay_out(folder, workers)["80"]

    def command(self) -> Sequence[str]:
        return command(self.folder)

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    def kill(self) -> None:
        """Those who work for it end with it."""
        self.stop(signal.SIGTERM)
