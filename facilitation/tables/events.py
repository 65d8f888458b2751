"""What happens at a table while it talks."""

from dataclasses import dataclass

from core.events.event import Event


@dataclass(frozen=True)
class TurnStarted(Event, kind="turn.started", stream="table:{table}"):
    """A seat speaks; `before` is the seat whose turn ended with it, 0 where none did."""

    turn: int
    table: int
    seat: int
    before: int


@dataclass(frozen=True)
class TurnEnded(Event, kind="turn.ended", stream="table:{table}"):
    """Nobody's turn is running any more."""

    turn: int
    table: int
    seat: int


@dataclass(frozen=True)
class TurnPaused(Event, kind="turn.paused", stream="table:{table}"):
    """The clock of the turn is held."""

    turn: int
    table: int
    seat: int


@dataclass(frozen=True)
class TurnResumed(Event, kind="turn.resumed", stream="table:{table}"):
    """It runs on."""

    turn: int
    table: int
    seat: int


@dataclass(frozen=True)
class TurnExtended(Event, kind="turn.extended", stream="table:{table}"):
    """It got more time."""

    turn: int
    table: int
    seat: int
    seconds: int


@dataclass(frozen=True)
class TurnModeChanged(Event, kind="turn.mode_changed", stream="table:{table}"):
    """The next speaker is found in another way."""

    table: int
    mode: str


@dataclass(frozen=True)
class HandRaised(Event, kind="hand.raised", stream="table:{table}"):
    """A seat asks to speak."""

    seat: int
    table: int


@dataclass(frozen=True)
class HandLowered(Event, kind="hand.lowered", stream="table:{table}"):
    """It no longer asks; also when its turn came."""

    seat: int
    table: int


@dataclass(frozen=True)
class StepMoved(Event, kind="table.step_moved", stream="table:{table}"):
    """The table is on another line of the guidance."""

    table: int
    segment: int
    line: int


@dataclass(frozen=True)
class HelpCalled(Event, kind="help.called", stream="table:{table}", material=False):
    """A table calls for help; the note stays in its table."""

    call: int
    table: int
    reason: str


@dataclass(frozen=True)
class HelpComing(Event, kind="help.coming", stream="table:{table}", material=False):
    """Somebody is on the way."""

    call: int
    table: int


@dataclass(frozen=True)
class HelpCancelled(Event, kind="help.cancelled", stream="table:{table}", material=False):
    """The table no longer needs it."""

    call: int
    table: int


@dataclass(frozen=True)
class HelpSolved(Event, kind="help.solved", stream="table:{table}", material=False):
    """It was dealt with."""

    call: int
    table: int


TURN_EVENTS = (TurnStarted, TurnEnded, TurnPaused, TurnResumed, TurnExtended, TurnModeChanged)
HAND_EVENTS = (HandRaised, HandLowered)
HELP_EVENTS = (HelpCalled, HelpComing, HelpCancelled, HelpSolved)
