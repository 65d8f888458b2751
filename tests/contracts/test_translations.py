"""English is complete: every Korean sentence in code and templates has one, with the same placeholders."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2 import Environment
from jinja2.ext import babel_extract

from core.i18n.catalog import FOLDER

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("core", "participation", "facilitation", "policy")
KEYWORDS = {"say": None, "say_plural": (1, 2), "_": None, "gettext": None, "ngettext": (1, 2), "translate": None}
PLACEHOLDER = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
HANGUL = re.compile("[가-힣]")


def _sentences() -> dict[str, str]:
    """Every sentence used, with the place where it stands."""
    found: dict[str, str] = {}
    sources = [(path, "python") for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    sources += [(ROOT / "app.py", "python")]
    sources += [(path, "jinja") for path in (ROOT / "templates").rglob("*.html")]
    for path, kind in sources:
        method = "python" if kind == "python" else _jinja
        for line, message, _, _ in extract(method, BytesIO(path.read_bytes()), keywords=KEYWORDS):
            for text in message if isinstance(message, tuple) else (message,):
                if text and HANGUL.search(text):
                    found.setdefault(text, f"{path.relative_to(ROOT)}:{line}")
    return found


def _jinja(fileobj, keywords, comment_tags, options):  # type: ignore[no-untyped-def]
    options = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
    return babel_extract(fileobj, keywords, comment_tags, options)


def _placeholders(text: str) -> set[str]:
    return {a or b for a, b in PLACEHOLDER.findall(text)}


def _entries() -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Every entry of the English files: name of the file, the Korean (and its plural), the English (and its plural)."""
    for path in sorted((FOLDER / "en").glob("*.po")):
        for message in read_po(BytesIO(path.read_bytes()), locale="en"):
            if message.id:
                source = message.id if isinstance(message.id, tuple) else (message.id,)
                target = message.string if isinstance(message.string, tuple) else (message.string,)
                yield path.name, tuple(source), tuple(target)


def test_every_sentence_has_an_english_one() -> None:
    known = {text for _, source, target in _entries() if all(target) for text in source}
    missing = {text: place for text, place in _sentences().items() if text not in known}
    assert missing == {}


def test_each_sentence_stands_in_one_file_so_that_it_has_one_english() -> None:
    """Words that several areas share stand in core.po; where one word needs two Englishes, the Korean says which."""
    files: dict[str, list[str]] = {}
    for path in sorted((FOLDER / "en").glob("*.po")):
        for text in re.findall(r'^msgid "(.+)"$', path.read_text(), re.MULTILINE):
            files.setdefault(text, []).append(path.name)
    assert files
    assert {text: names for text, names in files.items() if len(names) > 1} == {}


def test_no_english_is_left_over() -> None:
    used = _sentences()
    assert [(name, source[0]) for name, source, _ in _entries() if source[0] not in used] == []


def test_placeholders_are_the_same_in_english() -> None:
    different = []
    for name, source, target in _entries():
        wanted = set().union(*(_placeholders(text) for text in source))
        for text in target:
            if _placeholders(text) - wanted or (len(target) == 1 and wanted - _placeholders(text)):
                different.append((name, source[0], text))
    assert different == []


def test_english_sentences_hold_no_hangul_and_no_straight_quotes() -> None:
    allowed = re.compile("현답")
    found = [
        (name, text)
        for name, _, target in _entries()
        for text in target
        if HANGUL.search(allowed.sub("", text)) or re.search("['\"]", text)
    ]
    assert found == []


def test_templates_parse() -> None:
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for path in (ROOT / "templates").rglob("*.html"):
        environment.parse(path.read_text())
