"""Reading themes: as they stand, as they were frozen, and as the desk works on them."""

from policy.themes.queries.themes import (
    ENOUGH_ANSWERS,
    ThemeView,
    settled_themes,
    theme_of_proposal,
    themes_by_proposal,
    themes_of,
    unplaced_count,
)
from policy.themes.queries.versions import VersionEntryView, VersionView, latest_version, settled_version

__all__ = [
    "ENOUGH_ANSWERS",
    "ThemeView",
    "VersionEntryView",
    "VersionView",
    "latest_version",
    "settled_themes",
    "settled_version",
    "theme_of_proposal",
    "themes_by_proposal",
    "themes_of",
    "unplaced_count",
]
