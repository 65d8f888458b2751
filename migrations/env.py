"""Alembic's environment: runs the migrations on the connection it is given."""

from alembic import context
from sqlalchemy import Connection

from core.db.base import Base


def run(connection: Connection) -> None:
    """Run inside one transaction; SQLite rebuilds tables where it cannot alter them."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
