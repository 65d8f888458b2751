"""Certificates, and assignments to tables that the database refuses without a valid one."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base


class Certificate(Base):
    """That a person was trained: issued by whom, valid from and to (both days included)."""

    __tablename__ = "certificates"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("id", "person_id", "valid_from", "valid_to"),
        CheckConstraint("valid_from <= valid_to", name="days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    number: Mapped[str] = mapped_column(String(30))
    issued_by: Mapped[str] = mapped_column(String(80))
    valid_from: Mapped[date]
    valid_to: Mapped[date]


class TableAssignment(Base):
    """A facilitator put on a table. The keys tie it to a certificate of that person that covers the forum's day."""

    __tablename__ = "table_assignments"
    __table_args__ = (
        UniqueConstraint("forum_id", "table_number", "person_id"),
        ForeignKeyConstraint(
            ["certificate_id", "person_id", "valid_from", "valid_to"],
            ["certificates.id", "certificates.person_id", "certificates.valid_from", "certificates.valid_to"],
            onupdate="CASCADE",
            name="fk_table_assignments_certificate",
        ),
        ForeignKeyConstraint(
            ["forum_id", "held_on"],
            ["forums.id", "forums.held_on"],
            onupdate="CASCADE",
            ondelete="CASCADE",
            name="fk_table_assignments_forum_day",
        ),
        CheckConstraint("held_on BETWEEN valid_from AND valid_to", name="certificate_covers_the_day"),
        CheckConstraint("table_number >= 1", name="table_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int]
    held_on: Mapped[date]
    table_number: Mapped[int]
    person_id: Mapped[int]
    certificate_id: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
