"""Languages: Korean is the source, English a complete catalogue merged from `translations/en/*.po`."""

import gettext as gnu
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = ("ko", "en")
DEFAULT = "ko"
FOLDER = Path(__file__).resolve().parents[2] / "translations"
_locale: ContextVar[str] = ContextVar("locale", default=DEFAULT)


def current_locale() -> str:
    """The language being written for: `ko` or `en`."""
    return _locale.get()


def set_locale(locale: str) -> None:
    """Write for `locale` from here on in this context; an unknown one means Korean."""
    _locale.set(locale if locale in LOCALES else DEFAULT)


@contextmanager
def using_locale(locale: str) -> Iterator[None]:
    """Write for `locale` inside the block."""
    token = _locale.set(locale if locale in LOCALES else DEFAULT)
    try:
        yield
    finally:
        _locale.reset(token)


def read_catalogue(locale: str) -> Catalog:
    """All `.po` files of one language as one catalogue; each sentence stands in one of them."""
    merged = Catalog(locale=locale)
    for path in sorted((FOLDER / locale).glob("*.po")):
        with path.open("rb") as stream:
            for message in read_po(stream, locale=locale):
                if message.id and message.string:
                    merged.add(message.id, message.string)
    return merged


@cache
def _translations(locale: str) -> gnu.NullTranslations:
    if locale == DEFAULT:
        return gnu.NullTranslations()
    buffer = BytesIO()
    write_mo(buffer, read_catalogue(locale))
    buffer.seek(0)
    return gnu.GNUTranslations(buffer)


def translate(text: str) -> str:
    """`text` (Korean source) in the current language."""
    return _translations(_locale.get()).gettext(text)


def translate_plural(singular: str, plural: str, n: int) -> str:
    """The form for `n` in the current language; Korean has one form."""
    if _locale.get() == DEFAULT:
        return singular
    return _translations(_locale.get()).ngettext(singular, plural, n)
