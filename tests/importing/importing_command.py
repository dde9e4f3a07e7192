"""`gateway import` and `gateway dump`, run as an administrator runs them."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from sites import site, unpacked


def gateway(*words: object) -> str:
    """Run a command that must end well, and return what it prints."""
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
    gateway("import", source(name, folder), "--database", database, "--timezone", "UTC", *words)
    return database


def dump(database: Path) -> dict[str, Any]:
    """The site in a database."""
    file = database.with_suffix(".json")
    gateway("dump", file, "--database", database)
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return read


def comparable(database: Path | str, folder: Path | None = None) -> list[str]:
    """The lines of a dump, without what differs from one installation of Bugzilla to another."""
    file = folder / "dump.json" if folder else Path(database).with_suffix(".json")
    gateway("dump", file, "--database", database)
    text = re.sub(r'"(gateway_import|password_hash)":"(\\.|[^"\\])*"', r'"\1":""', file.read_text(encoding="utf-8"))
    text = re.sub(r'^{"id":\d+,"field":', '{"field":', text, flags=re.MULTILINE)  # legal values get new ids
    return [line for line in text.splitlines() if '"class_name":' not in line]
