"""The slow work on themes, run in the child process: plain values in, plain values out, nothing kept but tokens.

A payload holds `texts` (pairs of id and text), `current` and `pinned` (id to theme), ids as strings.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from policy.themes.clustering import Model, Placement, Text, discover, fit, place, placements_of, refresh, tokenise
from policy.themes.clustering.placing import SOFTNESS

KEPT_TEXTS = 20_000
Payload = dict[str, Any]


@lru_cache(maxsize=KEPT_TEXTS)
def _tokens(text: str) -> tuple[str, ...]:
    return tokenise([text])[0]


def _read(payload: Payload) -> list[Text]:
    return [Text(id_, text, _tokens(text)) for id_, text in payload["texts"]]


def warm_up(payload: None) -> bool:
    """Load the analyser now rather than at the first proposal."""
    _tokens("시작")
    return True


def place_texts(payload: Payload) -> list[Payload]:
    """Where each text of `new` stands among the themes that there are."""
    texts, wanted = _read(payload), set(payload["new"])
    model = fit(texts, payload["current"], payload["pinned"])
    return [_written(place(text, model), text, model) for text in texts if text.id in wanted]


def group_texts(payload: Payload) -> Payload:
    """All texts grouped: afresh where `afresh`, else carried on from where they stand. With suggestions."""
    texts, pinned = _read(payload), payload["pinned"]
    afresh = payload["afresh"]
    result = discover(texts, pinned=pinned) if afresh else refresh(texts, payload["current"], pinned)
    model = fit(texts, placements_of(result), pinned)
    return {
        "themes": [{"id": theme.id, "label": theme.label, "terms": list(theme.terms)} for theme in result.themes],
        "placements": [_written(found, text, model) for found, text in zip(result.placements, texts, strict=True)],
        "suggestions": [
            {"label": one.theme.label, "terms": list(one.theme.terms), "texts": list(one.text_ids)}
            for one in result.suggestions
        ],
        "stability": result.stability,
    }


def _written(found: Placement, text: Text, model: Model) -> Payload:
    return {
        "id": found.text_id,
        "theme": found.theme_id,
        "confidence": found.confidence,
        "reason": found.reason.value,
        "choices": _choices(found, text, model),
        "words": [[word, share] for word, share in found.shared_words],
        "nearest": list(found.nearest),
    }


def _choices(found: Placement, text: Text, model: Model) -> list[list[Any]]:
    """The two nearest themes, each with its share among all (softmax over cosines), the larger first."""
    if not model.theme_ids:
        return []
    cosines = model.centres @ model.space.embed([text.tokens])[0]
    odds = np.exp((cosines - cosines.max()) / SOFTNESS)
    shares = dict(zip(model.theme_ids, odds / odds.sum(), strict=True))
    near = [[id_, round(float(shares[id_]), 4)] for id_ in (found.first, found.second) if id_ in shares]
    return sorted(near, key=lambda choice: -choice[1])
