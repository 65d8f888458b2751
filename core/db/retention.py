"""Backups by date in one folder, of which the newest are kept; and when the last one was made."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from core.db.bundle import sync_folder

OURS = re.compile(r"hyeondap-\d{8}T\d{6}Z\.tar")
STAMP = "last-backup"


def dated_name(at: datetime) -> str:
    """The name of a backup made at this moment; names in the order of the alphabet are in the order of time."""
    return f"hyeondap-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar"


def dated_backups(folder: Path) -> list[Path]:
    """The backups of a folder that bear a date, newest first; other files are not ours."""
    found = [path for path in folder.iterdir() if OURS.fullmatch(path.name) and path.is_file()]
    return sorted(found, key=lambda path: path.name, reverse=True)


def let_go(folder: Path, keep: int) -> list[Path]:
    """Delete all but the `keep` newest dated backups; returns the deleted. Raises `OSError`."""
    old = dated_backups(folder)[keep:]
    for path in old:
        path.unlink()
    if old:
        sync_folder(folder)
    return old


def note_backup(data_dir: Path, at: datetime) -> None:
    """Note when a backup was made, for whoever watches; where nothing can be written, it is not noted."""
    with suppress(OSError):
        (data_dir / STAMP).write_text(at.astimezone(UTC).isoformat(timespec="seconds") + "\n")


def last_backup(data_dir: Path) -> datetime | None:
    """When the last backup was made here; None where that is not known."""
    try:
        return datetime.fromisoformat((data_dir / STAMP).read_text().strip())
    except (OSError, ValueError):
        return None
