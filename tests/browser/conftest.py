"""A served hall for each story."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.hall import Hall, Server, serving


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A served application without a demo."""
    with serving(tmp_path / "var") as served:
        yield served


@pytest.fixture(scope="session")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A served demo, its residents standing still."""
    with serving(tmp_path_factory.mktemp("demo") / "var", demo=True, DEMO_RESIDENTS="0") as served:
        yield served


@pytest.fixture
def hall(browser: Browser, server: Server) -> Iterator[Hall]:
    """An empty hall; nothing may go wrong in any window."""
    here = Hall(browser, server.address)
    yield here
    faults = here.faults()
    here.leave()
    assert faults == []
