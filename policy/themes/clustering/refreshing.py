"""Carries themes on when texts have been added: what stood stays, new themes are only suggested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from policy.themes.clustering.assembling import describe, fresh_ids, pin, place_all
from policy.themes.clustering.discovery import discover
from policy.themes.clustering.model import Model, model_of
from policy.themes.clustering.results import Placement, Result, Suggestion, Text
from policy.themes.clustering.space import Floats, fit_space
from policy.themes.clustering.spherical import FREE, Labels, centres_of, cluster

MOVES_FOR = 0.35
"""A text that the machine placed changes its theme only for one nearer by this much in cosine."""

ROUNDS = 5
ENOUGH = 6
"""So many unplaced texts that hold together are worth a suggestion."""

TOGETHER = 0.5
"""Least cosine with the middle of a suggested theme; six texts with nothing in common reach 0.41."""

MOST_SUGGESTED = 5


def refresh(
    texts: Sequence[Text],
    current: Mapping[str, str],
    pinned: Mapping[str, str] | None = None,
    seed: int = 0,
) -> Result:
    """Place the texts among the themes there are, warm-started from where they stand.

    `current` and `pinned` map text id to theme id. Theme ids stay, pinned texts never move, others move
    only for a much nearer theme, new texts are placed or left at "cannot tell". At least `ENOUGH`
    unplaced texts that hold together come back as suggestions with provisional ids. Stability is the
    share of the unpinned texts of `current` that stayed. Without any theme yet this is `discover`.
    """
    ids = {text.id for text in texts}
    pins = {id_: theme for id_, theme in (pinned or {}).items() if id_ in ids}
    homes = {**{id_: theme for id_, theme in current.items() if id_ in ids}, **pins}
    if not homes:
        return discover(texts, seed=seed)
    model, kept = _settled(texts, homes, pins)
    placements = pin(place_all(texts, model, kept), pins)
    found = describe(texts, model, [one.theme_id for one in placements])
    free = [id_ for id_ in homes if id_ not in pins]
    stayed = sum(1 for one in placements if one.text_id not in pins and one.theme_id == homes.get(one.text_id, ""))
    return Result(
        themes=found,
        placements=placements,
        stability=round(stayed / len(free), 4) if free else 1.0,
        suggestions=_suggestions(texts, model, placements, seed),
    )


def _settled(texts: Sequence[Text], homes: Mapping[str, str], pins: Mapping[str, str]) -> tuple[Model, dict[str, str]]:
    """Return the model of the old themes over the new texts, and the theme of each text that had one."""
    space = fit_space([text.tokens for text in texts])
    vectors = space.embed([text.tokens for text in texts])
    themes = list(dict.fromkeys(homes[text.id] for text in texts if text.id in homes))
    place = {theme: i for i, theme in enumerate(themes)}
    labels = np.array([place[homes[t.id]] if t.id in homes else FREE for t in texts], dtype=np.int64)
    held = np.array([place[pins[t.id]] if t.id in pins else FREE for t in texts], dtype=np.int64)
    movable = (labels != FREE) & (held == FREE)
    for _ in range(ROUNDS):
        moved = _move(vectors, centres_of(vectors, labels, len(themes), held), labels, movable)
        if np.array_equal(moved, labels):
            break
        labels = moved
    model = model_of(space, texts, vectors, labels=labels, theme_ids=themes, held=held)
    return model, {t.id: themes[labels[row]] for row, t in enumerate(texts) if labels[row] != FREE}


def _move(vectors: Floats, centres: Floats, labels: Labels, movable: np.ndarray) -> Labels:
    """Return the labels after moving the texts that are far better off elsewhere; no theme is emptied."""
    cosines = vectors @ centres.T
    best = np.argmax(cosines, axis=1)
    gain = cosines.max(axis=1) - cosines[np.arange(len(labels)), np.maximum(labels, 0)]
    moved = np.where(movable & (gain >= MOVES_FOR), best, labels)
    sizes = np.bincount(moved[moved >= 0], minlength=len(centres))
    emptied = np.isin(labels, np.flatnonzero(sizes == 0))
    return np.where(emptied, labels, moved)


def _suggestions(
    texts: Sequence[Text], model: Model, placements: Sequence[Placement], seed: int
) -> tuple[Suggestion, ...]:
    """Return the themes that unplaced texts would make, largest first."""
    lengths = np.abs(model.text_vectors).sum(axis=1)
    rows = np.array([i for i, one in enumerate(placements) if one.theme_id is None and lengths[i] > 0], int)
    if len(rows) < ENOUGH:
        return ()
    points = model.text_vectors[rows]
    most = min(len(np.unique(np.round(points, 6), axis=0)), MOST_SUGGESTED, len(rows) // ENOUGH + 1)
    tried = [_holding_together(points, k, seed) for k in range(1, most + 1)]
    labels, centres = max(tried, key=lambda one: int((one[0] != FREE).sum()))
    new = fresh_ids(set(model.theme_ids))
    names = tuple(next(new) for _ in centres)
    homes: list[str | None] = [None] * len(texts)
    for row, label in zip(rows, labels, strict=True):
        homes[row] = None if label == FREE else names[label]
    offered = replace(model, theme_ids=names, centres=centres)
    return tuple(
        Suggestion(theme, tuple(texts[row].id for row, home in enumerate(homes) if home == theme.id))
        for theme in describe(texts, offered, homes)
        if theme.label
    )


def _holding_together(points: Floats, k: int, seed: int) -> tuple[Labels, Floats]:
    """Return labels and centres of k groups; `FREE` for texts far from the middle or in a small group."""
    free = np.full(len(points), FREE, dtype=np.int64)
    labels = cluster(points, k, seed=seed)
    centres = centres_of(points, labels, k, free)
    close = np.einsum("ij,ij->i", points, centres[labels]) >= TOGETHER
    sizes = np.bincount(labels[close], minlength=k)
    return np.where(close & (sizes[labels] >= ENOUGH), labels, FREE), centres
