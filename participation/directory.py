"""What the kernel asks about forums: which one, whose seat, which tables."""

from collections.abc import Callable

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from core.web.identity import SeatHeld
from participation.forums.queries import forum_id_by_slug
from participation.seats.models import FormerDevice, Placement, Seat, SeatState

TablesOf = Callable[[Session, int, int], frozenset[int]]


_SEATED = (
    select(Seat.id, Seat.epoch, Placement.table_number)
    .join(Placement, Placement.seat_id == Seat.id, isouter=True)
    .where(Seat.forum_id == bindparam("forum"), Seat.state == SeatState.SEATED)
    .order_by(Placement.round.desc())
    .limit(1)
)
_BY_DEVICE = _SEATED.where(Seat.device_hash == bindparam("device"))
_BY_ID = _SEATED.where(Seat.id == bindparam("seat"))


class ForumDirectory:
    """The kernel's `Directory`, answered from forums and seats; who runs which table is told by `tables_of`."""

    def __init__(self, tables_of: TablesOf) -> None:
        self._tables_of = tables_of

    def forum_id(self, session: Session, slug: str) -> int | None:
        return forum_id_by_slug(session, slug)

    def seat_of_device(self, session: Session, forum_id: int, device_hash: str) -> SeatHeld | None:
        """The seat, with the table where it sits in the latest round of seating.

        A browser from which the seat was taken over still leads to it, in its own, older epoch: so its late
        acts are told apart and ordered.
        """
        row = session.connection().execute(_BY_DEVICE, {"forum": forum_id, "device": device_hash}).first()
        if row is not None:
            return SeatHeld(row[0], row[1], row[2])
        former = session.get(FormerDevice, device_hash)
        if former is None:
            return None
        row = session.connection().execute(_BY_ID, {"forum": forum_id, "seat": former.seat_id}).first()
        return SeatHeld(row[0], former.epoch, row[2]) if row else None

    def tables_of(self, session: Session, forum_id: int, person_id: int) -> frozenset[int]:
        return self._tables_of(session, forum_id, person_id)
