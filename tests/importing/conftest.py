"""Fixtures of the tests of imports."""

from collections.abc import Iterator

import pytest
from mariadb_server import MariaDB, running_mariadb


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    """One MariaDB server for all tests; each has databases of its own there."""
    with running_mariadb() as server:
        yield server
