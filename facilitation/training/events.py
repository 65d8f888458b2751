"""What happens to the people who run tables."""

from dataclasses import dataclass

from core.events.event import Event


@dataclass(frozen=True)
class FacilitatorAssigned(Event, kind="facilitator.assigned", stream="staff"):
    """A certified person was put on a table."""

    table: int
    person: int


@dataclass(frozen=True)
class FacilitatorUnassigned(Event, kind="facilitator.unassigned", stream="staff"):
    """Someone no longer runs a table."""

    table: int
    person: int


STAFFING_EVENTS = (FacilitatorAssigned, FacilitatorUnassigned)
