"""A phone's page with fifty proposals at the table, against a bare page with the same rows from the same database."""

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask, render_template
from flask.testing import FlaskClient
from jinja2 import DictLoader

from app import create_app
from bench.figures import Figure
from core.config import Settings
from core.db.base import Base
from core.events.log import record
from core.web.context import services
from facilitation.tables.events import HandRaised
from participation.proposals.events import StanceTaken
from participation.seats.phone import CARDS
from tests.factories import World

ROUNDS = 9
PAGES = 10
PROPOSALS = 50
LIMIT = 3.0
LIMIT_ANEW = 4.5
ROWS = """
SELECT proposals.id, proposals.origin, proposals.state, proposals.top, proposals.created_at, proposal_versions.text,
       stances.value
FROM proposals
JOIN proposal_versions ON proposal_versions.proposal_id = proposals.id AND proposal_versions.number = proposals.version
LEFT JOIN stances ON stances.proposal_id = proposals.id AND stances.seat_id = ?
WHERE proposals.forum_id = ? AND proposals.table_number = 1 ORDER BY proposals.id DESC
"""
BARE = """<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>{{ forum.title_ko }}</title></head><body>
<h1>{{ forum.title_ko }}</h1><ol>
{% for row in rows %}
<li id="proposal-{{ row.id }}"><article><p>{{ row.text }}</p><p>{{ row.origin }} {{ row.created_at }}</p>
<form method="post" action="/forums/{{ forum.slug }}/do/stance.take">
<input type="hidden" name="proposal" value="{{ row.id }}"><input type="hidden" name="return_to" value="/">
{% for value, word in values %}
<button type="submit" name="value" value="{{ value }}" aria-pressed="{{ row.value == value }}">{{ word }}</button>
{% endfor %}
</form>
</article></li>
{% endfor %}
</ol></body></html>"""
VALUES = [("agree", "공감해요"), ("disagree", "생각이 달라요"), ("pass", "넘어갈게요")]


def bare_page(path: Path, forum_id: int, seat_id: int) -> FlaskClient:
    """The same rows with Flask, Jinja and the driver alone."""
    app = Flask("bare")
    app.jinja_loader = DictLoader({"bare.html": BARE})

    @app.get("/")
    def show() -> str:
        connection = sqlite3.connect(path)
        connection.row_factory = sqlite3.Row
        forum = connection.execute("SELECT * FROM forums WHERE id = ?", (forum_id,)).fetchone()
        rows = connection.execute(ROWS, (seat_id, forum_id)).fetchall()
        connection.close()
        return render_template("bare.html", forum=forum, rows=rows, values=VALUES)

    return app.test_client()


def _seconds(browser: FlaskClient, path: str, meanwhile: Callable[[], None] = lambda: None) -> float:
    """Processor time of a page, where `meanwhile` happens, uncounted, before each."""
    spent = 0.0
    for _ in range(PAGES):
        meanwhile()
        before = time.process_time()
        answer = browser.get(path)
        spent += time.process_time() - before
        assert answer.status_code == 200, (path, answer.status_code)
    return spent / PAGES


def _alternate(*work: Callable[[], float]) -> list[float]:
    """The medians of what is measured in turns; the first turn warms up and is dropped."""
    turns = [[one() for one in work] for _ in range(ROUNDS + 1)][1:]
    return [statistics.median(column) for column in zip(*turns, strict=True)]


def measure() -> list[Figure]:
    """Processor time of one page, ours (as it is, and for the very first who opens it) and the bare one."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        app = create_app(
            Settings(data_dir=Path(folder), database_url=f"sqlite:///{path}", secret_key="k" * 40, testing=True)
        )
        app.testing = False
        database = services(app).database
        Base.metadata.create_all(database.write_engine)
        world = World(app)
        forum_id = world.forum(slug="bench")
        seat_id, token = world.seat(forum_id)
        for _ in range(PROPOSALS):
            world.proposal(forum_id, seat_id=None)
        phone, bare = world.phone(forum_id, token), bare_page(path, forum_id, seat_id)
        assert phone.get("/forums/bench").text.count("stance.take") >= PROPOSALS, "the page shows its proposals"

        def forget() -> None:
            database.forget()
            CARDS.forget()

        def neighbour() -> None:
            taken = StanceTaken(proposal=1, table=1, seat=seat_id)
            database.perform(lambda session: record(session, forum_id, "seat", taken))

        def hand() -> None:
            raised = HandRaised(seat=seat_id, table=1)
            database.perform(lambda session: record(session, forum_id, "seat", raised))

        ours, after, anew, first, plain = _alternate(
            lambda: _seconds(phone, "/forums/bench"),
            lambda: _seconds(phone, "/forums/bench", neighbour),
            lambda: _seconds(phone, "/forums/bench", hand),
            lambda: _seconds(phone, "/forums/bench", forget),
            lambda: _seconds(bare, "/"),
        )
        database.close()
    against = "a bare Flask and Jinja page with the same rows"
    cases: dict[str, tuple[float, float | None]] = {
        f"{PROPOSALS} proposals": (ours, LIMIT),
        f"{PROPOSALS} proposals, after a neighbour's stance": (after, LIMIT),
        f"{PROPOSALS} proposals, after a raised hand, the table read anew": (anew, LIMIT_ANEW),
        f"{PROPOSALS} proposals, nothing kept before": (first, None),
    }
    return [
        Figure("proposal_list", case, seconds * 1000, "ms CPU", against, seconds / plain, ROUNDS, limit)
        for case, (seconds, limit) in cases.items()
    ]
