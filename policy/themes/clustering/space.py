"""Turns token lists into vectors: one vector a word, so that every similarity is a sum over words.

The vectors come from the forum's own texts here (latent semantic analysis: TF-IDF, then truncated SVD;
Deerwester et al. 1990). Any other table of word vectors fits the same record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.utils.extmath import randomized_svd

Floats = NDArray[np.float64]
Tokens = Sequence[str]

DIMENSIONS = 20
"""More dimensions split themes by single words: measured on 100 to 1,000 petition titles, 8 to 50."""

FEW_TEXTS = 8
"""Below this no themes are looked for, and words are compared as they are, without SVD."""


@dataclass(frozen=True)
class Space:
    """A vocabulary with a weight `(v,)` and a vector `(v, d)` for each word."""

    words: tuple[str, ...]
    weights: Floats
    vectors: Floats

    @cached_property
    def index(self) -> dict[str, int]:
        return {word: position for position, word in enumerate(self.words)}

    def parts(self, tokens: Tokens) -> tuple[tuple[str, ...], Floats]:
        """Return the known words of a text and what each adds to its vector, `(words, d)`; the rows
        sum to the text's vector of length 1."""
        counts = Counter(token for token in tokens if token in self.index)
        words = tuple(counts)
        rows = [self.index[word] for word in words]
        loads = (1.0 + np.log(np.array([counts[word] for word in words], float))) * self.weights[rows]
        added = loads[:, None] * self.vectors[rows]
        length = float(np.linalg.norm(added.sum(axis=0)))
        return words, added / length if length > 1e-9 else np.zeros_like(added)

    def embed(self, token_lists: Sequence[Tokens]) -> Floats:
        """Return `(n, d)` vectors of length 1; a text without a known word gets zeros."""
        return unit(_counts(token_lists, self.index) @ (self.weights[:, None] * self.vectors))


def unit(rows: Floats) -> Floats:
    """Return the rows scaled to length 1; rows of zeros stay zeros."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.where(lengths > 1e-9, rows / np.maximum(lengths, 1e-9), 0.0))


def fit_space(token_lists: Sequence[Tokens]) -> Space:
    """Learn word weights and vectors from the texts themselves; deterministic."""
    n = len(token_lists)
    seen = Counter(token for tokens in token_lists for token in set(tokens))
    least = 1 if n < FEW_TEXTS else 2
    words = tuple(sorted(word for word, count in seen.items() if count >= least))
    weights = _rareness(words, seen, n)
    if n < FEW_TEXTS or len(words) < 3:
        return Space(words, weights, np.eye(len(words)))
    table = _weighted(token_lists, words, weights)
    wanted = max(2, min(DIMENSIONS, n // 4, len(words) - 1))
    _, strengths, axes = randomized_svd(table, wanted, n_iter=7, random_state=0)
    return Space(words, weights, np.asarray(axes[strengths > 1e-8 * strengths[0]].T, float))


def word_likeness(token_lists: Sequence[Tokens]) -> Floats:
    """Return `(n, n)` TF-IDF cosines: how many words two texts really share, nothing learnt."""
    seen = Counter(token for tokens in token_lists for token in set(tokens))
    words = tuple(sorted(seen))
    table = _weighted(token_lists, words, _rareness(words, seen, len(token_lists)))
    return np.asarray((table @ table.T).toarray(), float)


def _rareness(words: Sequence[str], seen: Mapping[str, int], n: int) -> Floats:
    return np.array([np.log((1 + n) / (1 + seen[word])) + 1.0 for word in words], float)


def _weighted(token_lists: Sequence[Tokens], words: Sequence[str], weights: Floats) -> sparse.csr_matrix:
    """Return `(n, v)` TF-IDF rows of length 1."""
    table = _counts(token_lists, {word: i for i, word in enumerate(words)}) @ sparse.diags(weights)
    lengths = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    return (sparse.diags(1.0 / np.maximum(lengths, 1e-9)) @ table).tocsr()


def _counts(token_lists: Sequence[Tokens], index: dict[str, int]) -> sparse.csr_matrix:
    """Return `(n, v)` sublinear counts, 1 + ln(count)."""
    rows, columns, values = [], [], []
    for row, tokens in enumerate(token_lists):
        for word, count in Counter(tokens).items():
            if word in index:
                rows.append(row)
                columns.append(index[word])
                values.append(1.0 + np.log(count))
    shape = (len(token_lists), len(index))
    return sparse.csr_matrix((values, (rows, columns)), shape=shape, dtype=float)
