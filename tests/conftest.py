"""Fixtures of the whole suite: an application on each database, wiped between tests; a frozen clock."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
import sqlalchemy
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import make_url

from app import create_app
from core import clock
from core.config import Settings
from core.db.base import Base
from core.db.work import Database
from core.i18n import set_locale
from core.live.pace import ACTS
from core.live.presence import PRESENCE
from core.web.context import services
from core.web.limits import forget_all
from tests import silent
from tests.browser.chromium import browser, driver
from tests.factories import World

__all__ = ["browser", "driver"]

POSTGRESQL = os.environ.get("HYEONDAP_TEST_POSTGRESQL", "postgresql://root@127.0.0.1:5432/root")
REDIS = os.environ.get("HYEONDAP_TEST_REDIS", "redis://127.0.0.1:6379/0")
IN_CI = os.environ.get("CI") == "true"
THAT_EVENING = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)


def _fresh_postgresql(worker: str) -> str:
    url = make_url(POSTGRESQL).set(drivername="postgresql+psycopg")
    name = f"hyeondap_test_{worker}_{os.getpid()}"
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(sqlalchemy.text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


def _drop_postgresql(url: str) -> None:
    name = make_url(url).database
    engine = sqlalchemy.create_engine(
        make_url(POSTGRESQL).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    engine.dispose()


@contextmanager
def postgresql(name: str) -> Iterator[str]:
    """The URL of an empty database of one's own as long as it is used; without a server the test is skipped, not in CI."""
    try:
        url = _fresh_postgresql(name)
    except sqlalchemy.exc.OperationalError as error:
        if IN_CI:
            raise
        pytest.skip(f"PostgreSQL does not answer: {error}")
    try:
        yield url
    finally:
        _drop_postgresql(url)


@pytest.fixture
def redis_address() -> str:
    """The Redis of the tests; without one the test is skipped, not in CI."""
    try:
        with redis.Redis.from_url(REDIS) as link:
            link.ping()
    except redis.RedisError as error:
        if IN_CI:
            raise
        pytest.skip(f"Redis does not answer: {error}")
    return REDIS


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, worker_id: str) -> Iterator[Flask]:
    """One application for each database and worker."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        data_dir = Path(folder)
        url = f"sqlite:///{data_dir / 'test.db'}"
        if request.param == "postgresql":
            url = stack.enter_context(postgresql(worker_id))
        settings = Settings(data_dir=data_dir, database_url=url, secret_key="k" * 40, testing=True)
        app = create_app(settings)
        app.testing = False
        app.config["WTF_CSRF_ENABLED"] = False
        database = services(app).database
        Base.metadata.create_all(database.write_engine)
        app.extensions["silent"] = silent.watch(database.write_engine)
        yield app
        database.close()


def _wipe(database: Database) -> None:
    with silent.allowed(), database.write_engine.begin() as connection:
        connection.execute(sqlalchemy.text("UPDATE forums SET segment_id = NULL"))
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
    database.forget()


LONG = ("browser", "faults", "scaled")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, so that no worker begins one when the other has nothing left to do."""
    items.sort(key=lambda item: not set(LONG) & set(item.path.parts))


@pytest.fixture(autouse=True)
def in_korean() -> None:
    """Every test begins in Korean, whatever the one before it spoke."""
    set_locale("ko")


@pytest.fixture
def app(house: Flask) -> Iterator[Flask]:
    """The application with an empty database, at seven in the evening of the forum.

    Afterwards no transaction may have changed without an event what readings keep.
    """
    _wipe(services(house).database)
    PRESENCE.__init__()  # type: ignore[misc]
    forget_all()
    ACTS.forget()
    with clock.frozen(THAT_EVENING):
        yield house
    changed, house.extensions["silent"][:] = list(house.extensions["silent"]), []
    assert not changed, f"changed without an event: {changed}"


@pytest.fixture
def database(app: Flask) -> Database:
    """The application's database."""
    return services(app).database


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a sign-in or seat."""
    return app.test_client()


@pytest.fixture
def world(app: Flask) -> World:
    """Makes people, forums, seats, proposals."""
    return World(app)
