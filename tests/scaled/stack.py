"""A house of several servers: two that serve pages and one in the background, PostgreSQL, Redis, nginx before them.

Everything is this test's own, in a folder and on ports of its own, and can be stopped and started by itself.
"""

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.house import House, Server, prepare
from tests.scaled.parts import Nginx, PostgreSQL, Redis, missing_parts

WORKERS = 2


class Stack:
    """The parts, and the house they serve at `address`, which is nginx's."""

    def __init__(self, folder: Path, **house: int) -> None:
        self.folder = folder
        self.redis = Redis(folder / "redis")
        self.postgresql = PostgreSQL(folder / "postgresql")
        self.redis.start()
        self.postgresql.start()
        self.house: House = prepare(folder / "house", self.postgresql.url, **house)
        self.workers = [self._server("web") for _ in range(WORKERS)]
        self.background = self._server("background")
        self.nginx = Nginx(folder / "nginx", [worker.port for worker in self.workers])
        self.address = f"http://127.0.0.1:{self.nginx.port}"
        for server in (*self.workers, self.background):
            server.more["PUBLIC_ADDRESS"] = self.address
        self.up = threading.Event()
        self.up.set()

    def _server(self, part: str) -> Server:
        more = {
            "REDIS_URL": self.redis.url,
            "SECRET_KEY": self.house.settings.secret_key,
            "TRUSTED_PROXIES": "1",
            "WORK": part,
        }
        return Server(self.house, more=more)

    def another_background(self) -> Server:
        """One more process that works in the background; not started yet."""
        return self._server("background")

    @property
    def running(self) -> list[Server]:
        """The servers that run."""
        return [server for server in (*self.workers, self.background) if server.up.is_set()]

    def start(self, *, in_background: bool) -> None:
        """Start what serves: all servers at once, as after the lights went out, then nginx."""
        servers = [*self.workers, self.background] if in_background else self.workers
        starting = [threading.Thread(target=server.start) for server in servers]
        for thread in starting:
            thread.start()
        for thread in starting:
            thread.join()
        assert self.running == servers, self.log()
        self.nginx.start()

    def hear_each_other(self) -> bool:
        """Whether every server that runs listens to the others."""
        return self.redis.listeners() == len(self.running)

    def stop(self) -> None:
        """End everything, however it stands."""
        for part in (*self.workers, self.background, self.nginx, self.redis, self.postgresql):
            part.kill()

    def log(self) -> str:
        """What anyone complained of."""
        logs = [self.folder / "house" / "server.log", *self.folder.glob("*/*.log")]
        return "\n".join(f"== {path}\n{path.read_text()}" for path in dict.fromkeys(logs) if path.exists())


@contextmanager
def scaled(*, in_background: bool = True, **house: int) -> Iterator[Stack]:
    """The whole house, prepared as `prepare` does it, served; all of it ended and wiped at the end.

    Where nothing has to be done in the background, its server, which takes a while to start, may be left out.
    """
    missing_parts()
    folder = Path(tempfile.mkdtemp(prefix="hd-", dir="/tmp"))
    os.chmod(folder, 0o755)  # noqa: S103 - the database runs as a user of its own
    stack: Stack | None = None
    try:
        stack = Stack(folder, **house)
        stack.start(in_background=in_background)
        yield stack
    finally:
        if stack is not None:
            stack.stop()
        shutil.rmtree(folder, ignore_errors=True)
