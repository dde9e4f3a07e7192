"""Spools keep content while it arrives: short content in memory, and the rest in an unnamed file.

A request may send hundreds of contents, one after the other; all of them share one file. The system removes an unnamed
file with its process, so nothing of an unfinished request is left behind.
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


class SpoolFile:
    """An unnamed file for spools that are written one after the other."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        self._file: IO[bytes] | None = None
        self._writer: Spool | None = None
        self._end = 0

    def append(self, spool: "Spool", data: bytes) -> int:
        """Write at the end; return the position. No other spool may be written between two writes of the same one."""
        with _disk():
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._directory, prefix="gateway-upload-")  # noqa: SIM115 (closed by close)
            if spool is not self._writer:
                if spool.has_file:
                    raise AssertionError("the spools of a file are written one after the other")
                self._writer = spool
            self._file.seek(self._end)
            self._file.write(data)
            self._end += len(data)
            return self._end - len(data)

    def read(self, start: int, length: int) -> bytes:
        """Return the bytes at a position; fewer if the file is shorter."""
        with _disk():
            if self._file is None:
                raise AssertionError("nothing was written")
            self._file.seek(start)
            return self._file.read(length)

    def take_back(self, spool: "Spool", start: int) -> None:
        """Discard what a spool has written, if it is the last, so that the space can be used again."""
        if self._file is not None and spool is self._writer:
            self._end, self._writer = start, None
            with suppress(OSError):
                self._file.truncate(start)

    def close(self) -> None:
        """Discard the file."""
        if self._file is not None:
            with suppress(OSError):  # on a full disk, the buffered rest cannot be written
                self._file.close()


class Spool:
    """Receives content as it arrives; afterwards it is `Content` like any other.

    Writing raises FILE_TOO_LARGE after more than `limit` bytes, BUSY if the budget is used up, and `SpoolFailed`, as
    reading its pieces does.
    """

    def __init__(self, limit: int, budget: Budget, file: SpoolFile) -> None:
        self._limit = limit
        self._budget = budget
        self._file = file
        self._start = 0
        self.has_file = False
        """True if the content is in the file."""
        self._held = bytearray()
        self._digest = hashlib.sha256()
        self._charged_disk = 0
        self._charged_memory = 0
        self._error: errors.GatewayError | None = None
        self.size = 0

    def write(self, data: bytes) -> None:
        """Add `data` at the end."""
        self.size += len(data)
        if self.size > self._limit:
            raise errors.FILE_TOO_LARGE(limit=self._limit)
        self._digest.update(data)
        if not self.has_file and self.size <= IN_MEMORY:
            self._charge_memory(self.size)
            self._held += data
            return
        self._charge_disk(self.size - self._charged_disk)
        if not self.has_file:
            self._start = self._file.append(self, bytes(self._held))
            self.has_file = True
            self._held.clear()
            self._charge_memory(0)
        self._file.append(self, data)

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
        return None if self.has_file else bytes(self._held)

    def pieces(self) -> Iterator[bytes]:
        """The bytes from the start, at most `PIECE` at a time. Raises the error with which it was rejected."""
        self.accepted()
        if not self.has_file:
            yield bytes(self._held)
            return
        for start in range(0, self.size, PIECE):
            yield self._file.read(self._start + start, min(PIECE, self.size - start))

    def reject(self, error: errors.GatewayError) -> None:
        """Discard the bytes: this content cannot be taken. `accepted` raises the error where it is wanted."""
        self._error = error
        self.close()

    @property
    def is_rejected(self) -> bool:
        """True after `reject`."""
        return self._error is not None

    def accepted(self) -> Self:
        """Return this content. Raises the error with which it was rejected."""
        if self._error is not None:
            raise self._error
        return self

    def close(self) -> None:
        """Discard the bytes, and release their part of the budget."""
        if self.has_file:
            self._file.take_back(self, self._start)
        self._held.clear()
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
        self._shared = SpoolFile(directory)
        self._files = [self._shared]
        self._spools: list[Spool] = []

    def spool(self, *, alone: bool = False) -> Spool:
        """Return a new, empty spool, to be written after the others, or beside them if it is `alone` in its file."""
        file = SpoolFile(self._directory) if alone else self._shared
        if alone:
            self._files.append(file)
        spool = Spool(self.limit, self.budget, file)
        self._spools.append(spool)
        return spool

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for spool in reversed(self._spools):
            spool.close()
        for file in self._files:
            file.close()
