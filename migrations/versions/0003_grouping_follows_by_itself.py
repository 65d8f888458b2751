"""Grouping follows the log by itself, from where placing has come to."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What placing has dealt with, grouping has dealt with."""
    op.execute(
        "INSERT INTO follower_positions (name, log_id, number) "
        "SELECT 'themes.grouping', log_id, number FROM follower_positions WHERE name = 'themes.placing'"
    )


def downgrade() -> None:
    """One follower does both."""
    op.execute("DELETE FROM follower_positions WHERE name = 'themes.grouping'")
