"""Spools keep content while it arrives: short content in memory, and the rest in an unnamed file.

The system removes an unnamed file with its process, so nothing of an unfinished request is left behind.
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
"""The bytes of one value that a spool keeps in memory before it uses a file."""


class SpoolFailed(Unavailable):
    """Raised if the file of a spool cannot be written or read, because its disk is full or fails."""


class Spool:
    """Receives content as it arrives; afterwards it is `Content` like any other.

    Writing raises FILE_TOO_LARGE after more than `limit` bytes, BUSY if the budget is used up, and `SpoolFailed`, as
    reading its pieces does.
    """

    def __init__(self, limit: int, budget: Budget, directory: Path | None) -> None:
        self._limit = limit
        self._budget = budget
        self._directory = directory
        self._held = bytearray()
        self._file: IO[bytes] | None = None
        self._digest = hashlib.sha256()
        self._charged_disk = 0
        self._charged_memory = 0
        self.size = 0

    def write(self, data: bytes) -> None:
        """Add `data` at the end."""
        self.size += len(data)
        if self.size > self._limit:
            raise errors.FILE_TOO_LARGE(limit=self._limit)
        self._digest.update(data)
        if self._file is None and self.size <= IN_MEMORY:
            self._charge_memory(self.size)
            self._held += data
            return
        with _disk():
            if self._file is None:
                self._file = self._open()
            self._charge_disk(self.size - self._charged_disk)
            self._file.write(data)

    def _open(self) -> IO[bytes]:
        file = tempfile.TemporaryFile(dir=self._directory, prefix="gateway-upload-")  # noqa: SIM115 (closed by close)
        file.write(self._held)
        self._held.clear()
        self._charge_memory(0)
        return file

    def _charge_disk(self, amount: int) -> None:
        self._budget.charge_disk(amount)
        self._charged_disk += amount

    def _charge_memory(self, amount: int) -> None:
        """Charge what is held in memory now instead of what was held before."""
        self._budget.charge_memory(amount - self._charged_memory)
        self._charged_memory = amount

    @property
    def sha256(self) -> str:
        """SHA-256 of what was written so far, in hex."""
        return self._digest.hexdigest()

    @property
    def in_memory(self) -> bytes | None:
        """All of the content if it is kept in memory, otherwise None."""
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
        """Discard the bytes, and release their part of the budget."""
        if self._file is not None:
            with suppress(OSError):  # on a full disk, the buffered rest cannot be written
                self._file.close()
        self._budget.charge_disk(-self._charged_disk)
        self._charged_disk = 0
        self._charge_memory(0)


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
        """Return a new, empty spool."""
        spool = Spool(self.limit, self.budget, self._directory)
        self._spools.append(spool)
        return spool

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for spool in self._spools:
            spool.close()
