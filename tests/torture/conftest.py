"""What the short versions of the runs of `scripts/torture` share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from installing import Debian, Mounts
from programs import bring

from scripts.torture_runs import site
from scripts.torture_runs.disk import Disk, mounted


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the site of the runs; to be copied, not opened."""
    return site.make(tmp_path_factory.mktemp("site"), bugs=1)


@pytest.fixture
def may_mount() -> None:
    """The tests that have this need the right to mount."""
    bring(Debian("fuse3", "fusermount3"), Mounts())


@pytest.fixture
def disk(may_mount: None, tmp_path: Path) -> Iterator[Disk]:
    """A disk that fails when it is told to."""
    folder = tmp_path / "disk"
    folder.mkdir()
    with mounted(folder) as disk:
        yield disk
