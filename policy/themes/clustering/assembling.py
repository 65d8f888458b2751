"""Turns labels of texts into themes with names and placements with reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count

import numpy as np

from policy.themes.clustering.labels import name_theme
from policy.themes.clustering.model import Model
from policy.themes.clustering.placing import confidence, judge, two_nearest
from policy.themes.clustering.results import Placement, Reason, Text, Theme
from policy.themes.clustering.space import Floats

CENTRAL_SHOWN = 3
ROWS_AT_ONCE = 1000


def place_all(texts: Sequence[Text], model: Model, keep: Mapping[str, str]) -> tuple[Placement, ...]:
    """Return the placement of every text of the model, in order. A text in `keep` (text id to theme id)
    stays in that theme however near others are."""
    cosines = model.text_vectors @ model.centres.T
    near = _neighbours(model)
    placements = []
    for row, text in enumerate(texts):
        found = judge(text, model, cosines[row], near[row])
        home = keep.get(text.id)
        placements.append(found if home is None else _kept(found, home, model, cosines[row]))
    return tuple(placements)


def pin(placements: Iterable[Placement], pinned: Mapping[str, str]) -> tuple[Placement, ...]:
    """Return the placements with those that a person made marked as such, and sure."""
    return tuple(
        replace(one, theme_id=pinned[one.text_id], confidence=1.0, reason=Reason.NEAR, pinned=True)
        if one.text_id in pinned
        else one
        for one in placements
    )


def describe(texts: Sequence[Text], model: Model, homes: Sequence[str | None]) -> tuple[Theme, ...]:
    """Return the themes that hold texts, largest first, with labels that differ from each other."""
    seen = Counter(word for text in texts for word in set(text.tokens))
    sizes = Counter(home for home in homes if home is not None)
    taken: set[str] = set()
    themes = []
    for theme_id in sorted(sizes, key=lambda id_: (-sizes[id_], model.theme_ids.index(id_))):
        centre = model.centres[model.theme_ids.index(theme_id)]
        rows = np.array([row for row, home in enumerate(homes) if home == theme_id])
        inside = central_first(rows, model.text_vectors, centre, texts)
        label, terms = name_theme(inside, seen, len(texts), taken)
        central = tuple(text.id for text in inside[:CENTRAL_SHOWN])
        themes.append(Theme(theme_id, label, terms, central, sizes[theme_id]))
    return tuple(themes)


def central_first(
    rows: Sequence[int] | np.ndarray, vectors: Floats, centre: Floats, texts: Sequence[Text]
) -> list[Text]:
    """Return the texts of these rows, nearest to the centre first."""
    order = np.argsort(-(vectors[rows] @ centre), kind="stable")
    return [texts[rows[i]] for i in order]


def fresh_ids(taken: Collection[str]) -> Iterator[str]:
    """Yield "1", "2", ... without those taken."""
    return (str(number) for number in count(1) if str(number) not in taken)


def _kept(found: Placement, home: str, model: Model, cosines: Floats) -> Placement:
    if found.theme_id == home:
        return found
    sure = confidence(cosines, model.theme_ids.index(home))
    return replace(found, theme_id=home, confidence=sure, reason=Reason.NEAR)


def _neighbours(model: Model) -> list[tuple[str, ...]]:
    vectors, ids = model.text_vectors, model.text_ids
    found: list[tuple[str, ...]] = []
    for start in range(0, len(ids), ROWS_AT_ONCE):
        stop = start + ROWS_AT_ONCE
        found += two_nearest(vectors[start:stop] @ vectors.T, ids, ids[start:stop])
    return found
