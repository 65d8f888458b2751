"""Bringing a database to the present schema, and back."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def configuration() -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine, to: str = "head") -> None:
    """Bring the database up to a revision."""
    _run(engine, to, up=True)


def downgrade(engine: Engine, to: str = "base") -> None:
    """Take the database down to a revision."""
    _run(engine, to, up=False)


def _run(engine: Engine, to: str, *, up: bool) -> None:
    config = configuration()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        (command.upgrade if up else command.downgrade)(config, to)
        connection.commit()


def is_current(engine: Engine) -> bool:
    """Whether the database stands at the newest revision."""
    newest = ScriptDirectory.from_config(configuration()).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest


def revision_of(engine: Engine) -> str | None:
    """The revision at which a database stands; None where it never had one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str) -> bool:
    """Whether this version of the house knows a revision: a newer one it does not."""
    script = ScriptDirectory.from_config(configuration())
    return revision in {known.revision for known in script.walk_revisions()}
