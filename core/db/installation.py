"""What is true of the whole installation: whether its database holds a demo."""

from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db.base import Base

DEMO = "demo"


class Installation(Base):
    """A fact about the installation, by name."""

    __tablename__ = "installation"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column(JSON)


def fact(session: Session, name: str) -> dict[str, Any] | None:
    """A fact by name, or None."""
    row = session.get(Installation, name)
    return row.value if row else None


def note_fact(session: Session, name: str, value: dict[str, Any]) -> None:
    """Keep a fact; a later one replaces it."""
    row = session.get(Installation, name)
    if row is None:
        session.add(Installation(name=name, value=value))
    else:
        row.value = value
