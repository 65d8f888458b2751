"""What happens on the stage besides the clock. Texts of messages stay in their table."""

from dataclasses import dataclass

from core.events.event import Event


@dataclass(frozen=True)
class ScreenChanged(Event, kind="screen.changed", stream="forum"):
    """The host chose what the screen shows; `auto` follows the agenda."""

    view: str


@dataclass(frozen=True)
class MessageSent(Event, kind="message.sent", stream="staff"):
    """A message was sent to all tables (`table` 0), or to one."""

    message: int
    table: int


@dataclass(frozen=True)
class MessageDelivered(Event, kind="message.delivered", stream="table:{table}", material=False):
    """A table has a message to hear; recorded with `MessageSent`, once for each table."""

    message: int
    table: int


@dataclass(frozen=True)
class MessageAcknowledged(Event, kind="message.acknowledged", stream="table:{table}", material=False):
    """A table has heard it."""

    message: int
    table: int
