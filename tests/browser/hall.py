"""A hall to test in: the real server in a process of its own, and a real Chromium with one window for each person."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("HYEONDAP_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 360, "height": 760}
TABLET = {"width": 1180, "height": 820}
DESKTOP = {"width": 1280, "height": 800}
PROJECTOR = {"width": 1920, "height": 1080}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PATIENCE = 15_000  # milliseconds until something that should show is missed; nothing waits longer than it must


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """The served application: its address and what belongs to it."""

    address: str
    data_dir: Path
    process: subprocess.Popen[str]


def _wait_until_it_answers(server: Server, seconds: float = 120) -> None:
    deadline = os.times().elapsed + seconds
    while os.times().elapsed < deadline:
        if server.process.poll() is not None:
            break
        try:
            urllib.request.urlopen(server.address + "/healthz", timeout=1).read()
            return
        except OSError:
            pass
    raise RuntimeError(f"the server did not start: see {server.data_dir / 'server.log'}")


@contextmanager
def serving(data_dir: Path, *, demo: bool = False, database_url: str = "", **more: str) -> Iterator[Server]:
    """The real server on a free port, stopped at the end as an operator would stop it."""
    port = free_port()
    environment = {**os.environ, "DATA_DIR": str(data_dir), "PORT": str(port), "DEMO": "1" if demo else "0", **more}
    environment.pop("DATABASE_URL", None)
    if database_url:
        environment["DATABASE_URL"] = database_url
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, text=True
        )
        server = Server(f"http://127.0.0.1:{port}", data_dir, process)
        try:
            _wait_until_it_answers(server)
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=30)
            finally:
                process.kill()


def launch(playwright: Playwright) -> Browser:
    """Chromium, as the tests use it."""
    expect.set_options(timeout=PATIENCE)
    return playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@dataclass
class Person:
    """Someone in the hall: a browser window of their own; notes what went wrong in it."""

    name: str
    context: BrowserContext
    page: Page
    address: str
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page of the house."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.status < 500, (self.name, path, answer.status)
        return self.page

    def sign_in(self, login: str, password: str) -> None:
        """Sign in as someone with an account."""
        self.go("/sign-in")
        form = self.page.locator("form", has=self.page.locator("input[name=password]:visible")).first
        form.locator("input[name=login]").fill(login)
        form.locator("input[name=password]").fill(password)
        form.locator("button").first.click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def live(self) -> None:
        """Wait until the page is joined to its streams."""
        self.page.wait_for_selector("body[data-live=on]")


class Hall:
    """Everyone who is in the hall."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser = browser
        self.address = address
        self.people: list[Person] = []

    def enter(self, name: str, size: dict[str, int], **options: Any) -> Person:
        """A new person with a window of the given size."""
        context = self.browser.new_context(
            viewport=size, locale=options.pop("locale", "ko-KR"), timezone_id="Asia/Seoul", **options
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        person = Person(name, context, page, self.address)
        page.on("dialog", lambda dialog: dialog.accept())
        page.on("pageerror", lambda error: person.faults.append(f"script: {error}"))
        page.on("console", lambda message: _note_console(person, message))
        page.on("request", lambda request: _note_request(person, request.url))
        page.on("response", lambda answer: _note_answer(person, answer.status, answer.url))
        self.people.append(person)
        return person

    def faults(self) -> list[tuple[str, str]]:
        """What went wrong for whom: script errors, refused policies, other hosts, answers of 500 and above."""
        return [(person.name, fault) for person in self.people for fault in person.faults]

    def leave(self) -> None:
        """Everyone goes home."""
        for person in self.people:
            person.context.close()


def _note_console(person: Person, message: Any) -> None:
    if message.type == "error" and "Failed to load resource" not in message.text and "WebSocket" not in message.text:
        person.faults.append(f"console: {message.text}")


def _note_request(person: Person, url: str) -> None:
    if not url.startswith((person.address, "data:", "blob:", "about:")):
        person.faults.append(f"another host: {url}")


def _note_answer(person: Person, status: int, url: str) -> None:
    if status >= 500:
        person.faults.append(f"answered {status}: {url}")


def axe_findings(page: Page) -> list[str]:
    """What axe finds on the page as it stands: rule, where, why."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    return [
        f"{page.url}: {rule['id']}: {node['target']} {node.get('failureSummary', '')[:160]}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def small_targets(page: Page, least: int = 44) -> list[str]:
    """Buttons and standing links smaller than `least` in both directions, by what they say."""
    script = """least => [...document.querySelectorAll('button, [role=button], a.btn, input, select, textarea, summary')]
      .filter(node => node.type !== 'hidden' && node.offsetParent !== null)
      .map(node => { const label = node.closest('label'); const box = (label || node).getBoundingClientRect();
        return [(node.innerText || node.name || node.ariaLabel || node.tagName).slice(0, 40), box.width, box.height]; })
      .filter(([name, width, height]) => width > 1 && height > 1 && (width < least - 0.5 || height < least - 0.5))
      .map(([name, width, height]) => `${name} ${Math.round(width)}x${Math.round(height)}`)"""
    return list(page.evaluate(script, least))
