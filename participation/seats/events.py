"""What happens to seats."""

from dataclasses import dataclass

from core.events.event import Event


@dataclass(frozen=True)
class SeatTaken(Event, kind="seat.taken", stream="table:{table}"):
    """Someone sat down."""

    seat: int
    table: int
    place: int


@dataclass(frozen=True)
class SeatRenamed(Event, kind="seat.renamed", stream="table:{table}"):
    """The name to be called by changed."""

    seat: int
    table: int


@dataclass(frozen=True)
class SeatMoved(Event, kind="seat.moved", stream="table:{table}"):
    """The seat sits elsewhere; recorded once for the table it left and once for the table it came to."""

    seat: int
    table: int
    place: int


@dataclass(frozen=True)
class SeatLeft(Event, kind="seat.left", stream="table:{table}"):
    """The resident went home; what they said stays."""

    seat: int
    table: int


@dataclass(frozen=True)
class SeatTakenOver(Event, kind="seat.taken_over", stream="seat:{seat}"):
    """Another browser speaks for the seat from now on."""

    seat: int
    epoch: int


SEATING_EVENTS = (SeatTaken, SeatRenamed, SeatMoved, SeatLeft)
