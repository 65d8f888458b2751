"""Korean first, English complete: sentences, particles, dates."""

from core.i18n.catalog import LOCALES, current_locale, set_locale, translate, using_locale
from core.i18n.messages import Message, say, say_plural

__all__ = [
    "LOCALES",
    "Message",
    "current_locale",
    "in_language",
    "say",
    "say_plural",
    "set_locale",
    "translate",
    "using_locale",
]


def in_language(ko: str, en: str | None) -> str:
    """A text kept in both languages as the reader should see it: English falls back to Korean."""
    return en if current_locale() == "en" and en else ko
