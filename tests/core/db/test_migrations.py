"""Migrations reach exactly the schema of the models, and go all the way back, on both databases."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from core.db.base import Base
from core.db.engine import make_engine
from core.db.migrations import downgrade, is_current, upgrade
from tests.conftest import postgresql


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[Engine]:
    """An empty database of either kind."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'empty.db'}"
        if request.param == "postgresql":
            url = stack.enter_context(postgresql(f"migrations_{worker_id}"))
        engine = make_engine(url, writes=True)
        yield engine
        engine.dispose()


def test_up_reaches_the_models_and_down_leaves_nothing(empty: Engine) -> None:
    upgrade(empty)
    assert is_current(empty)
    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    downgrade(empty)
    assert set(inspect(empty).get_table_names()) <= {"alembic_version"}
    upgrade(empty)
    assert is_current(empty)


def test_constraints_are_the_same_as_the_models(empty: Engine) -> None:
    upgrade(empty)
    found = inspect(empty)
    for table in Base.metadata.tables.values():
        wanted = {str(check.name) for check in table.constraints if isinstance(check, sqlalchemy.CheckConstraint)}
        present = {str(check["name"]) for check in found.get_check_constraints(table.name)}
        assert wanted <= present, table.name
