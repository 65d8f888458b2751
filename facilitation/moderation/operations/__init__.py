"""Handling a table's proposals: reword, mark, merge, hide, restore, and take back what was done."""

from facilitation.moderation.operations.capturing import capture_statement
from facilitation.moderation.operations.hiding import hide_proposal, restore_proposal
from facilitation.moderation.operations.marking import mark_proposal
from facilitation.moderation.operations.merging import merge_proposals
from facilitation.moderation.operations.undoing import undo_last
from facilitation.moderation.operations.wording import reword_proposal

__all__ = [
    "capture_statement",
    "hide_proposal",
    "mark_proposal",
    "merge_proposals",
    "restore_proposal",
    "reword_proposal",
    "undo_last",
]
