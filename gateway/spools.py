"""Spools: content is kept here while it arrives, small content in memory and the rest in a file without a name.

Nothing of an unfinished request outlives it: the system removes such a file with the process.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Self

from gateway import errors
from gateway.budget import Budget
from gateway.content import PIECE, Unavailable

IN_MEMORY = 64 * 1024
"""Bytes of one value that a spool holds before it turns to a file."""


class SpoolFailed(Unavailable):
    """The file of a spool cannot be written or read: its disk is full, or fails."""


class Spool:
    """Takes in content as it arrives; afterwards it is `Content` like any other.

    Raises FILE_TOO_LARGE as soon as more than `limit` bytes were written, BUSY when the budget is used up, and
    `SpoolFailed`, as its pieces do.
    """

    def __init__(self, limit: int, budget: Budget, directory: Path | None) -> None:
        self._limit = limit
        self._budget = budget
        self._directory = directory
        self._held = bytearray()
        self._file: IO[bytes] | None = None
        self._digest = hashlib.sha256()
        self._charged = 0
        self.size = 0

    def write(self, data: bytes) -> None:
        """Add `data` at the end."""
        self.size += len(data)
        if self.size > self._limit:
            raise errors.FILE_TOO_LARGE(limit=self._limit)
        self._digest.update(data)
        if self._file is None and self.size <= IN_MEMORY:
            self._held += data
            return
        with _disk():
            if self._file is None:
                self._file = self._open()
            self._charge(self.size - self._charged)
            self._file.write(data)

    def _open(self) -> IO[bytes]:
        file = tempfile.TemporaryFile(dir=self._directory, prefix="gateway-upload-")  # noqa: SIM115 (closed by close)
        file.write(self._held)
        self._held.clear()
        return file

    def _charge(self, amount: int) -> None:
        self._budget.charge_disk(amount)
        self._charged += amount

    @property
    def sha256(self) -> str:
        """SHA-256 of what was written so far, in hex."""
        return self._digest.hexdigest()

    @property
    def in_memory(self) -> bytes | None:
        """All of it where it is small enough to be held, else None."""
        return bytes(self._held) if self._file is None else None

    def pieces(self) -> Iterator[bytes]:
        """The bytes from the start, at most `PIECE` at a time."""
        if self._file is None:
            yield bytes(self._held)
            return
        with _disk():
            self._file.seek(0)
            while piece := self._file.read(PIECE):
                yield piece

    def close(self) -> None:
        """Forget the bytes and give back what was charged for them."""
        if self._file is not None:
            with suppress(OSError):  # a full disk fails once more to take what it did not
                self._file.close()
        self._budget.charge_disk(-self._charged)
        self._charged = 0


@contextmanager
def _disk() -> Iterator[None]:
    """Turn errors of the disk in this block into `SpoolFailed`."""
    try:
        yield
    except OSError as problem:
        raise SpoolFailed(f"An upload cannot be kept on the disk: {problem}") from problem


class RequestSpools:
    """The spools of one request, each for at most `limit` bytes; leaving the `with` block closes all of them.

    `budget` is that of the request; `directory` is where files are kept (None: the system's for temporary files).
    """

    def __init__(self, limit: int, budget: Budget, directory: Path | None = None) -> None:
        self.limit = limit
        self.budget = budget
        self._directory = directory
        self._spools: list[Spool] = []

    def spool(self) -> Spool:
        """A new, empty spool."""
        spool = Spool(self.limit, self.budget, self._directory)
        self._spools.append(spool)
        return spool

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for spool in self._spools:
            spool.close()
