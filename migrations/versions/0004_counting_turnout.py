"""Seats in a room and papers of a ballot are counted by index: a whole hall asks for them at once."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ON_PAPER = sa.text("channel = 'paper'")


def upgrade() -> None:
    """Index by state as well; papers apart."""
    op.create_index("ix_seats_state", "seats", ["forum_id", "state"])
    op.drop_index("ix_seats_forum_id", table_name="seats")
    op.create_index(
        "ix_ballot_turnout_papers",
        "ballot_turnout",
        ["ballot_id"],
        sqlite_where=ON_PAPER,
        postgresql_where=ON_PAPER,
    )


def downgrade() -> None:
    """As it was."""
    op.drop_index("ix_ballot_turnout_papers", table_name="ballot_turnout")
    op.create_index("ix_seats_forum_id", "seats", ["forum_id"])
    op.drop_index("ix_seats_state", table_name="seats")
