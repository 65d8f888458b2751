"""Running the evening from the stage: moving the room, fitting the agenda, the screen, messages."""

from facilitation.stage.operations.messages import acknowledge_message, send_message
from facilitation.stage.operations.running import close_room, move_room, resize_segment
from facilitation.stage.operations.screen import show_view

__all__ = ["acknowledge_message", "close_room", "move_room", "resize_segment", "send_message", "show_view"]
