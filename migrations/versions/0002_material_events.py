"""Streams know the last of their events that changed what readers keep."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Everything so far counts as material."""
    op.add_column("streams", sa.Column("material", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE streams SET material = number")
    with op.batch_alter_table("streams") as batch:
        batch.alter_column("material", existing_type=sa.Integer(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    """Without it, readers keep things until anything happens."""
    with op.batch_alter_table("streams") as batch:
        batch.drop_column("material")
