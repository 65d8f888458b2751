"""Finding and ordering proposals at the desk: by words, by initial consonants, by table, round, origin."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from policy.themes.queries.desk import DeskProposal

PER_PAGE = 50
INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
FIRST_SYLLABLE, LAST_SYLLABLE, PER_INITIAL = 0xAC00, 0xD7A3, 588


class Sort(StrEnum):
    """In which order a theme's proposals stand."""

    ARRIVAL = "arrival"
    NEWEST = "newest"
    SUPPORT = "support"
    CENTRAL = "central"


@dataclass(frozen=True)
class Filters:
    """What an analyst asked to see; everything where nothing is asked."""

    words: str = ""
    table: int | None = None
    segment_id: int | None = None
    origin: str = ""
    sort: Sort = Sort.ARRIVAL
    page: int = 1

    @property
    def is_plain(self) -> bool:
        """Whether it is the first page of an unfiltered list."""
        return self == Filters()


@dataclass(frozen=True)
class Found:
    """One page of what was asked for."""

    proposals: tuple[DeskProposal, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


def initials(text: str) -> str:
    """The initial consonants of a text, everything else as it is: `횡단보도` gives `ㅎㄷㅂㄷ`."""
    return "".join(
        INITIALS[(ord(letter) - FIRST_SYLLABLE) // PER_INITIAL]
        if FIRST_SYLLABLE <= ord(letter) <= LAST_SYLLABLE
        else letter
        for letter in text
    )


def holds(text: str, words: str) -> bool:
    """Whether a text holds every word asked for; a word of consonants alone is looked for among initials."""
    lower = text.casefold()
    for word in words.casefold().split():
        within = initials(lower) if re.fullmatch(f"[{INITIALS}]+", word) else lower
        if word not in within:
            return False
    return True


def find(proposals: Sequence[DeskProposal], filters: Filters) -> Found:
    """The page asked for of the proposals that fit, in the order asked for; the last page where there are fewer."""
    fitting = [one for one in proposals if _fits(one, filters)]
    orders = {
        Sort.ARRIVAL: lambda one: one.id,
        Sort.NEWEST: lambda one: -one.id,
        Sort.SUPPORT: lambda one: (-one.support, one.id),
        Sort.CENTRAL: lambda one: (-one.confidence, one.id),
    }
    fitting.sort(key=orders[filters.sort])
    pages = max(1, -(-len(fitting) // PER_PAGE))
    page = min(max(1, filters.page), pages)
    shown = fitting[(page - 1) * PER_PAGE : page * PER_PAGE]
    return Found(tuple(shown), len(fitting), page)


def _fits(one: DeskProposal, filters: Filters) -> bool:
    return (
        (filters.table is None or one.table == filters.table)
        and (filters.segment_id is None or one.segment_id == filters.segment_id)
        and (not filters.origin or one.origin == filters.origin)
        and (not filters.words or (not one.hidden and holds(one.text, filters.words)))
    )
