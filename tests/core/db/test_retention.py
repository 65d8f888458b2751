"""Backups by date: the newest stay, nothing else is touched, nothing old goes before the new one is whole."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core import clock
from core.db import retention
from core.db.bundle import look
from core.db.retention import dated_backups, last_backup, note_backup
from tests.core.db.conftest import Found, Place

NIGHT = datetime(2026, 11, 26, 19, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "backups"
    place.mkdir()
    return place


def test_the_newest_stay_and_nothing_else_is_touched(city: Place, folder: Path) -> None:
    (folder / "before-the-evening.tar").write_text("mine")
    (folder / "hyeondap-notes.tar").write_text("mine")
    for night in range(4):
        with clock.frozen(NIGHT + timedelta(days=night)):
            done = city.say("backup", "--keep", 2, folder)
            assert done.exit_code == 0, done.output
    assert "Old backup deleted: hyeondap-20261127T190000Z.tar" in done.output
    assert sorted(path.name for path in folder.iterdir()) == [
        "before-the-evening.tar",
        "hyeondap-20261128T190000Z.tar",
        "hyeondap-20261129T190000Z.tar",
        "hyeondap-notes.tar",
    ]
    assert look(dated_backups(folder)[0]).damage == ()
    assert last_backup(city.settings.data_dir) == NIGHT + timedelta(days=3)


def test_nothing_old_goes_where_the_new_one_cannot_be_made(found: Found, folder: Path) -> None:
    place = found("empty")
    for night in range(3):
        (folder / retention.dated_name(NIGHT + timedelta(days=night))).write_text("an older evening")
    assert place.say("backup", "--keep", 1, folder).exit_code == 1
    assert len(list(folder.iterdir())) == 3
    assert last_backup(place.settings.data_dir) is None


def test_a_folder_and_a_number_belong_together(city: Place, folder: Path) -> None:
    for words in (("backup", folder), ("backup", "--keep", 3, folder / "a.tar"), ("backup", "--keep", 0, folder)):
        assert city.say(*words).exit_code == 2
    assert list(folder.iterdir()) == []


def test_when_the_last_was_made_is_noted_where_that_is_possible(tmp_path: Path) -> None:
    assert last_backup(tmp_path) is None
    note_backup(tmp_path, NIGHT)
    assert last_backup(tmp_path) == NIGHT
    (tmp_path / "last-backup").write_text("yesterday")
    assert last_backup(tmp_path) is None
    note_backup(tmp_path / "nowhere", NIGHT)
