"""The tables of the event log."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base


class Log(Base):
    """The head of one forum's log (a log has the forum's id): last number and hash, locked by each flush."""

    __tablename__ = "logs"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64), default="")


class Stream(Base):
    """The last dense number given out in one stream of a log, and the last that went to a material event."""

    __tablename__ = "streams"

    log_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
    material: Mapped[int] = mapped_column(default=0)


class Entry(Base):
    """One recorded event."""

    __tablename__ = "log_entries"
    __table_args__ = (
        UniqueConstraint("log_id", "stream", "stream_number"),
        CheckConstraint("number > 0 AND stream_number > 0", name="numbers"),
        Index("ix_log_entries_kind", "log_id", "kind"),
    )

    log_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    stream: Mapped[str] = mapped_column(String(40))
    stream_number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Receipt(Base):
    """The answer once given to a client's key, so that the same key gives the same answer."""

    __tablename__ = "receipts"

    log_id: Mapped[int] = mapped_column(primary_key=True)
    actor: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime]
