"""A store of its own for each file of faults, on each database."""

import uuid
from collections.abc import Iterator

import pytest

from tests.conftest import postgresql


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database; empty for a file of the house's own."""
    if request.param == "sqlite":
        yield ""
        return
    with postgresql(f"faults_{uuid.uuid4().hex[:8]}") as url:
        yield url
