"""People with an account, and the roles granted to them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Base
from core.permissions import Role


class Person(Base):
    """Someone who signs in. Residents need no account."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(2), default="ko")
    active: Mapped[bool] = mapped_column(default=True)
    session_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    grants: Mapped[list["Grant"]] = relationship(
        back_populates="person", foreign_keys="Grant.person_id", cascade="all, delete-orphan"
    )


class Grant(Base):
    """A role given to a person: for one forum (`scope` is its id) or for the whole city (0)."""

    __tablename__ = "grants"
    __table_args__ = (
        UniqueConstraint("person_id", "role", "scope"),
        CheckConstraint("role IN ('" + "', '".join(Role) + "')", name="role"),
        CheckConstraint("role != 'administrator' OR scope = 0", name="administrator_is_for_the_city"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(20))
    scope: Mapped[int] = mapped_column(default=0)
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    granted_at: Mapped[datetime]
    person: Mapped[Person] = relationship(back_populates="grants", foreign_keys=[person_id])
