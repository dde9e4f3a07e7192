import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from calling import Caller
from running import Gateway, copied, running


@pytest.fixture(scope="session")
def impatient(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that waits for half a second, and keeps unfinished requests in the folder `spools`."""
    folder = tmp_path_factory.mktemp("badinput")
    (folder / "spools").mkdir()
    flags = ("--body-timeout", "500ms", "--spool-directory", str(folder / "spools"))
    with running(copied(loaded_database, folder / "gateway.db"), *flags) as gateway:
        yield gateway


@pytest.fixture
def unharmed(impatient: Gateway) -> Iterator[Gateway]:
    """The same for a test that must leave nothing behind: no row in the database, no file, and a gateway that lives."""
    before = rows(impatient.database)
    yield impatient
    answer = Caller(impatient.url).agreed("Bugzilla.version", {})
    assert answer.result == {"version": "5.2"}
    assert rows(impatient.database) == before
    assert spools(impatient) == []


def rows(database: Path) -> list[str]:
    """Everything in a database."""
    connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def spools(gateway: Gateway) -> list[str]:
    """The files of unfinished requests: those with a name, and, where the system can tell, those without."""
    folder = gateway.database.parent / "spools"
    opened = [_target(each) for each in Path(f"/proc/{gateway.process.pid}/fd").glob("*")]
    return [each.name for each in folder.iterdir()] + [each for each in opened if str(folder) in each]


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except FileNotFoundError:
        return ""
