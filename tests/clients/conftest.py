"""Clients that are not run are named at the end of the test run."""

import os

import pytest
from catalogue import clients

_LEFT_OUT = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    left_out: list[str] = []
    config.stash[_LEFT_OUT] = left_out


@pytest.fixture
def left_out(pytestconfig: pytest.Config) -> list[str]:
    """Where a test notes a client that could not be installed."""
    return pytestconfig.stash[_LEFT_OUT]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    noted = config.stash[_LEFT_OUT]
    not_installed = list(dict.fromkeys(noted))
    if not_installed:
        terminalreporter.write_line(f"left out, for they could not be installed: {', '.join(not_installed)}")
    if os.environ.get("GATEWAY_TESTS_COMPLETE") != "1":
        others = [client.name for client in clients() if not client.needs_pip_only]
        terminalreporter.write_line(f"left out, for they need more than pip (scripts/clients): {', '.join(others)}")
