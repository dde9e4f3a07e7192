from collections.abc import Iterator
from pathlib import Path

import pytest
from calling import Caller
from running import copied, running


@pytest.fixture(scope="session")
def caller(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """Calls the one gateway that all rule tables share. Bugs 1 and 3 are only to be looked at.

    The gateway believes X-Forwarded-For, so that a table may come from an address of its own.
    """
    database = copied(loaded_database, tmp_path_factory.mktemp("rules") / "gateway.db")
    with running(database, "--trusted-proxies", "127.0.0.1") as gateway:
        yield Caller(gateway.url)
