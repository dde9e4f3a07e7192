"""A whole site is imported from each database, and a client cannot tell it from the Bugzilla."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importing_command import comparable, gateway, imported, source
from postgresql_server import Server
from running import running
from sites import needs_sites, site

pytestmark = needs_sites

EXCHANGES = os.environ.get("GATEWAY_EXCHANGES", "")
DEVIATIONS = Path(__file__).parents[1] / "deviations.jsonl"
FIXTURE = {
    "sqlite": "bugzilla-5.2-sqlite.db.gz",
    "mariadb": "bugzilla-5.2-mariadb.sql.gz",
    "mariadb with raw bytes": "bugzilla-5.2-mariadb-plain-mysqldump.sql.gz",
    "postgresql": "bugzilla-5.2-postgresql.sql.gz",
}
PARAMS = "bugzilla-5.2-params.json"


@pytest.fixture(scope="module")
def from_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fixture of the recorded exchanges, imported from SQLite."""
    folder = tmp_path_factory.mktemp("sqlite")
    words = ("--params", site(PARAMS), "--site-version", "5.2+", "--extension", "QA=1.0")
    return imported(FIXTURE["sqlite"], folder, *words)


@pytest.mark.parametrize("kind", [kind for kind in FIXTURE if kind != "sqlite"])
def test_every_database_gives_the_same_site(kind: str, from_sqlite: Path, tmp_path: Path) -> None:
    words = ("--params", site(PARAMS), "--site-version", "5.2+", "--extension", "QA=1.0")
    other = imported(FIXTURE[kind], tmp_path, *words)
    assert comparable(other) == comparable(from_sqlite)


def test_a_postgresql_database_holds_the_same_site(
    from_sqlite: Path, tmp_path: Path, postgresql_server: Server
) -> None:
    url = postgresql_server.new_database()
    words = ("--params", site(PARAMS), "--site-version", "5.2+", "--extension", "QA=1.0", "--timezone", "UTC")
    for _ in range(2):
        gateway("import", source(FIXTURE["sqlite"], tmp_path), "--database", url, *words)
    assert comparable(url, tmp_path) == comparable(from_sqlite)


def test_nothing_is_imported_twice(from_sqlite: Path, tmp_path: Path) -> None:
    before = comparable(from_sqlite)
    words = ("--params", site(PARAMS), "--site-version", "5.2+", "--extension", "QA=1.0", "--timezone", "UTC")
    gateway("import", source(FIXTURE["sqlite"], tmp_path), "--database", from_sqlite, *words)
    assert comparable(from_sqlite) == before


@pytest.fixture
def url(from_sqlite: Path, tmp_path: Path) -> Iterator[str]:
    database = tmp_path / "served.db"
    gateway("backup", database, "--database", from_sqlite)
    with running(database) as served:
        yield served.url.rstrip("/")


@pytest.mark.skipif(not EXCHANGES, reason="GATEWAY_EXCHANGES names no folder with recorded exchanges")
def test_all_recorded_exchanges_match(url: str) -> None:
    folder = Path(EXCHANGES)
    command = [sys.executable, str(folder / "replay.py"), "--base", url]
    for file in (folder / "deviations.jsonl", DEVIATIONS):
        command += ["--deviations", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
