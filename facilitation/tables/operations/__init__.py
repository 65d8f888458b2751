"""Running a table: turns, hands, calls for help, the step it is on."""

from facilitation.tables.operations.hands import lower_hand, raise_hand, settle_tables
from facilitation.tables.operations.help import ask_for_helper, call_help, cancel_help, come_to_help, solve_help
from facilitation.tables.operations.steps import choose_mode, move_step
from facilitation.tables.operations.turns import end_turn, extend_turn, pause_turn, resume_turn, start_turn

__all__ = [
    "ask_for_helper",
    "call_help",
    "cancel_help",
    "choose_mode",
    "come_to_help",
    "end_turn",
    "extend_turn",
    "lower_hand",
    "move_step",
    "pause_turn",
    "raise_hand",
    "resume_turn",
    "settle_tables",
    "solve_help",
    "start_turn",
]
