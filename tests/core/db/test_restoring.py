"""Restoring: only what is whole and fits, only into an empty place."""

import json
import shutil
import tarfile
from pathlib import Path

import pytest

from core.db import migrations
from core.db.migrations import revision_of, upgrade
from tests.core.db.conftest import Found, Place
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
