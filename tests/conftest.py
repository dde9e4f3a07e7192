"""What tests share: gateways that run, on the site of `site.json`. What is left out is named at the end."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from browsing import chromium
from bucket_server import Buckets, running_buckets
from playwright.sync_api import Browser
from postgresql_server import Server, running_server
from programs import left_out
from running import Gateway, copied, load, running


@pytest.fixture(scope="session")
def loaded_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that holds the test site; to be copied, not opened."""
    database = tmp_path_factory.mktemp("site") / "site.db"
    load(database)
    return database


@pytest.fixture(scope="session")
def standing_gateway(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One gateway for all tests that only read."""
    with running(copied(loaded_database, tmp_path_factory.mktemp("standing") / "gateway.db")) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def module_gateway(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway for the tests of one module, which share what they write."""
    with running(copied(loaded_database, tmp_path_factory.mktemp("module") / "gateway.db")) as gateway:
        yield gateway


@pytest.fixture
def gateway(loaded_database: Path, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway of the test's own."""
    with running(copied(loaded_database, tmp_path / "gateway.db")) as gateway:
        yield gateway


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """One PostgreSQL server for all tests; each has databases of its own there."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of one module: while it is open, no other event loop runs."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def buckets() -> Iterator[Buckets]:
    """One service with buckets for all tests; each has a bucket of its own there."""
    with running_buckets() as buckets:
        yield buckets


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    yield
    if line := left_out():
        terminalreporter.write_line(line, yellow=True)
