"""Reading proposals: with their present wording, lineage, marks and exact counts of stances."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session

from core.db.once import once
from core.events.known import known
from participation.proposals.models import (
    Proposal,
    ProposalOrigin,
    ProposalState,
    ProposalVersion,
    Stance,
    StanceValue,
)

MOST_ON_A_PAGE = 200
LISTED = (ProposalState.SHOWN, ProposalState.HIDDEN)


@dataclass(frozen=True)
class Counts:
    """How many seats agree, disagree, pass."""

    agree: int = 0
    disagree: int = 0
    skipped: int = 0

    @property
    def answered(self) -> int:
        return self.agree + self.disagree + self.skipped


@dataclass(frozen=True)
class ProposalView:
    """One proposal as pages show it. `sources` are the texts merged into it."""

    id: int
    table: int
    segment_id: int | None
    seat_id: int | None
    origin: ProposalOrigin
    state: ProposalState
    text: str
    first_text: str
    version: int
    verbatim: bool
    read_back: bool
    dissent: bool
    top: bool
    hidden_reason: str
    hidden_by: str
    hidden_at: datetime | None
    created_at: datetime
    sources: tuple[str, ...] = ()

    @property
    def is_listed(self) -> bool:
        """Whether its table shows it (a hidden one with its reason)."""
        return self.state in LISTED

    @property
    def is_hidden(self) -> bool:
        return self.state is ProposalState.HIDDEN

    @property
    def is_reworded(self) -> bool:
        return self.version > 1 and self.origin is not ProposalOrigin.MERGED


def _texts(session: Session, ids: Sequence[int]) -> dict[int, dict[int, str]]:
    """Wordings by proposal and version number."""
    texts: defaultdict[int, dict[int, str]] = defaultdict(dict)
    rows = select(ProposalVersion.proposal_id, ProposalVersion.number, ProposalVersion.text)
    for start in range(0, len(ids), 500):
        wanted = rows.where(ProposalVersion.proposal_id.in_(ids[start : start + 500]))
        for proposal_id, number, text in session.execute(wanted):
            texts[proposal_id][number] = text
    return texts


def _sources(session: Session, parents: Iterable[int]) -> dict[int, tuple[str, ...]]:
    ids = list(parents)
    if not ids:
        return {}
    wanted = (
        select(Proposal.parent_id, ProposalVersion.text)
        .join(ProposalVersion, ProposalVersion.proposal_id == Proposal.id)
        .where(Proposal.parent_id.in_(ids), ProposalVersion.number == Proposal.version)
        .order_by(Proposal.id)
    )
    found: defaultdict[int, list[str]] = defaultdict(list)
    for parent_id, text in session.execute(wanted):
        found[parent_id or 0].append(text)
    return {parent: tuple(texts) for parent, texts in found.items()}


def _views(session: Session, wanted: Select[Proposal]) -> list[ProposalView]:
    rows = session.execute(wanted.with_only_columns(*_COLUMNS)).all()
    texts = _texts(session, [row[0] for row in rows])
    sources = _sources(session, (row[0] for row in rows if row.origin == ProposalOrigin.MERGED))
    return [_view(row, texts[row[0]], sources.get(row[0], ())) for row in rows]


_COLUMNS = (
    Proposal.id,
    Proposal.table_number,
    Proposal.segment_id,
    Proposal.seat_id,
    Proposal.origin,
    Proposal.state,
    Proposal.version,
    Proposal.verbatim,
    Proposal.read_back,
    Proposal.dissent,
    Proposal.top,
    Proposal.hidden_reason,
    Proposal.hidden_by,
    Proposal.hidden_at,
    Proposal.created_at,
)


def _view(row: Sequence[Any], texts: dict[int, str], sources: tuple[str, ...]) -> ProposalView:
    number, table, segment_id, seat_id, origin, state, version, verbatim, read_back, dissent, top, *rest = row
    hidden_reason, hidden_by, hidden_at, created_at = rest
    return ProposalView(
        id=number,
        table=table,
        segment_id=segment_id,
        seat_id=seat_id,
        origin=ProposalOrigin(origin),
        state=ProposalState(state),
        text=texts.get(version, ""),
        first_text=texts.get(1, ""),
        version=version,
        verbatim=verbatim,
        read_back=read_back,
        dissent=dissent,
        top=top,
        hidden_reason=hidden_reason or "",
        hidden_by=hidden_by or "",
        hidden_at=hidden_at,
        created_at=created_at,
        sources=sources,
    )


def _listed_at(forum_id: int, table: int) -> tuple[ColumnElement[bool], ...]:
    return Proposal.forum_id == forum_id, Proposal.table_number == table, Proposal.state.in_(LISTED)


def proposals_of_table(
    session: Session, forum_id: int, table: int, limit: int = MOST_ON_A_PAGE
) -> tuple[ProposalView, ...]:
    """What a table has put forward and shows (also hidden ones, with their reason), newest first."""

    def read() -> tuple[ProposalView, ...]:
        wanted = select(Proposal).where(*_listed_at(forum_id, table)).order_by(Proposal.id.desc()).limit(limit)
        return tuple(_views(session, wanted))

    return known(session, forum_id, (f"table:{table}",), ("proposals of table", table, limit), read)


def proposal_by_id(session: Session, forum_id: int, proposal_id: int) -> ProposalView | None:
    """One proposal of a forum, or None."""
    wanted = select(Proposal).where(Proposal.id == proposal_id, Proposal.forum_id == forum_id)
    return next(iter(_views(session, wanted)), None)


def proposals_of_seat(session: Session, seat_id: int) -> list[ProposalView]:
    """Everything one resident put forward, the oldest first, whatever became of it."""
    wanted = select(Proposal).where(Proposal.seat_id == seat_id, Proposal.state != ProposalState.WITHDRAWN)
    return _views(session, wanted.order_by(Proposal.id))


_OF_SEAT = select(Proposal.id).where(Proposal.seat_id == bindparam("seat"), Proposal.state != ProposalState.WITHDRAWN)
_OF_SEAT = _OF_SEAT.order_by(Proposal.id)


def numbers_of_seat(session: Session, seat_id: int) -> list[int]:
    """The ids of everything one resident put forward, the oldest first."""
    return list(session.scalars(_OF_SEAT, {"seat": seat_id}))


def proposals_of_forum(
    session: Session, forum_id: int, *, limit: int | None = None, offset: int = 0
) -> list[ProposalView]:
    """The shown proposals of a forum, the newest first."""
    wanted = select(Proposal).where(Proposal.forum_id == forum_id, Proposal.state == ProposalState.SHOWN)
    wanted = wanted.order_by(Proposal.id.desc()).offset(offset)
    return _views(session, wanted.limit(limit) if limit is not None else wanted)


def proposals_by_ids(session: Session, forum_id: int, ids: Sequence[int]) -> list[ProposalView]:
    """Named proposals of a forum, in the order of their numbers."""
    found: list[ProposalView] = []
    for start in range(0, len(ids), 500):
        wanted = select(Proposal).where(Proposal.forum_id == forum_id, Proposal.id.in_(ids[start : start + 500]))
        found += _views(session, wanted.order_by(Proposal.id))
    return found


def counts_of(session: Session, proposal_ids: Sequence[int]) -> dict[int, Counts]:
    """Exact counts by proposal; one without stances is missing."""
    kept: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for start in range(0, len(proposal_ids), 500):
        wanted = (
            select(Stance.proposal_id, Stance.value, func.count())
            .where(Stance.proposal_id.in_(proposal_ids[start : start + 500]))
            .group_by(Stance.proposal_id, Stance.value)
        )
        for proposal_id, value, number in session.execute(wanted):
            kept[proposal_id][value] = number
    return {
        proposal_id: Counts(
            by_value.get(StanceValue.AGREE, 0), by_value.get(StanceValue.DISAGREE, 0), by_value.get(StanceValue.PASS, 0)
        )
        for proposal_id, by_value in kept.items()
    }


def stances_of_seat(session: Session, seat_id: int) -> dict[int, StanceValue]:
    """A seat's own stances by proposal."""
    rows = session.execute(select(Stance.proposal_id, Stance.value).where(Stance.seat_id == seat_id))
    return {proposal_id: StanceValue(value) for proposal_id, value in rows}


@dataclass(frozen=True)
class OwnStance:
    """A seat's stance, the version of the proposal it was taken on, and its place among the acts of one phone."""

    value: StanceValue
    version: int
    epoch: int
    counter: int


_OWN_STANCES = select(Stance.proposal_id, Stance.value, Stance.version, Stance.epoch, Stance.counter)
_OWN_STANCES = _OWN_STANCES.where(Stance.seat_id == bindparam("seat"))


def own_stances(session: Session, seat_id: int) -> dict[int, OwnStance]:
    """A seat's own stances by proposal, with the wording each was taken on."""

    def read() -> dict[int, OwnStance]:
        rows = session.execute(_OWN_STANCES, {"seat": seat_id})
        return {row[0]: OwnStance(StanceValue(row[1]), row[2], row[3], row[4]) for row in rows}

    return once(session, ("stances", seat_id), read)


def last_counter(session: Session, seat_id: int, epoch: int) -> int:
    """The highest counter among a phone's stances, for its script to go on from; 0 where there is none."""
    return max((one.counter for one in own_stances(session, seat_id).values() if one.epoch == epoch), default=0)


def count_at_table(session: Session, forum_id: int, table: int) -> int:
    """How many proposals a table shows, hidden ones with their reason among them."""

    def read() -> int:
        shown = len(proposals_of_table(session, forum_id, table))
        if shown < MOST_ON_A_PAGE:
            return shown
        return session.scalar(select(func.count()).select_from(Proposal).where(*_listed_at(forum_id, table))) or 0

    return known(session, forum_id, (f"table:{table}",), ("number at table", table), read)


def count_proposals(session: Session, forum_id: int, *, segment_id: int | None = None) -> dict[int, int]:
    """How many proposals each table shows, in the whole evening or in one segment."""
    wanted = (
        select(Proposal.table_number, func.count())
        .where(Proposal.forum_id == forum_id, Proposal.state.in_(LISTED))
        .group_by(Proposal.table_number)
    )
    if segment_id is not None:
        wanted = wanted.where(Proposal.segment_id == segment_id)
    return {table: number for table, number in session.execute(wanted)}  # noqa: C416 - rows are not plain pairs
