"""People who arrive: the link of the QR (or the code, typed), the files of the page, a seat, the phone's page, its join.

Each is a browser of its own over real HTTP: cookies, hidden fields, files fetched once. Nobody pauses between steps:
the due time of a step is the end of the one before, that of the first is the arrival.
"""

import asyncio
import gzip
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench.load.phones import PATIENCE, Phone, Plan, Pulse, Seen, Who, quantiles, until
from bench.load.process import cpu_seconds

TYPES_THE_CODE = 5
MOST_TABLES_TRIED = 5
FILES = re.compile(r'<(?:link rel="(?:stylesheet|icon)" href|script type="module" src)="(/static/[^"]+)"')
IMPORTS = re.compile(r'^import [^;]*?"(\.[^"]+)";', re.M)
HIDDEN = re.compile(r'<input type="hidden" name="(csrf_token|key)" value="([^"]*)"')
CHOSEN = re.compile(r'name="table" value="(\d+)" checked')
BODY = re.compile(r'data-(\w+)="([^"]*)"')


class Failed(RuntimeError):
    """A step did not end as it should."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Browser:
    """One browser: one kept connection, its cookies, the files that it has."""

    host: str
    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    _link: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> Answer:
        """A page, redirects followed."""
        answer = await self._ask("GET", path)
        while answer.status in (302, 303):
            answer = await self._ask("GET", answer.headers["location"])
        return answer

    async def post(self, path: str, form: dict[str, str]) -> Answer:
        """A form sent; where it leads to."""
        answer = await self._ask("POST", path, urlencode(form).encode())
        return await self.get(answer.headers["location"]) if answer.status in (302, 303) else answer

    async def load_files(self, page: str) -> None:
        """What the page names and the browser has not got yet, and what its scripts import."""
        wanted = [path for path in FILES.findall(page) if path not in self.files]
        while wanted:
            path = wanted.pop()
            self.files.add(path)
            answer = await self._ask("GET", path)
            if answer.status != 200:
                raise Failed(f"{path}: {answer.status}")
            more = {normpath(join(dirname(path), name)) for name in IMPORTS.findall(answer.text)}
            wanted += sorted(more - self.files - set(wanted))

    def close(self) -> None:
        """Give the connection back."""
        if self._link is not None:
            self._link[1].close()

    async def _ask(self, method: str, path: str, body: bytes = b"") -> Answer:
        if self._link is None:
            self._link = await asyncio.open_connection(self.host, self.port)
        reader, writer = self._link
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}", "Accept: text/html,*/*"]
        lines += ["Accept-Encoding: gzip", "Accept-Language: ko", f"Cookie: {cookie}"]
        if body:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = self._read_headers(head[1:])
        content = await _read_body(reader, headers)
        if headers.get("content-encoding") == "gzip":
            content = gzip.decompress(content)
        return Answer(int(head[0].split()[1]), headers, content.decode("utf-8", "replace"))

    def _read_headers(self, lines: list[str]) -> dict[str, str]:
        headers: dict[str, str] = {}
        for line in filter(None, lines):
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        if "location" in headers:
            headers["location"] = urlsplit(headers["location"])._replace(scheme="", netloc="").geturl()
        return headers


async def _read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    content = b""
    while size := int(await reader.readline(), 16):
        content += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readline()
    return content


@dataclass
class Person:
    """Someone who arrives; `took` is told how long each step took."""

    plan: Plan
    number: int
    took: Callable[[str, float], None]
    browser: Browser
    seat: str = ""
    tables_tried: int = 0
    phone: Phone | None = None

    async def arrive(self, due: float, seen: Seen) -> None:
        """From the link to a phone that has joined. Raises `Failed`, and what a lost link raises."""
        clock = _Clock(due, self.took)
        door, page = await self._find_the_door()
        clock.step("link")
        await self.browser.load_files(page)
        clock.step("files")
        page = await self._take_a_seat(door, page)
        clock.step("seat")
        answer = await self.browser.get(_link_to_the_forum(page))
        found = dict(BODY.findall(unescape(answer.text.partition("<body")[2].partition(">")[0])))
        if answer.status != 200 or "seen" not in found:
            raise Failed(f"phone: {answer.status}")
        self.seat = found["seat"]
        clock.step("phone")
        await self.browser.load_files(answer.text)
        clock.step("its files")
        await self._join(found, seen)
        clock.step("join")
        self.browser.close()
        self.took("whole way", time.perf_counter() - due)

    async def _find_the_door(self) -> tuple[str, str]:
        """Most scan; some type the code."""
        if self.number % TYPES_THE_CODE:
            door, answer = self.plan.link, await self.browser.get(self.plan.link)
        else:
            page = (await self.browser.get("/j")).text
            door = f"/j/{self.plan.code}"
            answer = await self.browser.post("/j", {**_hidden(page), "code": self.plan.code.lower()})
        if answer.status != 200 or "consent_process" not in answer.text:
            raise Failed(f"door: {answer.status}")
        return door, answer.text

    async def _take_a_seat(self, door: str, page: str) -> str:
        """The form as a browser sends it; where the table is full by now, the one that is offered instead."""
        for _ in range(MOST_TABLES_TRIED):
            self.tables_tried += 1
            form = {**_hidden(page), "name": f"이웃 {self.number}", "consent_process": "y", "consent_opinions": "y"}
            chosen = CHOSEN.search(page)
            answer = await self.browser.post(
                door, form | ({"table": chosen[1], "offered": chosen[1]} if chosen else {})
            )
            if answer.status == 200:
                return answer.text
            if answer.status != 409:
                break
            page = answer.text
        raise Failed(f"seat: {answer.status}")

    async def _join(self, found: dict[str, str], seen: Seen) -> None:
        streams = {part.rpartition("~")[0]: int(part.rpartition("~")[2]) for part in found["seen"].split(",")}
        cookie = "; ".join(f"{name}={value}" for name, value in self.browser.cookies.items())
        self.phone = Phone(self.plan, Who(cookie, seen=streams), seen)
        if not await self.phone.open():
            raise Failed("join")


@dataclass
class _Clock:
    """Tells how long each step took, from the end of the one before."""

    since: float
    took: Callable[[str, float], None]

    def step(self, name: str) -> None:
        now = time.perf_counter()
        self.took(name, now - self.since)
        self.since = now


def _hidden(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in HIDDEN.findall(page)}


def _link_to_the_forum(page: str) -> str:
    found = re.search(r'href="(/forums/[\w-]+)"', page)
    if found is None:
        raise Failed("the seat's page leads nowhere")
    return found[1]


async def arrivals(plan: Plan) -> dict[str, Any]:
    """As many people as the plan's rate and seconds give, each on time, whatever became of those before."""
    address = urlsplit(plan.url)
    took: dict[str, list[float]] = defaultdict(list)
    errors: Counter[str] = Counter()
    seen, pulse = Seen(), Pulse()

    def note(name: str, seconds: float) -> None:
        took[name].append(seconds * 1000)

    async def one(person: Person, due: float) -> None:
        try:
            await asyncio.wait_for(person.arrive(due, seen), PATIENCE)
        except Exception as error:
            errors[f"{type(error).__name__}: {error}"[:200]] += 1

    people = [
        Person(plan, number, note, Browser(str(address.hostname), address.port or 80))
        for number in range(int(plan.rate * plan.seconds))
    ]
    cpu_before, started, tasks = cpu_seconds(plan.pid), time.perf_counter(), []
    for index, person in enumerate(people):
        due = started + index / plan.rate
        await until(due)
        tasks.append(asyncio.create_task(one(person, due)))
    await asyncio.gather(*tasks)
    cpu, span = cpu_seconds(plan.pid) - cpu_before, time.perf_counter() - started
    up = sum(person.phone is not None and person.phone.is_up for person in people)
    late = pulse.stop()
    for person in people:
        if person.phone is not None:
            person.phone.drop()
    return {
        "people": len(people),
        "span_s": span,
        "up": up,
        "errors": dict(errors),
        "seats": [person.seat for person in people if person.seat],
        "sent_on": sum(max(0, person.tables_tried - 1) for person in people),
        "cpu_ms": cpu * 1000 / len(people),
        "files": max((len(person.browser.files) for person in people), default=0),
        "took": {name: quantiles(values) | {"n": len(values)} for name, values in took.items()},
        "lag_p99": quantiles(late)["p99"],
        "events": seen.events,
    }
