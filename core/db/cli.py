"""Operator's commands: back up while the server runs, restore into an empty place, look whether everything is whole."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from core import clock
from core.db.backup import SQLITE_PART, CannotKeep, kind_of, make_backup, sqlite_path
from core.db.bundle import Look, Manifest, NotABackup, look, take_out
from core.db.checking import Findings, check_database, holds_the_house
from core.db.engine import make_engine
from core.db.restoring import restore
from core.db.retention import dated_name, let_go, note_backup
from core.i18n import LOCALES, Message, say, set_locale
from core.web.context import database, services

WHOLE, DAMAGED, NOT_LOOKED_AT = 0, 1, 2
CHECKS = "checks"


def _language_of_environment() -> str:
    spoken = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "en" if spoken.startswith("en") else "ko"


def _speak(_context: click.Context, _option: click.Parameter, locale: str) -> None:
    set_locale(locale)


in_language = click.option(
    "--lang",
    type=click.Choice(LOCALES),
    default=_language_of_environment,
    callback=_speak,
    is_eager=True,
    expose_value=False,
    help="Language of what is said; without it that of LANG.",
)


@click.command("backup")
@click.argument("target", metavar="FILE_OR_FOLDER", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--keep", type=click.IntRange(1, 10_000), metavar="N", help="Into a FOLDER, where the newest N stay.")
@in_language
@with_appcontext
def backup_command(target: Path, force: bool, keep: int | None) -> None:
    """Keep the whole database, as it stands now, in one FILE. The server may go on.

    With --keep in a FOLDER, under a name with the date; once the new one is whole, all but the newest N of these go.
    Keys of ballots and the server's secret key are never in it.
    """
    if target.is_dir() != (keep is not None):
        raise click.UsageError(str(_which_target(target)))
    house, at = services().settings, clock.now()
    folder, target = target, target / dated_name(at) if keep else target
    try:
        manifest = make_backup(house.database_url, target.absolute(), version=house.version, replace=force)
    except CannotKeep as error:
        raise click.ClickException(str(error.message)) from error
    _tell_backup(target, manifest)
    if keep is not None:
        _let_go_of_old(folder, target, keep)
    note_backup(house.data_dir, at)


def _which_target(target: Path) -> Message:
    if target.is_dir():
        return say("%(file)s은(는) 폴더입니다. 파일 이름을 주거나 --keep을 붙이세요.", file=target)
    return say("--keep에는 이미 있는 폴더가 필요합니다: %(file)s", file=target)


def _let_go_of_old(folder: Path, newest: Path, keep: int) -> None:
    """Nothing old goes before the new file was read again and found whole."""
    if damage := _looked_at(newest).damage:
        raise click.ClickException(" ".join(map(str, damage)))
    try:
        old = let_go(folder, keep)
    except OSError as error:
        raise click.ClickException(str(say("오래된 백업을 지우지 못했습니다: %(why)s", why=error.strerror))) from error
    for path in old:
        click.echo(say("오래된 백업을 지웠습니다: %(file)s", file=path.name))


def _tell_backup(target: Path, manifest: Manifest) -> None:
    entries = sum(head.number for head in manifest.logs)
    size, logs = f"{target.stat().st_size:,}", len(manifest.logs)
    click.echo(
        say(
            "백업했습니다: %(file)s (%(size)s바이트, 토론회 기록 %(logs)s개, 모두 %(entries)s건)",
            file=target,
            size=size,
            logs=logs,
            entries=f"{entries:,}",
        )
    )
    click.echo(
        say(
            "들어 있지 않은 것: 투표의 열쇠(ballot-keys)와 서버의 비밀 열쇠(secret-key). 백업으로 투표의 비밀이 새지 않게 넣지 않습니다."
        )
    )
    click.echo(
        say(
            "지금 열려 있는 투표는 이 파일만으로 이어서 받을 수 없습니다. 투표 중에 여러 번 백업하지 말고, 봉인한 뒤 한 번 더 백업하세요."
        )
    )


@click.command("restore")
@click.argument("source", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@in_language
@with_appcontext
def restore_command(source: Path) -> None:
    """Restore a backup into an empty installation. Stop the server first."""
    found = _looked_at(source)
    for message in found.damage:
        click.echo(message)
    try:
        manifest = restore(source, found, services().settings.database_url)
    except CannotKeep as error:
        raise click.ClickException(str(error.message)) from error
    click.echo(
        say(
            "되살렸습니다: %(made_at)s의 백업, 토론회 기록 %(logs)s개.",
            made_at=manifest.made_at,
            logs=len(manifest.logs),
        )
    )
    click.echo(
        say("서버를 시작하기 전에 flask verify로 확인하세요. 비밀 열쇠가 새것이면 담당자는 다시 로그인해야 합니다.")
    )


@click.command("verify")
@click.argument("what", metavar="[FILE_OR_FORUM]", required=False)
@in_language
@with_appcontext
def verify_command(what: str | None) -> None:
    """Look whether a backup FILE, one FORUM (as in its address) or, without either, the whole database is whole.

    Exit status: 0 whole, 1 damaged, 2 could not be looked at.
    """
    is_file = what is not None and Path(what).exists()
    damage = _verify_file(Path(str(what))) if is_file else _verify_database(what)
    for message in damage:
        click.echo(message)
    click.echo(say("온전하지 않습니다.") if damage else say("온전합니다."))
    click.get_current_context().exit(DAMAGED if damage else WHOLE)


class NotLookedAt(click.ClickException):
    """Nothing can be said of what was asked for."""

    exit_code = NOT_LOOKED_AT


def _give_up(message: Message) -> NotLookedAt:
    return NotLookedAt(str(message))


def _looked_at(path: Path) -> Look:
    try:
        return look(path)
    except OSError as error:
        raise _give_up(say("파일을 읽을 수 없습니다: %(why)s", why=error.strerror)) from error
    except NotABackup as error:
        raise _give_up(say("현답의 백업이 아니거나, 이 판이 읽을 수 없는 백업입니다: %(file)s", file=path)) from error


def _verify_file(path: Path) -> Sequence[Message]:
    found = _looked_at(path)
    if found.manifest is not None:
        _tell_manifest(found.manifest)
    if SQLITE_PART not in found.pieces:
        return found.damage
    with tempfile.TemporaryDirectory(prefix="verify-") as folder:
        part = Path(folder) / SQLITE_PART
        take_out(path, found.pieces[SQLITE_PART], part)
        engine = make_engine(f"sqlite:///{part}", writes=False)
        try:
            return (*found.damage, *_told(engine).damage)
        except OperationalError as error:
            return (*found.damage, say("손상: 데이터베이스를 읽을 수 없습니다: %(why)s", why=error.orig))
        finally:
            engine.dispose()


def _tell_manifest(manifest: Manifest) -> None:
    click.echo(
        say(
            "백업: %(made_at)s, 현답 %(version)s, %(database)s",
            made_at=manifest.made_at,
            version=manifest.version,
            database=manifest.database,
        )
    )
    if manifest.database == "postgresql":
        for head in manifest.logs:
            click.echo(_kept(str(head.log), head.number, head.hash))
        click.echo(say("PostgreSQL 백업은 파일의 모든 바이트를 봅니다. 기록의 사슬은 되살린 뒤 flask verify로 봅니다."))


def _kept(forum: str, number: int, last: str) -> Message:
    return say(
        "토론회 %(forum)s: 기록 %(number)s건, 마지막 해시 %(hash)s", forum=forum, number=f"{number:,}", hash=last[:12]
    )


def _verify_database(slug: str | None) -> Sequence[Message]:
    house = services().settings
    nothing = say("볼 데이터베이스가 없습니다. DATA_DIR과 DATABASE_URL을 보세요.")
    if kind_of(house.database_url) == "sqlite" and not sqlite_path(house.database_url).exists():
        raise _give_up(nothing)
    try:
        if not holds_the_house(database().read_engine):
            raise _give_up(nothing)
        only = None
        if slug is not None:
            with database().reading() as session:
                only = services().directory.forum_id(session, slug)
            if only is None:
                raise _give_up(say("그런 파일이나 토론회가 없습니다: %(what)s", what=slug))
        return _told(database().read_engine, only).damage
    except OperationalError as error:
        raise _give_up(say("데이터베이스가 대답하지 않습니다: %(why)s", why=error.orig)) from error


def _titles(engine: Engine) -> dict[int, str]:
    """How the forums are called; nothing where that cannot be read any more."""
    try:
        with Session(engine) as session:
            return dict(current_app.extensions["grant_scopes"](session))
    except SQLAlchemyError:
        return {}


def _told(engine: Engine, only: int | None = None) -> Findings:
    """Look at a database, saying how each log stands."""
    titles = _titles(engine)
    findings = check_database(engine, titles, current_app.extensions.get(CHECKS, ()), only=only)
    for state in findings.logs:
        forum = f"{state.log} {titles.get(state.log, '')}".strip()
        if state.broken is None:
            click.echo(
                say(
                    "토론회 %(forum)s: 기록 %(number)s건이 처음부터 끝까지 이어집니다. 마지막 해시 %(hash)s",
                    forum=forum,
                    number=f"{state.number:,}",
                    hash=state.hash[:12],
                )
            )
        else:
            click.echo(say("토론회 %(forum)s: 기록이 %(entry)s번째에서 끊깁니다.", forum=forum, entry=state.broken))
    return findings


COMMANDS: tuple[click.Command, ...] = (backup_command, restore_command, verify_command)
