"""Writing themes: what the machine places, what people decide, what is frozen, and taking it back."""

from policy.themes.operations.acts import undo
from policy.themes.operations.arranging import (
    drop_theme,
    keep_in_both,
    leave_suggestion,
    make_theme,
    merge_themes,
    move_proposals,
    split_theme,
    take_suggestion,
)
from policy.themes.operations.claiming import claim, release
from policy.themes.operations.freezing import freeze_version
from policy.themes.operations.marking import (
    ask_to_regroup,
    choose_quote,
    pin_theme,
    rename_as_read,
    rename_theme,
    review_theme,
)
from policy.themes.operations.missing import report_missing, resolve_missing

__all__ = [
    "ask_to_regroup",
    "choose_quote",
    "claim",
    "drop_theme",
    "freeze_version",
    "keep_in_both",
    "leave_suggestion",
    "make_theme",
    "merge_themes",
    "move_proposals",
    "pin_theme",
    "release",
    "rename_as_read",
    "rename_theme",
    "report_missing",
    "resolve_missing",
    "review_theme",
    "split_theme",
    "take_suggestion",
    "undo",
]
