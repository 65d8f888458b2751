"""Operator's commands for themes."""

import csv
import io
import json
import time
from dataclasses import dataclass
from pathlib import Path

import click
from flask.cli import AppGroup

from core.i18n import say
from policy.themes.clustering import Result, discover, read

themes = AppGroup("themes", help="Themes of what residents say.")

ENCODINGS = ("utf-8-sig", "cp949")
LONGEST_FIELD = 10_000_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
NO_THEME = "-1"


@dataclass(frozen=True, slots=True)
class Rows:
    """The ids of a file's submissions as they stand there, and their texts."""

    ids: list[str]
    texts: list[str]


@themes.command("cluster", with_appcontext=False)
@click.argument("source", metavar="IN.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--text-column", required=True, help="The column that holds the text.")
@click.option("--id-column", help="The column that holds the id; the number of the row without it.")
@click.option("--themes", "wanted", type=click.IntRange(1, 200), help="How many themes; chosen by itself without it.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--out", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path))
def cluster(source: Path, text_column: str, id_column: str | None, wanted: int | None, seed: int, out: Path) -> None:
    """Group the submissions of any CSV file into themes; no database is touched.

    OUT gets id, theme (-1 for "cannot tell"), label, confidence, pinned. Prints one JSON object.
    """
    started = time.perf_counter()
    if out.exists() and out.samefile(source):
        raise click.ClickException(str(say("읽는 파일에 덮어쓸 수 없습니다. --out에 다른 이름을 주세요.")))
    rows = _read_rows(source, text_column, id_column)
    texts = read((str(place), text) for place, text in enumerate(rows.texts))
    result = discover(texts, themes=wanted, seed=seed)
    _write(out, rows, result)
    unplaced = sum(1 for one in result.placements if one.theme_id is None)
    summary = {
        "n": len(texts),
        "themes": len(result.themes),
        "unplaced": unplaced,
        "seconds": round(time.perf_counter() - started, 3),
        "stability": result.stability,
    }
    click.echo(json.dumps(summary))


def _read_rows(source: Path, text_column: str, id_column: str | None) -> Rows:
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.DictReader(io.StringIO(_decoded(source), newline=""))
    try:
        columns = [name.strip() for name in reader.fieldnames or []]
        if not columns:
            raise click.ClickException(str(say("빈 파일입니다. 첫 줄에 열 이름이 있어야 합니다.")))
        reader.fieldnames = columns
        for wanted in (text_column, id_column):
            if wanted is not None and wanted not in columns:
                there = ", ".join(columns)
                message = say("열 “%(name)s”이(가) 없습니다. 있는 열: %(columns)s", name=wanted, columns=there)
                raise click.ClickException(str(message))
        kept = list(reader)
    except csv.Error as error:
        message = say("CSV로 읽을 수 없습니다(%(line)s번째 줄): %(why)s", line=reader.line_num, why=error)
        raise click.ClickException(str(message)) from error
    ids = [(row[id_column] or "") if id_column else str(number) for number, row in enumerate(kept, start=1)]
    return Rows(ids, [row[text_column] or "" for row in kept])


def _decoded(source: Path) -> str:
    """Return the file's text: UTF-8 with or without a byte order mark, else the Korean Windows encoding."""
    try:
        data = source.read_bytes()
    except OSError as error:
        raise click.ClickException(str(say("파일을 읽을 수 없습니다: %(why)s", why=error.strerror))) from error
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise click.ClickException(str(say("글자를 읽을 수 없습니다. UTF-8이나 CP949로 저장한 CSV를 주세요.")))


def _write(out: Path, rows: Rows, result: Result) -> None:
    labels = {theme.id: theme.label for theme in result.themes}
    try:
        with out.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(("id", "theme", "label", "confidence", "pinned"))
            for place, one in enumerate(result.placements):
                label = _plain(labels.get(one.theme_id or "", ""))
                theme = one.theme_id or NO_THEME
                writer.writerow((rows.ids[place], theme, label, one.confidence, int(one.pinned)))
    except OSError as error:
        raise click.ClickException(str(say("파일을 쓸 수 없습니다: %(why)s", why=error.strerror))) from error


def _plain(cell: str) -> str:
    """Return the cell so that no spreadsheet takes it for a formula."""
    return "'" + cell if cell.startswith(FORMULA_STARTS) else cell
