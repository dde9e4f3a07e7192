"""The wide site: a whole Bugzilla with every kind of product, group, field and flag, from which answers were recorded.

It is not part of the project. The environment variable GATEWAY_WIDE names the folder with its database, its parameters
and the recordings.
"""

import gzip
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
from running import command

from gateway.methods.catalogue import METHODS

WIDE = os.environ.get("GATEWAY_WIDE", "")

needs_wide_site = pytest.mark.skipif(not WIDE, reason="GATEWAY_WIDE names no folder with the wide site")


def not_served(methods: Iterable[str]) -> str:
    """Name those of the methods that the gateway does not serve yet."""
    return ", ".join(sorted({method for method in methods if METHODS.get(method) is None}))


def import_wide_site(database: Path | str, folder: Path) -> None:
    """Fill a new database with the wide site; its own is unpacked into `folder`."""
    bugzilla = folder / "bugzilla.db"
    with gzip.open(Path(WIDE) / "wide-sqlite.db.gz") as packed, bugzilla.open("wb") as unpacked:
        shutil.copyfileobj(packed, unpacked)
    command(
        *("import", f"sqlite:{bugzilla}", "--params", str(Path(WIDE) / "params.json"), "--timezone", "UTC"),
        *("--site-version", "5.2+", "--extension", "QA=1.0", "--database", str(database)),
    )
