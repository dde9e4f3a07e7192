"""Clients that take more than pip are run by `scripts/clients`; the end of a test run without it names them."""

from collections.abc import Generator

import pytest
from catalogue import clients
from programs import COMPLETE


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    yield
    if not COMPLETE:
        names = ", ".join(client.name for client in clients() if not client.takes_pip_alone)
        line = f"left out, for they take more than pip: {names}. To install and run them: scripts/clients"
        terminalreporter.write_line(line, yellow=True)
