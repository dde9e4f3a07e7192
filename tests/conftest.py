"""Fixtures of all tests: gateways that run, on the site of `site.json`. The end of a run names what it left out."""

import logging
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from browsing import chromium
from bucket_server import Buckets, running_buckets
from hypothesis import settings
from playwright.sync_api import Browser
from postgresql_server import Server, running_server
from programs import LEFT_OUT
from running import Gateway, copied, load, running

settings.register_profile("gateway", deadline=None)  # however long an example takes on a busy machine
settings.load_profile("gateway")

LONG: set[str] = set()
"""Tests that were left out because they are marked as long."""


@pytest.fixture(autouse=True)
def logging_levels() -> Iterator[None]:
    """Restore the levels of loggers, which commands set that run in this process: other tests read the log."""
    loggers = [logging.getLogger(), logging.getLogger("gateway")]
    levels = [each.level for each in loggers]
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


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


# ---- what is left out, which the processes of pytest-xdist report to the one that prints


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    LONG.update(item.nodeid for item in items if item.get_closest_marker("long"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output.update(missing=list(LEFT_OUT), long=list(LONG))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    output = getattr(node, "workeroutput", {})  # none where the process crashed
    LEFT_OUT.update(dict.fromkeys(output.get("missing", ())))
    LONG.update(output.get("long", ()))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    yield
    if LEFT_OUT:
        how = "To install and run them, as root for Debian's: GATEWAY_TESTS_COMPLETE=1 scripts/test"
        terminalreporter.write_line(
            f"left out, with the tests that run them: {', '.join(LEFT_OUT)}. {how}", yellow=True
        )
    if LONG:
        terminalreporter.write_line(f"left out, for they take long: {len(LONG)} tests, which .ci/run runs", yellow=True)
