"""k-means on the unit sphere, with texts that a person has placed held where they are.

Spherical k-means after Dhillon and Modha (2001), seeded as k-means++ (Arthur and Vassilvitskii 2007);
held texts as in constrained k-means (Basu, Banerjee and Mooney 2002).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.metrics import silhouette_score

from policy.themes.clustering.space import Floats, unit

Labels = NDArray[np.int64]

PIN_WEIGHT = 5.0
STARTS = 10
ROUNDS = 50
THEME_COSTS = 0.025
"""A further theme has to raise the silhouette by this much, else ever smaller themes win."""

FREE = -1


def cluster(points: Floats, k: int, *, seed: int, held: Labels | None = None) -> Labels:
    """Return `(n,)` labels 0..k-1 of the best of `STARTS` seeded starts.

    `points` are `(n, d)` of length 1. `held[i]` is the label point i must keep, or `FREE`; the labels
    named in it are expected to be 0..p-1 with p <= k.
    """
    held = np.full(len(points), FREE) if held is None else held
    random = np.random.default_rng(seed)
    fits, groupings = [], []
    for _ in range(STARTS):
        labels = settle(points, _first_centres(points, k, held, random), held)
        fits.append(float(np.einsum("ij,ij->", points, centres_of(points, labels, k, held)[labels])))
        groupings.append(labels)
    return groupings[int(np.argmax(np.round(fits, 9)))]


def settle(points: Floats, centres: Floats, held: Labels) -> Labels:
    """Return the labels at which moving centres and moving texts comes to rest."""
    labels = _nearest(points, centres, held)
    for _ in range(ROUNDS):
        moved = _nearest(points, centres_of(points, labels, len(centres), held), held)
        if np.array_equal(moved, labels):
            break
        labels = moved
    return labels


def centres_of(points: Floats, labels: Labels, k: int, held: Labels) -> Floats:
    """Return `(k, d)` mean directions; held texts count `PIN_WEIGHT` times; an empty group takes the
    text that fits its own group worst."""
    inside = labels >= 0
    weights = np.where(held == FREE, 1.0, PIN_WEIGHT)[inside]
    members = sparse.csr_matrix((weights, (labels[inside], np.flatnonzero(inside))), shape=(k, len(points)))
    centres = unit(members @ points)
    empty = np.flatnonzero(np.bincount(labels[inside], minlength=k) == 0)
    if len(empty) and inside.any():
        fits = np.where(inside, np.einsum("ij,ij->i", points, centres[labels]), np.inf)
        centres[empty] = points[np.argsort(fits, kind="stable")[: len(empty)]]
    return centres


def choose_k(points: Floats, held: Labels, *, seed: int) -> tuple[int, Labels]:
    """Return the number of groups with the best silhouette (Rousseeuw 1987), less a price for each group
    and for tiny and swollen ones, and the grouping; about 3..10 for 30..200 texts, never over 24."""
    n, fixed = len(points), int(held.max(initial=FREE)) + 1
    distinct = len(np.unique(np.round(points, 6), axis=0))
    if distinct < 3:
        k = max(1, fixed, min(distinct, 2))
        return k, cluster(points, k, seed=seed, held=held)
    most = min(24, round(n**0.5), max(10, round(1.75 * n ** (1 / 3))), distinct - 1)
    least = min(most, max(2 if n < 20 else 3, round(0.6 * n ** (1 / 3))))
    tried = []
    for k in range(max(least, fixed), max(most, fixed) + 1):
        labels = cluster(points, k, seed=seed, held=held)
        tried.append((_worth(points, labels, seed), -k, labels))
    _, negative, labels = max(tried, key=lambda one: one[:2])
    return -negative, labels


def _worth(points: Floats, labels: Labels, seed: int) -> float:
    sizes = np.bincount(labels)
    if (sizes > 0).sum() < 2:
        return -1.0
    sample = 2000 if len(points) > 2000 else None
    score = float(silhouette_score(points, labels, metric="cosine", sample_size=sample, random_state=seed))
    tiny = sizes[sizes < 3].sum() / len(points)
    swollen = max(0.0, sizes.max() / len(points) - 0.4)
    return round(score - THEME_COSTS * len(sizes) - 0.3 * float(tiny) - 0.5 * float(swollen), 6)


def _nearest(points: Floats, centres: Floats, held: Labels) -> Labels:
    return np.where(held == FREE, np.argmax(points @ centres.T, axis=1), held)


def _first_centres(points: Floats, k: int, held: Labels, random: np.random.Generator) -> Floats:
    known = sorted({int(label) for label in held if label != FREE})
    centres = [unit(points[held == label].mean(axis=0, keepdims=True))[0] for label in known]
    if not centres:
        centres.append(points[int(random.integers(len(points)))])
    while len(centres) < k:
        gaps = np.maximum(0.0, 1.0 - (points @ np.array(centres).T).max(axis=1))
        total = gaps.sum()
        chances = gaps / total if total > 1e-12 else np.full(len(points), 1.0 / len(points))
        centres.append(points[int(random.choice(len(points), p=chances))])
    return np.array(centres)
