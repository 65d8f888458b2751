"""Which regions of a console each event touches."""

from facilitation.tables.events import (
    HAND_EVENTS,
    HELP_EVENTS,
    TURN_EVENTS,
    HandLowered,
    HandRaised,
    HelpCalled,
    StepMoved,
    TurnStarted,
)
from facilitation.tables.fragments.console import CONSOLE, COUNT_REGIONS, ROOM_REGIONS
from participation.forums.events import CLOCK_EVENTS, ForumAnnounced, ForumConfigured
from participation.proposals.events import (
    PROPOSAL_EVENTS,
    MergeUndone,
    ProposalsMerged,
    ProposalSubmitted,
    StanceTaken,
)
from participation.seats.events import SEATING_EVENTS, SeatTaken

AT_A_TURN = ("ring", "seats", "hint", "turn", "now", "picks")


@CONSOLE.on(*CLOCK_EVENTS, ForumConfigured, ForumAnnounced)
def room(_event: object) -> list[str]:
    return list(ROOM_REGIONS)


@CONSOLE.on(*TURN_EVENTS)
def turn(event: TurnStarted) -> list[str]:
    return [f"{name}-{event.table}" for name in AT_A_TURN]


@CONSOLE.on(*HAND_EVENTS)
def hand(event: HandRaised | HandLowered) -> list[str]:
    return [f"seats-{event.table}", f"turn-{event.table}"]


@CONSOLE.on(*SEATING_EVENTS)
def seating(event: SeatTaken) -> list[str]:
    return [f"names-{event.table}", *(f"{name}-{event.table}" for name in AT_A_TURN)]


@CONSOLE.on(StepMoved)
def step(event: StepMoved) -> list[str]:
    return [f"step-{event.table}"]


@CONSOLE.on(*HELP_EVENTS)
def help_call(event: HelpCalled) -> list[str]:
    return [f"help-{event.table}"]


def _both(proposal_id: int) -> list[str]:
    return [f"proposal-{proposal_id}", f"parked-{proposal_id}"]


@CONSOLE.on(*PROPOSAL_EVENTS)
def proposal(event: ProposalSubmitted) -> list[str]:
    return [*_both(event.proposal), *(f"{name}-{event.table}" for name in COUNT_REGIONS)]


@CONSOLE.on(ProposalsMerged, MergeUndone)
def sources(event: ProposalsMerged | MergeUndone) -> list[str]:
    return [name for source in event.sources.split(",") for name in _both(int(source))]


@CONSOLE.on(StanceTaken)
def stance(event: StanceTaken) -> list[str]:
    return [f"proposal-{event.proposal}"]
