"""Names a theme in residents' own words: phrases cut out of its texts as they were written."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from policy.themes.clustering.boilerplate import BOILERPLATE
from policy.themes.clustering.results import Text
from policy.themes.clustering.tokens import Morpheme, analyse, subject_words

TERMS_KEPT = 5
TEXTS_READ = 40
LETTERS_READ = 1000
LONGEST_PHRASE = 16
MOST_WORDS = 3
SINGLE_WORD = 0.8
"""A word alone ("버스") says less than a phrase ("버스 배차 간격"): it is worth this share of its score."""


NOUN_TAGS = frozenset({"NNG", "NNP", "SL"})
JOINED_TAGS = NOUN_TAGS | {"XPN", "XSN", "SN"}
PLURALS = frozenset({"들", "씩", "째", "님", "께"})
SURNAMES = frozenset(
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민나진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용"
)
PLACE_ENDINGS = re.compile(
    r"(시|군|구|동|읍|면|리|로|길|역|천|강|산|교|공원|시장|도|섬|항|만|대교|광장|마을|아파트|방범대|학교|대)$"
)
TITLES = frozenset(
    "씨 님 군 양 의원 시장 구청장 군수 도지사 대통령 장관 총리 후보 대표 위원장 회장 원장 교수 선생 "
    "선생님 판사 검사 변호사 기자 선수 배우 가수 박사 사장 이사장 목사 신부 스님 국장 과장 팀장 총장 "
    "청장 차관".split()
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A run of nouns as it stands in a text, and the tokens in it."""

    written: str
    tokens: frozenset[str]


def distinctive(inside: Sequence[Text], seen: Mapping[str, int], total: int) -> dict[str, float]:
    """Return a score for each word of a theme's texts: how many hold it, how much of its use is here,
    how rare it is. `seen` counts the texts of the whole that hold a word, `total` all texts."""
    here = Counter(word for text in inside for word in set(text.tokens))
    return {
        word: count * (count / seen[word]) * math.log(1 + total / seen[word])
        for word, count in here.items()
        if count > 1 or len(inside) < 4
    }


def best_terms(scores: Mapping[str, float], names: frozenset[str]) -> tuple[str, ...]:
    """Return the most distinctive words, none of them a person's name."""
    ranked = sorted((word for word in scores if word not in names), key=lambda word: (-scores[word], word))
    return tuple(ranked[:TERMS_KEPT])


def name_theme(
    central_first: Sequence[Text], seen: Mapping[str, int], total: int, taken: set[str]
) -> tuple[str, tuple[str, ...]]:
    """Return (label, terms) of a theme whose texts come most central first; adds the label to `taken`.

    The label is one phrase, or two joined by ` · ` where the first covers under half of the texts.
    It is empty when nothing in the texts reads as a name.
    """
    scores = distinctive(central_first, seen, total)
    read = [analyse(text.text[:LETTERS_READ]) for text in central_first[:TEXTS_READ]]
    names = frozenset(name for morphemes in read for name in people(morphemes))
    terms = best_terms(scores, names)
    phrases = [phrase for morphemes in read for phrase in dict.fromkeys(_phrases(morphemes, names))]
    chosen = _choose(phrases, scores, central_first, frozenset(terms), taken)
    plain = [term for term in terms if term not in taken and not term.endswith("다")][:1]
    taken.update(chosen or plain)
    return " · ".join(chosen or plain), terms


def people(morphemes: Sequence[Morpheme]) -> Iterator[str]:
    """Yield the words that may be a person's name: a proper noun that starts with a surname and does
    not end as places do, or any noun before a title. Rather one word too many than a name shown."""
    for place, here in enumerate(morphemes):
        after = morphemes[place + 1] if place + 1 < len(morphemes) else None
        if here.tag not in {"NNP", "NNG"} or not 2 <= len(here.form) <= 4:
            continue
        surname = here.form[0] in SURNAMES
        titled = after is not None and after.form in TITLES and surname and len(here.form) == 3
        named = here.tag == "NNP" and surname and not PLACE_ENDINGS.search(here.form)
        if titled or named:
            yield here.form


def _choose(
    phrases: Sequence[Phrase],
    scores: Mapping[str, float],
    texts: Sequence[Text],
    terms: frozenset[str],
    taken: set[str],
) -> list[str]:
    """Return one or two phrases by the distinctive words they hold and the texts they cover."""
    written = Counter(phrase.written for phrase in phrases)
    tokens = {phrase.written: phrase.tokens for phrase in phrases}
    worth = {
        text: sum(scores.get(token, 0.0) for token in tokens[text])
        * (1 + math.log(count) / 2)
        * (1.0 if len(tokens[text]) > 1 else SINGLE_WORD)
        for text, count in written.items()
        if tokens[text] & terms and text not in taken
    }
    ranked = sorted(worth, key=lambda text: (-worth[text], len(text), text))
    if not ranked:
        return []
    first = ranked[0]
    bags = [set(text.tokens) for text in texts]
    if sum(1 for bag in bags if bag & tokens[first]) * 2 >= len(bags):
        return [first]
    rest = [text for text in ranked[1:] if not tokens[text] & tokens[first] and not _overlap(text, first)]
    covers = {text: sum(1 for bag in bags if bag & tokens[text]) for text in rest[:20]}
    second = next((text for text in covers if covers[text] * 5 >= len(bags)), None)
    return [first] if second is None or len(first) + len(second) > 24 else [first, second]


def _overlap(one: str, other: str) -> bool:
    return one in other or other in one


def _phrases(morphemes: Sequence[Morpheme], names: frozenset[str]) -> Iterator[Phrase]:
    """Yield every run of one to three nouns between particles, without boilerplate at its edges."""
    run: list[Morpheme] = []
    for morpheme in [*morphemes, None]:
        fits = morpheme is not None and morpheme.tag in JOINED_TAGS and morpheme.form not in PLURALS
        if fits and morpheme is not None and morpheme.form not in names:
            run.append(morpheme)
            continue
        yield from _cut(run)
        run = []


def _cut(run: Sequence[Morpheme]) -> Iterator[Phrase]:
    for start in range(len(run)):
        for stop in range(start + 1, min(len(run), start + 5) + 1):
            part = run[start:stop]
            nouns = sum(1 for morpheme in part if morpheme.tag in NOUN_TAGS)
            if 1 <= nouns <= MOST_WORDS and _reads_well(run, start, stop):
                written = _as_written(part)
                tokens = frozenset(subject_words(part))
                if tokens and 2 <= len(written) <= LONGEST_PHRASE:
                    yield Phrase(written, tokens)


def _reads_well(run: Sequence[Morpheme], start: int, stop: int) -> bool:
    """No half words: an edge lies at a space or at the end of the run; no boilerplate, number or
    bare suffix at an edge."""
    first, last = run[start], run[stop - 1]
    whole_left = start == 0 or run[start - 1].end < first.start
    whole_right = stop == len(run) or last.end < run[stop].start
    edges = (first.form.lower(), last.form.lower())
    clean = not any(form in BOILERPLATE for form in edges)
    return whole_left and whole_right and clean and first.tag not in {"XSN", "SN"} and last.tag not in {"XPN", "SN"}


def _as_written(part: Sequence[Morpheme]) -> str:
    pieces = [part[0].form]
    for before, here in pairwise(part):
        pieces.append((" " if before.end < here.start else "") + here.form)
    return unicodedata.normalize("NFC", "".join(pieces))
