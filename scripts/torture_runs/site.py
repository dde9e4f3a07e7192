"""The site that runs are made on: a user who may do everything, and empty bugs, so that all that is there was sent."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
API_KEY = "T" * 40
LOGIN = "writer@example.com"
PASSWORD = "a password of the site of the runs"  # noqa: S105 (nobody's)
FLAGS = ("review", "approval")
"""Names of flag types that may be set once on an attachment."""

_WHEN = "2026-01-02 03:04:05"


def make(folder: Path, bugs: int) -> Path:
    """A database in `folder` with so many bugs, numbered from 1."""
    database, file = folder / "site.db", folder / "site.json"
    file.write_text(json.dumps(_site(bugs)))
    command(database, "load", str(file))
    file.unlink()
    return database


def command(database: Path, *words: str) -> str:
    """What a subcommand of `gateway` says that has to end well on this database. Raises AssertionError."""
    line = [sys.executable, "-m", "gateway", *words, "--database", str(database)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f"gateway {words[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def _site(bugs: int) -> dict[str, Any]:
    return {
        "params": {"maxattachmentsize": str(20 << 10)},
        "groups": [{"id": 1, "name": "editbugs"}],
        "users": [
            {
                "id": 1,
                "login": LOGIN,
                "password": PASSWORD,
                "groups": ["editbugs"],
                "api_keys": [{"api_key": API_KEY}],
            }
        ],
        "products": [{"id": 1, "name": "Widgets"}],
        "components": [{"id": 1, "name": "Core", "product": "Widgets"}],
        "flag_types": [{"id": n, "name": name, "is_multiplicable": False} for n, name in enumerate(FLAGS, 1)],
        "bugs": [_bug(number) for number in range(1, bugs + 1)],
    }


def _bug(number: int) -> dict[str, Any]:
    people = {"reporter": LOGIN, "assigned_to": LOGIN}
    times = {"creation_time": _WHEN, "last_change_time": _WHEN}
    return {"id": number, "product": "Widgets", "component": "Core", "summary": f"bug {number}", **people, **times}
