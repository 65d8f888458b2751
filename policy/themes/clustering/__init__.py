"""Groups short civic texts into themes: pure functions over records, no web, no database, no clock.

`read` rows, `discover` themes once, `fit` a model of the themes as people have left them, `place` single
texts as they arrive, `refresh` now and then. A text vector is a sum of word vectors, so `explain` is exact.
"""

from policy.themes.clustering.discovery import discover, near_pairs, placements_of
from policy.themes.clustering.model import Model, UnreadableModel, fit, read
from policy.themes.clustering.placing import explain, place
from policy.themes.clustering.refreshing import refresh
from policy.themes.clustering.results import Placement, Reason, Result, Suggestion, Text, Theme
from policy.themes.clustering.space import FEW_TEXTS
from policy.themes.clustering.tokens import TOKENISER, tokenise, warm_up

__all__ = [
    "FEW_TEXTS",
    "TOKENISER",
    "Model",
    "Placement",
    "Reason",
    "Result",
    "Suggestion",
    "Text",
    "Theme",
    "UnreadableModel",
    "discover",
    "explain",
    "fit",
    "near_pairs",
    "place",
    "placements_of",
    "read",
    "refresh",
    "tokenise",
    "warm_up",
]
