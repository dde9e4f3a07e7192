"""Spools: what a request gives back, whatever became of it."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway import errors
from gateway.budget import Budget, Quota
from gateway.spools import IN_MEMORY, RequestSpools, SpoolFailed


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A disk that is full for files of more than `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def fill(disk: Quota, directory: Path, size: int) -> None:
    """Write a little more than `size` bytes, and read them."""
    with RequestSpools(2 * size, Budget(disk=disk), directory) as spools:
        other, spool = spools.spool(), spools.spool(alone=True)
        other.write(bytes(size))
        spool.write(bytes(size))
        spool.write(b"what is written only when it is read")
        list(spool.pieces())


def test_content_is_charged_wherever_it_is_kept(tmp_path: Path) -> None:
    memory, disk = Quota(), Quota()
    with RequestSpools(3 * IN_MEMORY, Budget(memory=memory, disk=disk), tmp_path) as spools:
        short, long = spools.spool(), spools.spool()
        for spool in (short, long):
            spool.write(bytes(10))
            spool.write(bytes(IN_MEMORY - 10))
        assert (memory.used, disk.used) == (2 * IN_MEMORY, 0)
        long.write(bytes(IN_MEMORY))
        assert (memory.used, disk.used) == (IN_MEMORY, 2 * IN_MEMORY)
    assert (memory.used, disk.used) == (0, 0)


@pytest.mark.parametrize("size", [10, 2 * IN_MEMORY])
def test_rejected_content_keeps_nothing_and_raises_its_error_where_it_is_wanted(tmp_path: Path, size: int) -> None:
    memory, disk = Quota(), Quota()
    with RequestSpools(3 * IN_MEMORY, Budget(memory=memory, disk=disk), tmp_path) as spools:
        spool = spools.spool()
        spool.write(bytes(size))
        assert spool.accepted() is spool
        spool.reject(errors.FILE_TOO_LARGE(limit=1))
        assert (memory.used, disk.used, spool.in_memory or b"") == (0, 0, b"")
        for wanted in (spool.accepted, lambda: next(spool.pieces())):
            with pytest.raises(errors.GatewayError) as caught:
                wanted()
            assert caught.value.kind is errors.FILE_TOO_LARGE


def test_the_contents_of_a_request_share_a_file(tmp_path: Path) -> None:
    contents = [bytes([number]) * (2 * IN_MEMORY + number) for number in range(20)]
    before = len(list(Path("/proc/self/fd").iterdir()))
    with RequestSpools(5 * IN_MEMORY, Budget(), tmp_path) as spools:
        filled = [spools.spool() for _ in contents]
        for spool, content in zip(filled, contents, strict=True):
            spool.write(content[:10])
            spool.write(content[10:])
        assert len(list(Path("/proc/self/fd").iterdir())) == before + 1
        for spool, content in reversed(list(zip(filled, contents, strict=True))):
            assert b"".join(spool.pieces()) == content
        first, second = (spools.spool(alone=True) for _ in "ab")
        for spool in (first, second, first):
            spool.write(contents[0])
        assert b"".join(first.pieces()) == contents[0] * 2
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_the_space_of_refused_content_is_used_again(tmp_path: Path) -> None:
    disk = Quota()
    with RequestSpools(IN_MEMORY * 3, Budget(disk=disk), tmp_path) as spools:
        for _ in range(10):
            refused = spools.spool()
            refused.write(bytes(2 * IN_MEMORY))
            refused.close()
        assert disk.used == 0
        kept = spools.spool()
        kept.write(b"x" * 2 * IN_MEMORY)
        assert b"".join(kept.pieces()) == b"x" * 2 * IN_MEMORY
        file = kept._file._file
        assert file
        assert os.fstat(file.fileno()).st_size == 2 * IN_MEMORY


def test_a_full_disk_uses_up_no_quota(tmp_path: Path) -> None:
    size, disk = 2 * IN_MEMORY, Quota(10 * IN_MEMORY)
    with files_of_at_most(size), pytest.raises(SpoolFailed, match="large"):
        fill(disk, tmp_path, size)
    assert disk.used == 0
    fill(disk, tmp_path, size)
