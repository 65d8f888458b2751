"""Reading ballots: the one under way, turnout, and results once they are published."""

from participation.ballots.queries.ballots import (
    BallotView,
    OptionView,
    Voting,
    ballot_of,
    ballots,
    open_ballot,
    published_ballots,
    shown_ballot,
    view_of,
    written,
)
from participation.ballots.queries.results import OptionResult, Results, count_sealed, results, results_of, sealed_votes
from participation.ballots.queries.turnout import (
    SeatLine,
    SeatTurnout,
    TurnoutView,
    is_receipt,
    papers,
    seat_lines,
    seat_turnout,
    seats_that_may_vote,
    turnout_of,
)

__all__ = [
    "BallotView",
    "OptionResult",
    "OptionView",
    "Results",
    "SeatLine",
    "SeatTurnout",
    "TurnoutView",
    "Voting",
    "ballot_of",
    "ballots",
    "count_sealed",
    "is_receipt",
    "open_ballot",
    "papers",
    "published_ballots",
    "results",
    "results_of",
    "sealed_votes",
    "seat_lines",
    "seat_turnout",
    "seats_that_may_vote",
    "shown_ballot",
    "turnout_of",
    "view_of",
    "written",
]
