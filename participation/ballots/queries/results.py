"""Results once they are published, and the sealed votes that a recount needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.ballots.counting import Count, count
from participation.ballots.models import Ballot, BallotState, SealedVote
from participation.ballots.queries.ballots import WITH_OPTIONS, BallotView, OptionView, view_of


@dataclass(frozen=True)
class OptionResult:
    """One line of the result, in order of votes."""

    option: OptionView
    votes: int
    rank: int
    chosen: bool


@dataclass(frozen=True)
class Results:
    """A published result. `rows` run from most votes to fewest; `tied` where the tie rule decided."""

    ballot: BallotView
    rows: tuple[OptionResult, ...]
    voted: int
    seats: int
    phones: int
    papers: int
    blank: int
    tied: bool

    @property
    def chosen(self) -> tuple[OptionResult, ...]:
        return tuple(row for row in self.rows if row.chosen)

    @property
    def passed(self) -> bool:
        """For yes or no: whether yes carried it."""
        return bool(self.chosen)


def sealed_votes(session: Session, ballot_id: int) -> list[list[int]]:
    """The votes after sealing, sorted: what a recount needs."""
    return sorted(session.scalars(select(SealedVote.choices).where(SealedVote.ballot_id == ballot_id)))


def count_sealed(session: Session, ballot: BallotView) -> Count:
    """The votes of a sealed ballot counted afresh."""
    tables = {option.number: option.tables or 0 for option in ballot.options}
    return count(ballot.rule, [o.number for o in ballot.options], sealed_votes(session, ballot.id), tables)


def results_of(ballot: BallotView, counted: Mapping[str, Any]) -> Results:
    """Results from the numbers that the published event carries."""
    chosen = set(counted["chosen"])
    rows = tuple(
        OptionResult(ballot.option(number), votes, rank, number in chosen) for number, votes, rank in counted["rows"]
    )
    whole = {name: int(counted[name]) for name in ("voted", "seats", "phones", "papers", "blank")}
    return Results(ballot=ballot, rows=rows, tied=bool(counted["tied"]), **whole)


def results(session: Session, ballot_id: int) -> Results | None:
    """The published result of a ballot; None as long as it is not published."""
    wanted = select(Ballot).where(Ballot.id == ballot_id).options(WITH_OPTIONS)
    row = session.scalars(wanted).one_or_none()
    if row is None or row.state != BallotState.PUBLISHED or row.counted is None:
        return None
    return results_of(view_of(row), row.counted)
