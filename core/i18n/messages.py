"""Sentences that are put into the reader's language only where they are shown."""

from dataclasses import dataclass, field
from typing import Any

from core.i18n.catalog import translate, translate_plural
from core.i18n.particles import attach


@dataclass(frozen=True)
class Message:
    """A sentence (Korean source) with its values; `str()` gives the reader's language."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)
    plural: str | None = None

    def __str__(self) -> str:
        if self.plural is not None:
            template = translate_plural(self.text, self.plural, int(self.values["n"]))
        else:
            template = translate(self.text)
        return attach(template % self.values) if self.values else template


def say(text: str, **values: Any) -> Message:
    """A sentence to be translated when shown: `say("%(n)s번 테이블", n=3)`."""
    return Message(text, values)


def say_plural(singular: str, plural: str, **values: Any) -> Message:
    """A sentence that depends on the number `n` among its values."""
    return Message(singular, values, plural)
