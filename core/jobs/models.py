"""How far each follower has read each log."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base


class FollowerPosition(Base):
    """The number of the last entry of a log that a follower has dealt with."""

    __tablename__ = "follower_positions"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    log_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(default=0)
