"""Seats: one resident's voice in one forum; placements: where it sits; cards: seats printed beforehand."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base


class SeatState(StrEnum):
    """In the room, or gone home."""

    SEATED = "seated"
    LEFT = "left"


class SeatOrigin(StrEnum):
    """How the seat was taken: on a phone, or added at the table or the door for someone without one."""

    PHONE = "phone"
    WALK_IN = "walk_in"


class Seat(Base):
    """One voice. `device_hash` belongs to the browser that speaks for it now; taking over raises `epoch`.

    `call_name` is purged when its time is over; `receipt_hash` leads to the receipt without a name.
    """

    __tablename__ = "seats"
    __table_args__ = (
        UniqueConstraint("forum_id", "code"),
        UniqueConstraint("forum_id", "receipt_code"),
        CheckConstraint("state IN ('seated', 'left')", name="state"),
        CheckConstraint("origin IN ('phone', 'walk_in')", name="origin"),
        Index("ix_seats_state", "forum_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(6))
    call_name: Mapped[str | None] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(8), default=SeatState.SEATED)
    origin: Mapped[str] = mapped_column(String(8), default=SeatOrigin.PHONE)
    epoch: Mapped[int] = mapped_column(default=1)
    device_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    receipt_hash: Mapped[str] = mapped_column(String(64), unique=True)
    receipt_code: Mapped[str] = mapped_column(String(16))
    consented_process_at: Mapped[datetime | None]
    consented_opinions_at: Mapped[datetime | None]
    taken_at: Mapped[datetime]


class Placement(Base):
    """Where a seat sits in a round of seating (1, 2, ...); re-mixing writes new placements and nothing else."""

    __tablename__ = "placements"
    __table_args__ = (
        UniqueConstraint("forum_id", "round", "table_number", "place"),
        UniqueConstraint("seat_id", "round"),
        CheckConstraint("place >= 1 AND table_number >= 1 AND round >= 1", name="numbers"),
        Index("ix_placements_table", "forum_id", "table_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"))
    seat_id: Mapped[int] = mapped_column(ForeignKey("seats.id", ondelete="CASCADE"))
    round: Mapped[int] = mapped_column(default=1)
    table_number: Mapped[int]
    place: Mapped[int]


class SeatCard(Base):
    """A printed card for one place: its code or QR offers that place; `seat_id` once someone took it."""

    __tablename__ = "seat_cards"
    __table_args__ = (
        UniqueConstraint("forum_id", "code"),
        UniqueConstraint("forum_id", "table_number", "place"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id", ondelete="CASCADE"))
    table_number: Mapped[int]
    place: Mapped[int]
    code: Mapped[str] = mapped_column(String(6))
    token: Mapped[str] = mapped_column(String(32), unique=True)
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seats.id", ondelete="SET NULL"))


class FormerDevice(Base):
    """A browser that spoke for a seat in an earlier epoch: its late acts are ordered, and it is told."""

    __tablename__ = "former_devices"

    device_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seats.id", ondelete="CASCADE"), index=True)
    epoch: Mapped[int]
