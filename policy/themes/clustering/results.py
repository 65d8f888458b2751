"""What goes into grouping and what comes out of it: plain frozen records, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a text stands in its theme, or in none."""

    NEAR = "near"
    NOTHING_NEAR = "nothing_near"
    BETWEEN = "between"


@dataclass(frozen=True, slots=True)
class Text:
    """One proposal: its words as written and the tokens kept beside it (see `tokens.TOKENISER`)."""

    id: str
    text: str
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one text stands. `theme_id` is None for "cannot tell"; `reason` then says which kind.

    `first` and `second` are the two nearest themes, also where the text was placed in neither;
    `confidence` is 0..1; `shared_words` are the words that pull towards `first`, each with its share
    of that pull; `nearest` are up to two texts that say nearly the same.
    """

    text_id: str
    theme_id: str | None
    confidence: float
    reason: Reason
    first: str | None
    second: str | None
    shared_words: tuple[tuple[str, float], ...]
    nearest: tuple[str, ...]
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme: a label in residents' words (empty where none reads well), its distinctive terms,
    the ids of its most central texts, and how many texts it holds."""

    id: str
    label: str
    terms: tuple[str, ...]
    central: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A theme that unplaced texts would make together. Nothing moves until a person takes it up."""

    theme: Theme
    text_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """Themes by falling size, one placement a text in the order of the input, and stability 0..1."""

    themes: tuple[Theme, ...]
    placements: tuple[Placement, ...]
    stability: float
    suggestions: tuple[Suggestion, ...] = ()
