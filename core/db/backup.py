"""Backing up while the server writes: one moment of the database, without a ballot's key, without a vote's order."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC
from pathlib import Path

import psycopg
from sqlalchemy import URL, Connection, Table, create_engine, inspect, make_url, text
from sqlalchemy.exc import DBAPIError

from core import clock
from core.db.base import Base
from core.db.bundle import Head, Manifest, write_bundle
from core.errors import DomainError
from core.i18n import say

SQLITE_PART = "database.sqlite"
POSTGRESQL_PART = "database.dump"
COPY_SUFFIX = ".copy"
HEADS = "SELECT id, number, hash FROM logs ORDER BY id"
REVISION = "SELECT version_num FROM alembic_version"
FAILURES = (OSError, sqlite3.Error, psycopg.Error, DBAPIError)


class CannotKeep(DomainError):
    """A backup cannot be made or restored here, for a reason that the operator can do something about."""


def kind_of(url: str) -> str:
    """`sqlite` or `postgresql`."""
    return make_url(url).get_backend_name()


def sqlite_path(url: str) -> Path:
    """The file of an SQLite database."""
    return Path(make_url(url).database or "").absolute()


def _without_order(connection: Connection) -> list[Table]:
    """The tables whose rows must not tell in which order they came: those that SQLite keeps without a row number."""
    present = set(inspect(connection).get_table_names())
    tables = [table for table in Base.metadata.sorted_tables if table.name in present]
    return [table for table in tables if table.dialect_options["sqlite"]["with_rowid"] is False]


def columns_of(connection: Connection, table: str) -> str:
    """The columns of a table as they stand in this database, for COPY."""
    quote = connection.dialect.identifier_preparer.quote
    return ", ".join(quote(column["name"]) for column in inspect(connection).get_columns(table))


def make_backup(url: str, target: Path, *, version: str, replace: bool = False) -> Manifest:
    """Keep one moment of the database in the file `target`; acts go on meanwhile.

    Everything acknowledged before the call is in it. Returns what the file says of itself. Raises `CannotKeep` where
    there is a file already, nothing to keep, a program is missing or the disk is full; nothing is left behind then.
    """
    if target.exists() and not replace:
        raise CannotKeep(
            "exists", say("이미 있는 파일입니다: %(file)s. 다른 이름을 주거나 --force를 붙이세요.", file=target)
        )
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
            make = _from_sqlite if kind_of(url) == "sqlite" else _from_postgresql
            manifest, parts = make(url, Path(folder), version)
            write_bundle(target, manifest, parts)
    except FAILURES as error:
        why = getattr(error, "orig", None) or error
        raise CannotKeep("failed", say("백업하지 못했습니다. 남겨 둔 것은 없습니다: %(why)s", why=why)) from error
    return manifest


def _manifest(kind: str, version: str, revision: str | None, heads: Sequence[tuple[int, int, str]]) -> Manifest:
    if revision is None:
        raise CannotKeep("empty", say("여기에는 아직 백업할 것이 없습니다. DATA_DIR과 DATABASE_URL을 보세요."))
    made_at = clock.now().astimezone(UTC).isoformat(timespec="seconds")
    return Manifest(version, revision, kind, made_at, tuple(Head(*head) for head in heads))


def _from_sqlite(url: str, folder: Path, version: str) -> tuple[Manifest, list[Path]]:
    """By VACUUM INTO: one reading of the whole, without the remains of what was deleted."""
    source, part = sqlite_path(url), folder / SQLITE_PART
    if not source.exists():
        return _manifest("sqlite", version, None, []), []
    with closing(sqlite3.connect(source.as_uri() + "?mode=rw", uri=True, isolation_level=None)) as connection:
        connection.execute("PRAGMA busy_timeout=5000")
        connection.execute("VACUUM INTO ?", (str(part),))
    part.chmod(0o600)
    with closing(sqlite3.connect(part)) as connection:
        if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'").fetchone() is None:
            return _manifest("sqlite", version, None, []), []
        (revision,) = connection.execute(REVISION).fetchone() or (None,)
        heads = connection.execute(HEADS).fetchall()
    return _manifest("sqlite", version, revision, heads), [part]


def _from_postgresql(url: str, folder: Path, version: str) -> tuple[Manifest, list[Path]]:
    """By pg_dump in a snapshot of ours, from which the tables without order are read in the order of their keys."""
    find_program("pg_dump")
    part = folder / POSTGRESQL_PART
    engine = create_engine(url, isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
                return _manifest("postgresql", version, None, []), []
            snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
            revision = connection.scalar(text(REVISION))
            heads = [(row[0], row[1], row[2]) for row in connection.execute(text(HEADS))]
            unordered = _without_order(connection)
            left_out = [f"--exclude-table-data={table.name}" for table in unordered]
            options = ["--format=custom", f"--snapshot={snapshot}", f"--file={part}", *left_out]
            run_program("pg_dump", make_url(url), [*options, "--no-owner", "--no-privileges"])
            copies = [_copied(connection, table, folder) for table in unordered]
    finally:
        engine.dispose()
    return _manifest("postgresql", version, revision, heads), [part, *copies]


def _copied(connection: Connection, table: Table, folder: Path) -> Path:
    """The rows in the order of their key, which tells nothing."""
    part = folder / f"{table.name}{COPY_SUFFIX}"
    quote = connection.dialect.identifier_preparer.quote
    keys = ", ".join(quote(column.name) for column in table.primary_key.columns)
    query = f"SELECT {columns_of(connection, table.name)} FROM {quote(table.name)} ORDER BY {keys}"  # noqa: S608 - our own tables
    cursor = connection.connection.cursor()
    with part.open("wb") as out, cursor.copy(f"COPY ({query}) TO STDOUT") as rows:
        for row in rows:
            out.write(row)
    return part


def find_program(name: str) -> str:
    """A program of PostgreSQL. Raises `CannotKeep` with what to install."""
    found = shutil.which(name)
    if found is None:
        command = "brew install libpq" if sys.platform == "darwin" else "sudo apt-get install postgresql-client"
        raise CannotKeep(
            "program",
            say("PostgreSQL의 %(program)s이(가) 없습니다. 먼저 설치하세요: %(command)s", program=name, command=command),
        )
    return found


def run_program(name: str, url: URL, options: Sequence[str]) -> None:
    """Run a program of PostgreSQL on a database; the password goes by the environment, where nobody else reads it."""
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    command = [find_program(name), f"--dbname={address}", *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603 - found on PATH
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or [str(done.returncode)]
        why = next((line for line in said if "error" in line.lower()), said[-1])
        raise CannotKeep("program", say("%(program)s이(가) 하지 못했습니다: %(why)s", program=name, why=why))
