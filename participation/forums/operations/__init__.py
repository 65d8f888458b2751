"""Writing forums: their facts, their agenda."""

from participation.forums.operations.agenda import (
    add_segment,
    apply_ready_agenda,
    duplicate_segment,
    edit_segment,
    move_segment,
    remove_segment,
    shift_minutes,
    step_segment,
)
from participation.forums.operations.facts import announce_forum, configure_forum, create_forum
from participation.forums.operations.takeback import undo_agenda

__all__ = [
    "add_segment",
    "announce_forum",
    "apply_ready_agenda",
    "configure_forum",
    "create_forum",
    "duplicate_segment",
    "edit_segment",
    "move_segment",
    "remove_segment",
    "shift_minutes",
    "step_segment",
    "undo_agenda",
]
