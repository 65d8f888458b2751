"""Cuts a text into the words that carry its subject: Korean morphemes by Kiwi, English words lower-cased."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from kiwipiepy import Kiwi, Token

from policy.themes.clustering.boilerplate import BOILERPLATE

TOKENISER = "kiwi-0.24/civic-1"
"""Stored beside kept tokens: tokens made under another name are to be made again."""

# Words of civic life that the analyser cuts or reads differently from one sentence to the next.
CIVIC_NOUNS = (
    "돌봄",
    "나눔터",
    "밤길",
    "다회용기",
    "센서등",
    "그늘막",
    "층간소음",
    "킥보드",
    "따릉이",
    "주정차",
    "온종일",
)
CONTENT_TAGS = frozenset({"NNG", "NNP", "XR", "SL", "SH"})
VERB_TAGS = frozenset({"VV", "VA"})
LONGEST_WORD = 40


@dataclass(frozen=True, slots=True)
class Morpheme:
    """One morpheme with its part of speech (Sejong tags, without Kiwi's -I and -R) and its place."""

    form: str
    tag: str
    start: int
    end: int


_lock = threading.Lock()
_broken = re.compile("[\ud800-\udfff]")
_without_words = re.compile(r"[\s가-힣A-Za-z]+")


@cache
def _analyser() -> Kiwi:
    kiwi = Kiwi(num_workers=1)
    for noun in CIVIC_NOUNS:
        kiwi.add_user_word(noun, cast(Any, "NNG"), 0.0)
    return kiwi


def warm_up() -> None:
    """Load the analyser now (1 to 4 seconds, once a process) rather than at the first proposal."""
    with _lock:
        _analyser().tokenize("시작")


def tokenise(texts: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the subject words of each text, in order, repeats kept.

    Nouns, roots, verbs and adjectives (as `걷다`) stay, boilerplate goes. A text with none of these
    gives the pairs of its characters other than Hangul syllables and Latin letters (emoji, digits,
    other scripts); mere asking (`해 주세요`) gives an empty tuple, so that no theme of it arises.
    Same text, same tokens, whatever stands beside it.
    """
    return [_tokens_of(text) for text in texts]


def normal(text: str) -> str:
    """Return the NFC form, with a space for each half of a broken surrogate pair: Kiwi cannot read those."""
    return _broken.sub(" ", unicodedata.normalize("NFC", text))


def analyse(text: str) -> list[Morpheme]:
    """Return the morphemes of the NFC-normalised text in order; safe from several threads."""
    with _lock:
        found = cast("list[Token]", _analyser().tokenize(normal(text)))
    return [Morpheme(m.form, m.tag.partition("-")[0], m.start, m.start + m.len) for m in found]


def _tokens_of(text: str) -> tuple[str, ...]:
    return tuple(subject_words(analyse(text))) or _character_pairs(text)


def subject_words(morphemes: Iterable[Morpheme]) -> Iterator[str]:
    """Yield the tokens of a run of morphemes, boilerplate left out."""
    return (word for word in _words(morphemes) if word not in BOILERPLATE and len(word) <= LONGEST_WORD)


def _words(morphemes: Iterable[Morpheme]) -> Iterator[str]:
    prefix = ""
    for morpheme in morphemes:
        tag = morpheme.tag
        if tag == "XPN":
            prefix = morpheme.form
            continue
        if tag in CONTENT_TAGS:
            yield _english(morpheme.form) if tag == "SL" else prefix + morpheme.form
        elif tag in VERB_TAGS:
            yield morpheme.form + "다"
        prefix = ""


def _english(word: str) -> str:
    """Lower-case, and plural to singular so that `lights` meets `light`."""
    lower = word.lower()
    if len(lower) > 4 and lower.endswith("ies"):
        return lower[:-3] + "y"
    if len(lower) > 3 and lower.endswith("s") and not lower.endswith(("ss", "us", "is")):
        return lower[:-1]
    return lower


def _character_pairs(text: str) -> tuple[str, ...]:
    rest = _without_words.sub("", normal(text))[:2000]
    if len(rest) < 2:
        return (rest,) if rest else ()
    return tuple(rest[i : i + 2] for i in range(len(rest) - 1))
