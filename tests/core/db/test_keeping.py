"""Backup, restore, verify: nothing acknowledged is missing, what is damaged is named, nothing is overwritten."""

import json
import os
import shutil
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy
from click.testing import Result
from flask import Flask
from sqlalchemy import text

from app import create_app
from core.config import Settings
from core.db import migrations
from core.db.bundle import look
from core.db.migrations import is_current, revision_of, upgrade
from core.events.log import first_broken, record, since
from core.permissions import Role
from core.web.context import services
from participation.ballots.keys import KeyStore
from participation.ballots.operations.preparing import BallotDraft, prepare_ballot
from participation.ballots.operations.running import open_ballot
from participation.ballots.sources import OfferedOption
from participation.forums.events import ClockExtended
from participation.proposals.operations import submit_proposal
from tests.conftest import IN_CI, drop_postgresql, fresh_postgresql
from tests.factories import World

NEWER = '''"""One more."""
revision = "9999"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
'''


class Place:
    """An installation of its own, and its operator at the keyboard."""

    def __init__(self, folder: Path, url: str) -> None:
        folder.mkdir()
        self.settings = Settings(data_dir=folder, database_url=url, secret_key="k" * 40)
        self.app: Flask = create_app(self.settings)
        self.database = services(self.app).database

    def say(self, *words: object, lang: str = "en") -> Result:
        command, *others = [str(word) for word in words]
        return self.app.test_cli_runner().invoke(args=[command, "--lang", lang, *others])

    def act(self, seconds: int) -> None:
        work = ClockExtended(segment=1, seconds=seconds)
        self.database.perform(lambda session: record(session, 1, "system", work))

    def seconds(self) -> list[int]:
        with self.database.reading() as session:
            events = [item.event for item in since(session, 1, "forum", 0, 100_000)]
        return [event.seconds for event in events if isinstance(event, ClockExtended)]

    def change(self, statement: str) -> None:
        with self.database.write_engine.begin() as connection:
            connection.execute(text(statement))


Found = Callable[[str], Place]


@pytest.fixture(params=["sqlite", "postgresql"])
def found(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[Found]:
    """Makes empty places by name, of one kind."""
    places: list[Place] = []

    def make(name: str) -> Place:
        url = f"sqlite:///{tmp_path / name / 'house.db'}"
        if request.param == "postgresql":
            try:
                url = fresh_postgresql(f"keeping_{name}_{worker_id}")
            except sqlalchemy.exc.OperationalError as error:
                if IN_CI:
                    raise
                pytest.skip(f"PostgreSQL does not answer: {error}")
        places.append(Place(tmp_path / name, url))
        return places[-1]

    yield make
    for place in places:
        place.database.close()
        if request.param == "postgresql":
            drop_postgresql(place.settings.database_url)


@pytest.fixture
def city(found: Found) -> Place:
    """A house in which something happened: a forum, a proposal, a few acts."""
    place = found("city")
    upgrade(place.database.write_engine)
    world = World(place.app)
    forum_id = world.forum()
    _, token = world.seat(forum_id)
    actor = world.actor(forum_id, token=token)
    place.database.perform(lambda session: submit_proposal(session, actor, forum_id, "횡단보도를 더 밝게 해 주세요"))
    for seconds in range(5):
        place.act(seconds)
    return place


def test_a_backup_made_while_the_house_writes_holds_all_that_was_acknowledged(
    city: Place, found: Found, tmp_path: Path
) -> None:
    kept, stop, enough = tmp_path / "evening.tar", threading.Event(), threading.Event()
    acknowledged: list[int] = []

    def write() -> None:
        while not stop.is_set():
            city.act(100 + len(acknowledged))
            acknowledged.append(100 + len(acknowledged))
            if len(acknowledged) >= 20:
                enough.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert enough.wait(30)
        before = len(acknowledged)
        done = city.say("backup", kept)
        after = len(acknowledged)
    finally:
        stop.set()
        writer.join()
    assert done.exit_code == 0, done.output
    assert after >= before
    whole = city.say("verify", kept)
    assert (whole.exit_code, whole.output.splitlines()[-1]) == (0, "Whole.")

    other = found("other")
    assert other.say("restore", kept).exit_code == 0
    restored = other.seconds()
    assert restored[: 5 + before] == [*range(5), *acknowledged[:before]]
    assert restored == [*range(5), *acknowledged][: len(restored)]
    with other.database.reading() as session:
        assert first_broken(session, 1) is None
    assert is_current(other.database.write_engine)
    checked = other.say("verify")
    assert (checked.exit_code, checked.output.splitlines()[-1]) == (0, "Whole.")
    other.act(7)
    assert other.seconds()[-1] == 7


def test_no_key_of_a_ballot_and_no_order_of_votes_is_in_a_backup(city: Place, found: Found, tmp_path: Path) -> None:
    world, keys = World(city.app), KeyStore(city.settings.ballot_keys)
    host = world.actor(1, person_id=world.person(Role.HOST, scope=1))
    options = (OfferedOption("가"), OfferedOption("나"))
    draft = BallotDraft("무엇부터?", choose=1, winners=1, options=options)
    ballot = world.write(lambda session: prepare_ballot(session, host, 1, draft))
    world.write(lambda session: open_ballot(session, host, 1, ballot, keys))
    came = ["c", "a", "b"]
    for slot in came:
        row = f"('{slot * 64}', {ballot}, '[1]')"
        city.change(f"INSERT INTO ballot_casts (slot, ballot_id, choices) VALUES {row}")
    kept = tmp_path / "evening.tar"
    done = city.say("backup", kept)
    assert "Left out: the keys of ballots" in done.output
    assert "cannot take further votes" in done.output

    content = kept.read_bytes()
    (key,) = city.settings.ballot_keys.glob("*.key")
    assert key.read_bytes() not in content
    assert city.settings.secret_key.encode() not in content
    with tarfile.open(kept) as archive:
        assert not [name for name in archive.getnames() if "key" in name]
    places = [content.index((slot * 64).encode()) for slot in sorted(came)]
    if city.database.url.startswith("postgresql"):
        assert places == sorted(places)
    other = found("other")
    assert other.say("restore", kept).exit_code == 0
    with other.database.reading() as session:
        slots = session.execute(text("SELECT slot FROM ballot_casts")).scalars().all()
    assert slots == [slot * 64 for slot in sorted(came)]


def test_every_flipped_byte_of_a_backup_is_noticed_and_its_part_named(city: Place, tmp_path: Path) -> None:
    kept, broken = tmp_path / "evening.tar", tmp_path / "broken.tar"
    assert city.say("backup", kept).exit_code == 0
    whole = kept.read_bytes()
    pieces = look(kept).pieces
    wanted = {piece.start + piece.size // 2: name for name, piece in pieces.items() if piece.size}
    wanted |= {piece.start - 512 + 130: f"header of {name}" for name, piece in pieces.items()}
    wanted |= {piece.start + piece.size: f"padding after {name}" for name, piece in pieces.items() if piece.size % 512}
    wanted[len(whole) - 3] = "end of the file"
    assert len(wanted) >= 8
    for at, name in wanted.items():
        broken.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        damage = [str(message) for message in look(broken).damage]
        said = city.say("verify", broken)
        assert said.exit_code == 1, (at, name, said.output)
        assert f"Damaged: {name} within the file (bytes" in said.output, (at, damage)
        assert said.output.endswith("Not whole.\n")
    broken.write_bytes(whole[:-5000])
    assert city.say("verify", broken).exit_code == 1


def test_a_damaged_backup_is_not_restored(city: Place, found: Found, tmp_path: Path) -> None:
    kept = tmp_path / "evening.tar"
    city.say("backup", kept)
    content = bytearray(kept.read_bytes())
    content[len(content) // 2] ^= 1
    kept.write_bytes(content)
    other = found("other")
    refused = other.say("restore", kept)
    assert refused.exit_code == 1
    assert "A damaged backup is not restored." in refused.output
    assert other.say("verify").exit_code == 2, "the place is still empty"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE log_entries SET actor = 'person:9' WHERE log_id = 1 AND number = 4", "log entry 4"),
        ("UPDATE log_entries SET payload = '{' WHERE log_id = 1 AND number = 3", "log entry 3"),
        ("DELETE FROM log_entries WHERE log_id = 1 AND number = 2", "log entry 2"),
        ("DELETE FROM log_entries WHERE log_id = 1 AND number = 6", "log entry 6"),
        ("DELETE FROM logs WHERE id = 1", "log entry 7"),
        ("UPDATE streams SET number = 3 WHERE log_id = 1 AND name = 'forum'", "forum 1, stream forum"),
        ("UPDATE proposal_versions SET text = 'x'", "table proposal_versions: proposal 1, wording 1"),
    ],
)
def test_a_changed_row_is_named(city: Place, change: str, named: str) -> None:
    before = city.say("verify")
    assert before.exit_code == 0, before.output
    if city.database.url.startswith("postgresql") and "'{'" in change:
        change = change.replace("'{'", "'{}'")
    city.change(change)
    said = city.say("verify")
    assert said.exit_code == 1
    damaged = [line for line in said.output.splitlines() if line.startswith("Damaged: ")]
    assert [line for line in damaged if named in line], said.output


def test_a_reference_into_nothing_and_a_torn_page_are_named(city: Place) -> None:
    if not city.database.url.startswith("sqlite"):
        with city.database.write_engine.begin() as connection:
            connection.execute(text("SET session_replication_role = replica"))
            connection.execute(text("DELETE FROM segments"))
        assert "table forums (id 1): segment_id → segments is not there" in city.say("verify").output
        return
    path = Path(str(city.database.write_engine.url.database))
    with city.database.write_engine.connect() as connection:
        root = connection.execute(text("SELECT rootpage FROM sqlite_schema WHERE name = 'proposals'")).scalar()
    city.database.close()
    content = bytearray(path.read_bytes())
    content[(root - 1) * 4096 : (root - 1) * 4096 + 8] = b"\xff" * 8
    path.write_bytes(content)
    said = city.say("verify")
    assert said.exit_code == 1
    assert "Damaged: table proposals: " in said.output


def test_one_forum_is_looked_at_by_its_address(city: Place) -> None:
    slug = World(city.app).slug(1)
    assert city.say("verify", slug).output.splitlines()[0].startswith("Forum 1 ")
    assert city.say("verify", "no-such-forum").exit_code == 2


def test_what_cannot_be_looked_at_is_told_apart_from_damage(found: Found, tmp_path: Path) -> None:
    place, letter = found("empty"), tmp_path / "letter.txt"
    letter.write_text("안녕하세요. " * 200)
    for words in (("verify",), ("verify", letter), ("restore", letter)):
        said = place.say(*words, lang="ko")
        assert said.exit_code == 2, said.output
        assert said.output.startswith("Error: ")


def test_a_file_that_is_there_is_replaced_only_when_told(city: Place, tmp_path: Path) -> None:
    kept = tmp_path / "evening.tar"
    kept.write_text("mine")
    refused = city.say("backup", kept)
    assert (refused.exit_code, kept.read_text()) == (1, "mine")
    assert "--force" in refused.output
    assert city.say("backup", kept, "--force").exit_code == 0
    assert look(kept).damage == ()
    assert kept.stat().st_mode & 0o077 == 0


def test_nothing_to_keep_is_said_and_leaves_nothing(found: Found, tmp_path: Path) -> None:
    place = found("empty")
    before = sorted(tmp_path.rglob("*"))
    assert place.say("backup", tmp_path / "evening.tar").exit_code == 1
    assert place.say("backup", tmp_path / "no" / "such" / "folder.tar").exit_code == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_a_house_that_holds_something_is_never_overwritten(city: Place, found: Found, tmp_path: Path) -> None:
    kept = tmp_path / "evening.tar"
    city.say("backup", kept)
    refused = city.say("restore", kept)
    assert refused.exit_code == 1
    assert "Forums that are already here: 1." in refused.output
    assert "DATA_DIR" in refused.output
    begun = found("begun")
    upgrade(begun.database.write_engine)
    World(begun.app).person()
    assert "There is data here already: people" in begun.say("restore", kept).output
    started = found("started")
    upgrade(started.database.write_engine)
    assert started.say("restore", kept).exit_code == 0, "migrated, but nothing in it"
    assert started.seconds() == [*range(5)]


def test_an_older_backup_is_brought_up_and_a_newer_one_refused(
    city: Place, found: Found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older, newer = tmp_path / "older.tar", tmp_path / "newer.tar"
    city.say("backup", older)
    standing = revision_of(city.database.write_engine)
    shutil.copytree(migrations.FOLDER, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "migrations" / "versions" / "9999_one_more.py").write_text(NEWER.format(before=standing))
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "FOLDER", tmp_path / "migrations")
        up = found("up")
        assert up.say("restore", older).exit_code == 0
        assert revision_of(up.database.write_engine) == "9999"
        assert up.say("backup", newer).exit_code == 0
    late = found("late")
    refused = late.say("restore", newer)
    assert refused.exit_code == 1
    assert "made by a newer version" in refused.output
    assert late.say("verify").exit_code == 2, "the place is still empty"


def test_a_backup_of_the_other_kind_is_refused(city: Place, tmp_path: Path) -> None:
    kept = tmp_path / "evening.tar"
    city.say("backup", kept)
    with tarfile.open(kept) as archive:
        manifest = archive.extractfile("manifest.json")
        assert manifest is not None
        kind = json.load(manifest)["database"]
    other = "postgresql://nobody@127.0.0.1:1/nothing" if kind == "sqlite" else f"sqlite:///{tmp_path / 'empty.db'}"
    place = Place(tmp_path / "elsewhere", other.replace("postgresql://", "postgresql+psycopg://"))
    refused = place.say("restore", kept)
    place.database.close()
    assert refused.exit_code == 1
    assert f"This is a backup of {kind}" in refused.output


def test_without_the_programs_of_postgresql_it_says_what_to_install(
    city: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.fspath(tmp_path / "nowhere"))
    done = city.say("backup", tmp_path / "evening.tar")
    if city.database.url.startswith("sqlite"):
        assert done.exit_code == 0, "SQLite needs no program"
    else:
        assert done.exit_code == 1
        assert "pg_dump is missing. Install it first: " in done.output
        assert not (tmp_path / "evening.tar").exists()
