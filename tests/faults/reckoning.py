"""The reckoning: what was acknowledged, held against every row in the store. Nothing is missing, nothing is twice."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.events.log import first_broken
from core.events.models import Entry, Receipt, Stream
from facilitation.tables.models import Turn
from participation.ballots.models import Cast, Turnout
from participation.proposals.models import Proposal, ProposalVersion, Stance
from tests.faults.client import Given
from tests.faults.house import House

Whose = tuple[str, Given]
FILED = {"proposal.submit", "proposal.capture"}


@dataclass(frozen=True)
class Reckoning:
    """`lost`: acknowledged and not in the store as acknowledged. `twice`: there more often than it was asked for."""

    lost: tuple[str, ...]
    twice: tuple[str, ...]
    broken: int | None


def reckon(house: House, given: list[Whose]) -> Reckoning:
    """Read the store and hold it against the acknowledgements, all of which have to be `ok`."""
    with house.database() as database, database.reading() as session:
        reader = _Reader(session, house, given)
        for check in (reader.receipts, reader.proposals, reader.stances, reader.turns, reader.votes, reader.streams):
            check()
        return Reckoning(tuple(reader.lost), tuple(reader.twice), first_broken(session, house.forum_id))


class _Reader:
    def __init__(self, session: Session, house: House, given: list[Whose]) -> None:
        self.session, self.house, self.forum_id = session, house, house.forum_id
        self.by_name: defaultdict[str, list[Whose]] = defaultdict(list)
        for who, one in given:
            self.by_name[one.act.name].append((who, one))
        self.lost: list[str] = []
        self.twice: list[str] = []

    def of(self, names: Iterable[str]) -> list[Whose]:
        return [one for name in names for one in self.by_name[name]]

    def need(self, holds: bool, what: str, whose: Whose) -> None:
        if not holds:
            self.lost.append(f"{what}: {whose}")

    def exactly(self, found: int, wanted: int, what: str) -> None:
        """So many and no more; too few are said to be lost."""
        if found != wanted:
            (self.twice if found > wanted else self.lost).append(f"{what}: {found} instead of {wanted}")

    def events(self, kind: str) -> int:
        wanted = select(func.count()).select_from(Entry).where(Entry.log_id == self.forum_id, Entry.kind == kind)
        return self.session.scalars(wanted).one()

    def receipts(self) -> None:
        """One for each key of an act that keeps receipts, with the answer that was given."""
        rows = self.session.scalars(select(Receipt).where(Receipt.log_id == self.forum_id)).all()
        kept = {(row.actor, row.key): row.result for row in rows}
        with_receipts = [one for name, acts in self.by_name.items() if name != "ballot.cast" for one in acts]
        for who, one in with_receipts:
            self.need(kept.get((who, one.act.key)) == one.answer["result"], "receipt", (who, one))
        self.exactly(len(rows), len(with_receipts), "receipts")

    def proposals(self) -> None:
        """One for each key, under the number that was acknowledged, with one event."""
        filed = self.of(FILED)
        texts = dict(self.session.execute(select(ProposalVersion.proposal_id, ProposalVersion.text)).all())
        for who, one in filed:
            self.need(texts.get(one.answer["result"]["proposal"]) == one.act.data["text"], "proposal", (who, one))
        prepared = {number for numbers in self.house.proposals.values() for number in numbers}
        rows = self.session.scalars(select(Proposal.id).where(Proposal.forum_id == self.forum_id)).all()
        self.exactly(len(set(rows) - prepared), len(filed), "proposals")
        self.exactly(len(texts) - len(prepared), len(filed), "wordings")
        self.exactly(self.events("proposal.submitted"), len(filed), "events of proposals")

    def stances(self) -> None:
        """One for each seat and proposal: the last that was taken, by its counter; one event for each taking."""
        last = {(who, one.act.data["proposal"]): (who, one) for who, one in self.by_name["stance.take"]}
        rows = self.session.scalars(select(Stance)).all()
        found = {(f"seat:{row.seat_id}", row.proposal_id): (row.value, row.counter) for row in rows}
        for place, (who, one) in last.items():
            wanted = (one.act.data["stance"], one.act.data["counter"])
            self.need(found.get(place) == wanted, "stance", (who, one))
        self.exactly(len(rows), len(last), "stances")
        self.exactly(self.events("stance.taken"), len(self.by_name["stance.take"]), "events of stances")

    def turns(self) -> None:
        """One for each start, with one event."""
        begun = self.by_name["turn.start"]
        rows = {row.id: row for row in self.session.scalars(select(Turn).where(Turn.forum_id == self.forum_id))}
        for who, one in begun:
            row = rows.get(one.answer["result"]["turn"])
            self.need(row is not None and row.seat_id == one.act.data["seat"], "turn", (who, one))
        self.exactly(len(rows), len(begun), "turns")
        self.exactly(len({one.answer["result"]["turn"] for _, one in begun}), len(begun), "numbers of turns")
        self.exactly(self.events("turn.started"), len(begun), "events of turns")

    def votes(self) -> None:
        """One turnout and one cast for each seat, with the last key and choices; the receipt never changed."""
        rows = self.session.scalars(select(Turnout).where(Turnout.ballot_id == self.house.ballot_id)).all()
        casts = dict(self.session.execute(select(Cast.slot, Cast.choices)).all())
        turnout = {f"seat:{row.seat_id}": row for row in rows}
        last: dict[str, Given] = {}
        for who, one in self.by_name["ballot.cast"]:
            last[who] = one
            row = turnout.get(who)
            self.need(row is not None and row.receipt == one.answer["result"]["receipt"], "turnout", (who, one))
        for who, one in last.items():
            row = turnout.get(who)
            is_last = row is not None and (row.client_key, row.counter) == (one.act.key, one.act.data["counter"])
            self.need(is_last, "the last vote", (who, one))
            slot = self.house.keys.slot(self.house.ballot_id, int(who.partition(":")[2]))
            self.need(casts.get(slot) == one.act.data["choice"], "choices", (who, one))
        self.exactly(len(rows), len(last), "turnout")
        self.exactly(len(casts), len(last), "casts")
        self.exactly(self.events("vote.accepted"), len(last), "events of votes")

    def streams(self) -> None:
        """Numbers are dense in every stream, up to its head."""
        wanted = select(Entry.stream, Entry.stream_number).where(Entry.log_id == self.forum_id)
        by_stream: defaultdict[str, list[int]] = defaultdict(list)
        for stream, number in self.session.execute(wanted.order_by(Entry.number)):
            by_stream[stream].append(number)
        heads = dict(
            self.session.execute(select(Stream.name, Stream.number).where(Stream.log_id == self.forum_id)).all()
        )
        for stream, numbers in by_stream.items():
            if numbers != list(range(1, heads.get(stream, 0) + 1)):
                self.lost.append(f"numbers of {stream}: {heads.get(stream)}, {numbers[-5:]}")
            self.twice += [f"{stream} {number}" for number, often in Counter(numbers).items() if often > 1]


def written_before_the_kill(house: House, given: list[Whose], kills: list[float]) -> int:
    """Acts that were in the store when the server fell, but not acknowledged: resent, and answered from the receipt."""
    with house.database() as database, database.reading() as session:
        moments = {(row.actor, row.key): row.at.timestamp() for row in session.scalars(select(Receipt))}
    return sum(
        any(moments[who, one.act.key] < kill < one.at for kill in kills)
        for who, one in given
        if one.sent > 1 and (who, one.act.key) in moments
    )
