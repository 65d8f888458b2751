"""Restoring a backup into an empty place: looked at first, brought up to date, and compared with what it promised."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, func, inspect, make_url, select, text
from sqlalchemy import table as any_table
from sqlalchemy.orm import Session

from core.db.backup import (
    COPY_SUFFIX,
    FAILURES,
    POSTGRESQL_PART,
    SQLITE_PART,
    CannotKeep,
    columns_of,
    find_program,
    kind_of,
    run_program,
    sqlite_path,
)
from core.db.base import Base
from core.db.bundle import Head, Look, Manifest, sync_folder, take_out
from core.db.engine import make_engine
from core.db.migrations import downgrade, is_known, upgrade
from core.events.models import Log
from core.i18n import say

REVISIONS = "alembic_version"
MAY_HOLD_ROWS = frozenset({REVISIONS, "installation"})


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url, writes=True)
    try:
        yield engine
    finally:
        engine.dispose()


def check_fits(manifest: Manifest, url: str) -> None:
    """Whether a backup can be restored here at all. Raises `CannotKeep` for another kind of database, a newer backup."""
    if manifest.database != kind_of(url):
        raise CannotKeep(
            "other_kind",
            say(
                "%(theirs)s의 백업입니다. 지금 데이터베이스는 %(ours)s입니다. DATABASE_URL을 보세요.",
                theirs=manifest.database,
                ours=kind_of(url),
            ),
        )
    if not is_known(manifest.revision):
        raise CannotKeep(
            "newer",
            say(
                "이 백업은 더 새로운 판(%(version)s)에서 만들었습니다. 현답을 그 판으로 올린 뒤 되살리세요.",
                version=manifest.version,
            ),
        )


def check_empty(engine: Engine) -> None:
    """Raises `CannotKeep` where the database already holds something, with what to do."""
    advice = say("비어 있는 곳에만 되살립니다. 새 DATA_DIR이나 빈 데이터베이스(DATABASE_URL)를 정해 다시 해 주세요.")
    with engine.connect() as connection:
        names = set(inspect(connection).get_table_names())
        foreign = sorted(names - set(Base.metadata.tables) - {REVISIONS})
        if foreign:
            raise CannotKeep(
                "foreign",
                say(
                    "다른 표가 있는 데이터베이스입니다: %(tables)s. %(advice)s",
                    tables=", ".join(foreign),
                    advice=advice,
                ),
            )
        if "forums" in names and (number := _rows(connection, "forums")):
            raise CannotKeep(
                "not_empty", say("여기에는 토론회가 %(number)s개 있습니다. %(advice)s", number=number, advice=advice)
            )
        held = sorted(name for name in names - MAY_HOLD_ROWS if _rows(connection, name))
        if held:
            raise CannotKeep(
                "not_empty",
                say("여기에는 이미 자료가 있습니다: %(tables)s. %(advice)s", tables=", ".join(held), advice=advice),
            )


def _rows(connection: Connection, name: str) -> int:
    return connection.scalar(select(func.count()).select_from(any_table(name))) or 0


def restore(path: Path, found: Look, url: str) -> Manifest:
    """Restore a backup that was looked at and found whole. Returns its manifest.

    Raises `CannotKeep` where it does not fit, the place is not empty, a program is missing, the disk is full, or what
    was restored is not what the backup promised; the place is empty again then.
    """
    manifest = found.manifest
    if manifest is None or found.damage:
        raise CannotKeep("damaged", say("손상된 백업은 되살리지 않습니다."))
    check_fits(manifest, url)
    try:
        (_into_sqlite if manifest.database == "sqlite" else _into_postgresql)(path, found, manifest, url)
    except FAILURES as error:
        why = getattr(error, "orig", None) or error
        raise CannotKeep("failed", say("되살리지 못했습니다. 이곳은 비어 있습니다: %(why)s", why=why)) from error
    return manifest


def _check_promised(engine: Engine, manifest: Manifest) -> None:
    with Session(engine) as session:
        rows = session.execute(select(Log.id, Log.number, Log.hash).order_by(Log.id)).all()
    if tuple(Head(*row) for row in rows) != manifest.logs:
        raise CannotKeep("differs", say("되살린 것이 백업에 적힌 것과 다릅니다. 이곳은 비워 두었습니다."))


def _into_sqlite(path: Path, found: Look, manifest: Manifest, url: str) -> None:
    """Made ready beside the place, then put there in one transaction of SQLite's own copying."""
    target = sqlite_path(url)
    target.parent.mkdir(parents=True, exist_ok=True)
    was_there = target.exists()
    if was_there:
        with _engine(url) as engine:
            check_empty(engine)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=target.parent) as folder:
        ready = Path(folder) / SQLITE_PART
        take_out(path, found.pieces[SQLITE_PART], ready)
        with _engine(f"sqlite:///{ready}") as engine:
            upgrade(engine)
            _check_promised(engine, manifest)
        try:
            with closing(sqlite3.connect(ready)) as source, closing(sqlite3.connect(target)) as copy:
                source.backup(copy)
        except (OSError, sqlite3.Error):
            if not was_there:
                target.unlink(missing_ok=True)
            raise
    sync_folder(target.parent)


def _into_postgresql(path: Path, found: Look, manifest: Manifest, url: str) -> None:
    """By pg_restore in one transaction; the tables without order are filled after it. On failure all is taken back."""
    find_program("pg_restore")
    with _engine(url) as engine, tempfile.TemporaryDirectory(prefix="restore-") as folder:
        check_empty(engine)
        _clear(engine)
        parts = {name: Path(folder) / name for name in found.pieces if name.endswith((POSTGRESQL_PART, COPY_SUFFIX))}
        for name, part in parts.items():
            take_out(path, found.pieces[name], part)
        options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
        run_program("pg_restore", make_url(url), [*options, str(parts[POSTGRESQL_PART])])
        try:
            _fill(engine, parts)
            upgrade(engine)
            _check_promised(engine, manifest)
        except BaseException:
            _clear(engine)
            raise


def _fill(engine: Engine, parts: dict[str, Path]) -> None:
    with engine.begin() as connection:
        quote = connection.dialect.identifier_preparer.quote
        for name in sorted(name for name in parts if name.endswith(COPY_SUFFIX)):
            table = name.removesuffix(COPY_SUFFIX)
            cursor = connection.connection.cursor()
            command = f"COPY {quote(table)} ({columns_of(connection, table)}) FROM STDIN"
            with parts[name].open("rb") as stream, cursor.copy(command) as rows:
                while piece := stream.read(1 << 20):
                    rows.write(piece)


def _clear(engine: Engine) -> None:
    """Take away the empty tables of the house."""
    if not inspect(engine).has_table(REVISIONS):
        return
    downgrade(engine)
    with engine.begin() as connection:
        connection.execute(text(f"DROP TABLE {REVISIONS}"))
