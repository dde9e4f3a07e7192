"""Sites that move, and places for them on both backends."""

from pathlib import Path

import pytest
from postgresql_server import Server
from running import copied, load
from sites_to_move import fill

from gateway.database_url import DatabaseUrl
from gateway.store.opening import locate
from gateway.store.store_location import StoreLocation


@pytest.fixture(scope="session")
def full_file(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with something of everything; to be copied."""
    file = copied(loaded_database, tmp_path_factory.mktemp("full") / "full.db")
    fill(locate(file))
    return file


@pytest.fixture(scope="session")
def full_database(postgresql_server: Server) -> str:
    """A database on the server with something of everything; to be copied."""
    url = postgresql_server.new_database()
    load(url)
    fill(locate(DatabaseUrl(url)))
    return url


@pytest.fixture(params=["to postgresql", "to sqlite"])
def places(
    request: pytest.FixtureRequest, postgresql_server: Server, tmp_path: Path
) -> tuple[StoreLocation, StoreLocation]:
    """A place with a site, and an empty one on the other backend for it to move to."""
    if request.param == "to postgresql":
        old = locate(copied(request.getfixturevalue("full_file"), tmp_path / "old.db"))
        return old, locate(DatabaseUrl(postgresql_server.new_database()))
    url = postgresql_server.copy_of(request.getfixturevalue("full_database"))
    return locate(DatabaseUrl(url)), locate(tmp_path / "new.db")
