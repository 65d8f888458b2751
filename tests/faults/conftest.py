"""A store of its own for each file of faults, on each database."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import OperationalError

from tests.conftest import IN_CI, drop_postgresql, fresh_postgresql


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database; empty for a file of the house's own."""
    if request.param == "sqlite":
        yield ""
        return
    try:
        url = fresh_postgresql(f"faults_{uuid.uuid4().hex[:8]}")
    except OperationalError as error:
        if IN_CI:
            raise
        pytest.skip(f"PostgreSQL does not answer: {error}")
    yield url
    drop_postgresql(url)
