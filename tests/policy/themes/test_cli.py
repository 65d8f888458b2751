"""The command that groups any CSV file."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from core.i18n import using_locale
from policy.themes.cli import themes
from tests.policy.themes.clustering.sentences import SENTENCES


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(themes, ["cluster", *map(str, arguments)])


def write(path: Path, encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("번호", "내용"))
        writer.writerows((id_, sentence) for id_, _, sentence in SENTENCES)
    return path


def read_back(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_a_file_is_grouped_and_the_figures_printed(tmp_path: Path, encoding: str) -> None:
    source, out = write(tmp_path / "in.csv", encoding), tmp_path / "out.csv"
    done = run(source, "--text-column", "내용", "--id-column", "번호", "--out", out)
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    rows = read_back(out)
    assert list(figures) == ["n", "themes", "unplaced", "seconds", "stability"]
    assert list(rows[0]) == ["id", "theme", "label", "confidence", "pinned"]
    assert [row["id"] for row in rows] == [id_ for id_, _, _ in SENTENCES]
    assert figures["n"] == len(rows) == 70
    assert figures["unplaced"] == sum(row["theme"] == "-1" for row in rows)
    assert figures["themes"] == len({row["theme"] for row in rows} - {"-1"})
    assert all(row["label"] for row in rows if row["theme"] != "-1")
    assert {row["pinned"] for row in rows} == {"0"}
    assert all(0 <= float(row["confidence"]) <= 1 for row in rows)


def test_number_and_seed_are_kept_and_rows_numbered_without_ids(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv")
    outs = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for out in outs:
        assert run(source, "--text-column", "내용", "--themes", 3, "--seed", 5, "--out", out).exit_code == 0
    assert outs[0].read_bytes() == outs[1].read_bytes()
    assert [row["id"] for row in read_back(outs[0])][:3] == ["1", "2", "3"]
    assert len({row["theme"] for row in read_back(outs[0])} - {"-1"}) == 3


def test_a_file_with_columns_only_gives_columns_only(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text\n", encoding="utf-8")
    done = run(tmp_path / "in.csv", "--text-column", "text", "--out", tmp_path / "out.csv")
    assert json.loads(done.stdout)["n"] == 0
    assert read_back(tmp_path / "out.csv") == []


def test_repeated_ids_and_short_rows_are_carried(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,text\n7,가로등\n7\n7,\n", encoding="utf-8")
    done = run(tmp_path / "in.csv", "--text-column", "text", "--id-column", "id", "--out", tmp_path / "out.csv")
    assert done.exit_code == 0
    assert [(row["id"], row["theme"]) for row in read_back(tmp_path / "out.csv")] == [("7", "-1")] * 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "빈 파일입니다"),
        ("다른 열\n가\n".encode(), "열 “text”이 없습니다. 있는 열: 다른 열"),
        (b"text\n\xff\xfe\x00\x81", "UTF-8"),
        (b'text\n"' + b"a" * 10_000_001, "CSV로 읽을 수 없습니다"),
    ],
)
def test_what_cannot_be_read_is_said_in_words(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "in.csv").write_bytes(content)
    done = run(tmp_path / "in.csv", "--text-column", "text", "--out", tmp_path / "out.csv")
    assert done.exit_code == 1
    assert said in done.output
    assert not (tmp_path / "out.csv").exists()


def test_messages_come_in_english_too(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a,b\n", encoding="utf-8")
    with using_locale("en"):
        done = run(tmp_path / "in.csv", "--text-column", "text", "--out", tmp_path / "out.csv")
    assert "There is no column “text”. Columns: a, b" in done.output


def test_the_source_is_not_written_over(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv")
    before = source.read_bytes()
    assert run(source, "--text-column", "내용", "--out", source).exit_code == 1
    assert source.read_bytes() == before


def test_a_missing_file_or_folder_is_an_error_not_a_traceback(tmp_path: Path) -> None:
    assert run(tmp_path / "none.csv", "--text-column", "a", "--out", tmp_path / "out.csv").exit_code == 2
    done = run(write(tmp_path / "in.csv"), "--text-column", "내용", "--out", tmp_path / "no" / "out.csv")
    assert done.exit_code == 1
    assert "파일을 쓸 수 없습니다" in done.output
