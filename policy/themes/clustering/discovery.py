"""Finds themes among the texts of a forum for the first time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.metrics import adjusted_rand_score

from policy.themes.clustering.assembling import describe, fresh_ids, pin, place_all
from policy.themes.clustering.model import model_of
from policy.themes.clustering.results import Placement, Result, Text
from policy.themes.clustering.space import FEW_TEXTS, Floats, fit_space, unit, word_likeness
from policy.themes.clustering.spherical import FREE, Labels, centres_of, choose_k, cluster, settle

SMALLEST_THEME = 3
"""A group of fewer texts is no theme, unless a person made it."""

NEIGHBOURS = 8
SMOOTHED_UP_TO = 5000
RESAMPLES, RESAMPLES_OF_MANY, MANY = 4, 2, 1000


def discover(
    texts: Sequence[Text],
    *,
    themes: int | None = None,
    seed: int = 0,
    pinned: Mapping[str, str] | None = None,
) -> Result:
    """Group the texts and return themes, placements and stability; the same input gives the same output.

    `themes` is the number to look for, chosen by silhouette when None. `pinned` maps text id to theme
    id: those texts stay there, and their themes exist whatever their size. Under `FEW_TEXTS` texts only
    pinned themes exist. New themes get the ids "1", "2", ... that no pin uses. Stability is the mean
    adjusted Rand index of the grouping with groupings of four fifths of the texts, 0 without themes.
    """
    pins = {text.id: pinned[text.id] for text in texts if pinned and text.id in pinned}
    space = fit_space([text.tokens for text in texts])
    vectors = space.embed([text.tokens for text in texts])
    names = list(dict.fromkeys(pins.values()))
    held = np.array([names.index(pins[t.id]) if t.id in pins else FREE for t in texts], dtype=np.int64)
    labels = held.copy()
    stability = 0.0
    if len(texts) >= FEW_TEXTS:
        labels = _group(vectors, held, themes=themes, seed=seed, pinned=len(names))
        stability = _stability(texts, labels, held, seed=seed, pinned=len(names))
    ids = _identify(labels, names, set(names))
    while True:
        model = model_of(space, texts, vectors, labels=labels, theme_ids=ids, held=held)
        placements = pin(place_all(texts, model, pins), pins)
        sizes = Counter(one.theme_id for one in placements)
        weak = [i for i, id_ in enumerate(ids) if id_ not in names and sizes[id_] < SMALLEST_THEME]
        if not weak:
            break
        labels, ids = _without(labels, ids, weak[-1])
    found = describe(texts, model, [one.theme_id for one in placements])
    return Result(found, placements, stability if found else 0.0)


def near_pairs(texts: Sequence[Text], limit: int = 10) -> tuple[tuple[str, str, float], ...]:
    """Return the pairs of texts that are most alike, nearest first, with the TF-IDF cosine: what there is
    to show while there are too few texts for themes. Reads at most the first 500 texts."""
    read = list(texts)[:500]
    likeness = np.triu(word_likeness([text.tokens for text in read]), k=1)
    rows, columns = np.nonzero(likeness >= 0.1)
    order = np.argsort(-likeness[rows, columns], kind="stable")[:limit]
    return tuple((read[rows[i]].id, read[columns[i]].id, round(float(likeness[rows[i], columns[i]]), 4)) for i in order)


def _group(vectors: Floats, held: Labels, *, themes: int | None, seed: int, pinned: int) -> Labels:
    """Return labels, `FREE` for texts without a known word; labels under `pinned` are the held ones."""
    usable = np.flatnonzero(np.abs(vectors).sum(axis=1) > 0)
    labels = held.copy()
    if not len(usable):
        return labels
    points, fixed = vectors[usable], held[usable]
    smooth = _smoothed(points)
    if themes is None:
        k, found = choose_k(smooth, fixed, seed=seed)
    else:
        distinct = len(np.unique(np.round(points, 6), axis=0))
        k = max(1, int(fixed.max(initial=FREE)) + 1, min(themes, distinct))
        found = cluster(smooth, k, seed=seed, held=fixed)
    # Smoothing finds the themes; a text belongs where its own words put it.
    labels[usable] = settle(points, centres_of(points, found, k, fixed), fixed)
    return labels


def _smoothed(points: Floats) -> Floats:
    """Return each vector mixed half and half with the mean of its neighbours, so that single words of
    short texts weigh less. Needs n² work, so only for up to `SMOOTHED_UP_TO` texts."""
    n = len(points)
    if not 2 * NEIGHBOURS < n <= SMOOTHED_UP_TO:
        return points
    likeness = points @ points.T
    np.fill_diagonal(likeness, -1.0)
    near = np.argpartition(-likeness, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    return unit(points + unit(points[near].mean(axis=1)))


def _identify(labels: Labels, names: Sequence[str], taken: set[str]) -> list[str]:
    """Return a theme id for each label: the pinned ones keep theirs, the others are numbered by size."""
    sizes = Counter(int(label) for label in labels if label >= len(names))
    new = fresh_ids(taken)
    by_size = {label: next(new) for label in sorted(sizes, key=lambda label: (-sizes[label], label))}
    top = max([len(names) - 1, *by_size]) + 1
    return [*names, *(by_size.get(label) or next(new) for label in range(len(names), top))]


def _without(labels: Labels, ids: Sequence[str], gone: int) -> tuple[Labels, list[str]]:
    left = np.where(labels == gone, FREE, np.where(labels > gone, labels - 1, labels))
    return left, [id_ for place, id_ in enumerate(ids) if place != gone]


def _stability(texts: Sequence[Text], labels: Labels, held: Labels, *, seed: int, pinned: int) -> float:
    k = len(set(labels.tolist()) - {FREE})
    if k < 2:
        return 1.0 if k else 0.0
    random = np.random.default_rng(seed)
    scores = []
    for turn in range(RESAMPLES if len(texts) <= MANY else RESAMPLES_OF_MANY):
        rows = np.sort(random.permutation(len(texts))[: max(FEW_TEXTS, len(texts) * 4 // 5)])
        kept = [texts[row].tokens for row in rows]
        vectors = fit_space(kept).embed(kept)
        again = _group(vectors, held[rows], themes=k, seed=seed + turn + 1, pinned=pinned)
        both = (again != FREE) & (labels[rows] != FREE)
        scores.append(float(adjusted_rand_score(labels[rows][both], again[both])))
    return round(max(0.0, float(np.mean(scores))), 4)


def placements_of(result: Result) -> dict[str, str]:
    """Return text id to theme id of the texts that were placed, as `refresh` and `fit` take it."""
    placed: list[Placement] = [one for one in result.placements if one.theme_id is not None]
    return {one.text_id: one.theme_id for one in placed if one.theme_id is not None}
