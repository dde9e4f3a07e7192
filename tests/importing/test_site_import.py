"""A whole site is imported from each database, and a client cannot tell it from the Bugzilla."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import running
from sites import needs_sites, site, unpacked

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


def gateway(*words: object) -> str:
    command = [sys.executable, "-m", "gateway", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def source(name: str, folder: Path) -> Path:
    """The source of this name: a SQLite database has to be unpacked."""
    return unpacked(name, folder) if ".db." in name else site(name)


def imported(name: str, folder: Path, *words: object) -> Path:
    """A new database with the site of this name."""
    database = folder / "gateway.db"
    zone = () if "--timezone" in words else ("--timezone", "UTC")
    gateway("import", source(name, folder), "--database", database, *zone, *words)
    return database


def dump(database: Path) -> dict[str, Any]:
    file = database.with_suffix(".json")
    gateway("dump", file, "--database", database)
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return read


def comparable(database: Path) -> list[str]:
    """The lines of a dump, without what differs from one installation of Bugzilla to another."""
    file = database.with_suffix(".json")
    gateway("dump", file, "--database", database)
    text = re.sub(r'"(gateway_import|password_hash)":"(\\.|[^"\\])*"', r'"\1":""', file.read_text(encoding="utf-8"))
    return [line for line in text.splitlines() if '"class_name":' not in line]


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
