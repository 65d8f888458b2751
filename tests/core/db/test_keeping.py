"""Backup and verify: nothing acknowledged is missing, and what is damaged is named."""

import os
import tarfile
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from core.db.bundle import look
from core.db.migrations import is_current
from core.events.log import first_broken
from core.permissions import Role
from participation.ballots.keys import KeyStore
from participation.ballots.operations.preparing import BallotDraft, prepare_ballot
from participation.ballots.operations.running import open_ballot
from participation.ballots.sources import OfferedOption
from tests.core.db.conftest import Found, Place
from tests.factories import World


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
