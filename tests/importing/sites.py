"""Real Bugzilla databases. They are not part of the project: GATEWAY_BUGZILLA names the folder with them."""

import gzip
import os
import shutil
import tarfile
from pathlib import Path

import pytest

FOLDER = os.environ.get("GATEWAY_BUGZILLA", "")

needs_sites = pytest.mark.skipif(not FOLDER, reason="GATEWAY_BUGZILLA names no folder with databases of Bugzilla")


def site(name: str) -> Path:
    """The file of this name among the sites."""
    return Path(FOLDER) / "sites" / name


def unpacked(name: str, folder: Path) -> Path:
    """The gzipped file of this name, unpacked into the folder."""
    path = folder / Path(name).stem
    if not path.exists():
        with gzip.open(site(name)) as packed, path.open("wb") as out:
            shutil.copyfileobj(packed, out)
    return path


def attachments(name: str, folder: Path) -> Path:
    """The folder data/attachments of this archive, unpacked."""
    with tarfile.open(site(name)) as archive:
        archive.extractall(folder, filter="data")
    return folder / "attachments"
