"""A fitted set of themes, small enough to keep in the serving process, and its form as bytes."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zipfile import BadZipFile

import numpy as np

from policy.themes.clustering.results import Text
from policy.themes.clustering.space import Floats, Space, fit_space
from policy.themes.clustering.spherical import FREE, Labels, centres_of
from policy.themes.clustering.tokens import TOKENISER, tokenise


class UnreadableModel(ValueError):
    """The bytes are no model, or one made with another tokeniser: fit anew."""


@dataclass(frozen=True)
class Model:
    """Word space, theme centres `(k, d)` and the vectors `(n, d)` of the texts it was fitted on."""

    space: Space
    theme_ids: tuple[str, ...]
    centres: Floats
    text_ids: tuple[str, ...]
    text_vectors: Floats

    def to_bytes(self) -> bytes:
        """Return an npz archive without pickle; equal models give equal bytes."""
        names = {"words": self.space.words, "theme_ids": self.theme_ids, "text_ids": self.text_ids}
        head = json.dumps({"tokeniser": TOKENISER, **names}, ensure_ascii=False).encode()
        out = io.BytesIO()
        np.savez(
            out,
            head=np.frombuffer(head, np.uint8),
            weights=self.space.weights,
            vectors=self.space.vectors,
            centres=self.centres,
            text_vectors=self.text_vectors,
        )
        return out.getvalue()

    @staticmethod
    def from_bytes(data: bytes) -> Model:
        """Return the model that `to_bytes` wrote; raises `UnreadableModel` for anything else."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as kept:
                head = json.loads(kept["head"].tobytes())
                if head["tokeniser"] != TOKENISER:
                    raise UnreadableModel(f"made with tokeniser {head['tokeniser']}, not {TOKENISER}")
                space = Space(tuple(head["words"]), kept["weights"], kept["vectors"])
                ids = tuple(head["theme_ids"]), tuple(head["text_ids"])
                return Model(space, ids[0], kept["centres"], ids[1], kept["text_vectors"])
        except (BadZipFile, KeyError, OSError, EOFError, TypeError, AttributeError) as error:
            raise UnreadableModel(f"not a model: {error}") from error
        except ValueError as error:
            if isinstance(error, UnreadableModel):
                raise
            raise UnreadableModel(f"not a model: {error}") from error


def read(rows: Iterable[tuple[str, str]]) -> list[Text]:
    """Return (id, text) rows as `Text` with their tokens."""
    kept = list(rows)
    tokens = tokenise(text for _, text in kept)
    return [Text(id_, text, cut) for (id_, text), cut in zip(kept, tokens, strict=True)]


def fit(texts: Sequence[Text], current: Mapping[str, str], pinned: Mapping[str, str] | None = None) -> Model:
    """Return the model of themes as they stand: `current` and `pinned` map text id to theme id.

    Pins go before `current` and count `PIN_WEIGHT` times in their centre. Ids of texts that are not
    among `texts` are ignored. Texts in no theme teach the word space only.
    """
    pins = pinned or {}
    space = fit_space([text.tokens for text in texts])
    vectors = space.embed([text.tokens for text in texts])
    homes = [pins.get(text.id, current.get(text.id)) for text in texts]
    theme_ids = tuple(dict.fromkeys(home for home in homes if home is not None))
    places = {theme_id: place for place, theme_id in enumerate(theme_ids)}
    labels = np.array([FREE if home is None else places[home] for home in homes], dtype=np.int64)
    held = np.array([places[pins[text.id]] if text.id in pins else FREE for text in texts], dtype=np.int64)
    return model_of(space, texts, vectors, labels=labels, theme_ids=theme_ids, held=held)


def model_of(
    space: Space,
    texts: Sequence[Text],
    vectors: Floats,
    *,
    labels: Labels,
    theme_ids: Sequence[str],
    held: Labels,
) -> Model:
    """Return the model of the texts under these labels (`FREE` for none)."""
    centres = centres_of(vectors, labels, len(theme_ids), held)
    return Model(space, tuple(theme_ids), centres, tuple(text.id for text in texts), vectors)
