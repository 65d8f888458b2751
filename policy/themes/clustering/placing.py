"""Says which theme one text belongs to, how surely, and by which words; or that nobody can tell."""

from __future__ import annotations

import numpy as np

from policy.themes.clustering.model import Model
from policy.themes.clustering.results import Placement, Reason, Text
from policy.themes.clustering.space import Floats

NEAR = 0.25
"""A text whose cosine with every theme's centre is below this has nothing near."""

CLEAR = 0.05
"""A text whose two nearest themes differ by less than this in cosine stands between them."""

ALIKE = 0.3
"""Texts below this cosine are not named as near."""

SOFTNESS = 0.2
"""Width of the softmax behind the confidence, in cosine."""

WORDS_SHOWN = 3


def place(text: Text, model: Model) -> Placement:
    """Return where a text stands in a fitted model; a text of the model itself is not its own neighbour.

    `near`: in `first`. `between`: the two nearest are too close to call. `nothing_near`: no theme within
    `NEAR`, or no word known.
    """
    vector = model.space.embed([text.tokens])[0]
    likeness = model.text_vectors @ vector if len(model.text_ids) else np.zeros(0)
    nearest = two_nearest(likeness[None, :], model.text_ids, (text.id,))[0]
    return judge(text, model, model.centres @ vector, nearest)


def judge(text: Text, model: Model, cosines: Floats, nearest: tuple[str, ...]) -> Placement:
    """Return the placement for a text of which the cosines `(k,)` with the centres are known."""
    order = np.argsort(-cosines, kind="stable")[:2]
    close = [(model.theme_ids[i], float(cosines[i])) for i in order if cosines[i] > 1e-9]
    if not close:
        return Placement(text.id, None, 0.0, Reason.NOTHING_NEAR, None, None, (), nearest)
    first, top = close[0]
    second, runner_up = close[1] if len(close) > 1 else (None, -1.0)
    reason = Reason.BETWEEN if top - runner_up < CLEAR else Reason.NEAR
    if top < NEAR:
        reason = Reason.NOTHING_NEAR
    return Placement(
        text_id=text.id,
        theme_id=first if reason is Reason.NEAR else None,
        confidence=confidence(cosines, int(order[0])),
        reason=reason,
        first=first,
        second=second,
        shared_words=shared_words(text, model, first),
        nearest=nearest,
    )


def confidence(cosines: Floats, chosen: int) -> float:
    """Return 0..1: the softmax share of the chosen theme times how near its centre is."""
    odds = np.exp((cosines - cosines.max()) / SOFTNESS)
    near = min(1.0, max(0.0, float(cosines[chosen])) / (2 * NEAR))
    return round(float(odds[chosen] / odds.sum()) * near, 4)


def explain(text: Text, model: Model, theme_id: str) -> tuple[tuple[str, float], ...]:
    """Return every known word of the text with its part of the cosine between text and theme, largest
    first. The parts add up to that cosine exactly, since text vectors are sums over words."""
    words, rows = model.space.parts(text.tokens)
    parts = rows @ model.centres[model.theme_ids.index(theme_id)]
    order = np.argsort(-parts, kind="stable")
    return tuple((words[i], float(parts[i])) for i in order)


def shared_words(text: Text, model: Model, theme_id: str) -> tuple[tuple[str, float], ...]:
    """Return the strongest words that pull the text to the theme, each with its share of all pull."""
    pull = [(word, part) for word, part in explain(text, model, theme_id) if part > 1e-9]
    whole = sum(part for _, part in pull)
    return tuple((word, round(part / whole, 4)) for word, part in pull[:WORDS_SHOWN])


def two_nearest(likeness: Floats, text_ids: tuple[str, ...], own: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return for each row of `(m, n)` cosines the ids of up to two texts alike, never the row's own."""
    left = likeness.copy()
    place_of = {id_: place for place, id_ in enumerate(text_ids)}
    for row, id_ in enumerate(own):
        if id_ in place_of:
            left[row, place_of[id_]] = -1.0
    found: list[list[str]] = [[] for _ in own]
    for _ in range(2 if left.shape[1] else 0):
        best = np.argmax(left, axis=1)
        for row, column in enumerate(best):
            if left[row, column] >= ALIKE:
                found[row].append(text_ids[column])
            left[row, column] = -1.0
    return [tuple(ids) for ids in found]
