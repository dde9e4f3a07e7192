"""Attachment content: bytes that pass through in pieces and are never held whole.

On the way in an `Intake` gives a request its spools: a `Spool` keeps what is small in memory and the rest in a file
without a name, so that nothing of an unfinished request outlives it. On the way out content is either here already
(`MemoryContent`) or still in the store (`StoredContent`), and a protocol's writer only needs its size to go on.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol, Self

from gateway import errors

PIECE = 256 * 1024
"""Bytes in one piece of content on its way to or from the store."""

IN_MEMORY = 64 * 1024
"""Bytes of one value that a spool holds before it turns to a file."""


class SpoolFailed(Exception):  # noqa: N818 (it is the spool that has failed)
    """The file of a spool cannot be written or read: its disk is full, or fails.

    It is the server's fault, not the caller's; the message is for the log, not for clients.
    """


class Content(Protocol):
    """Bytes with a known length and SHA-256 (hex) that can be read again and again."""

    @property
    def size(self) -> int:
        """Length in bytes."""
        ...

    @property
    def sha256(self) -> str:
        """SHA-256 in hex."""
        ...

    def pieces(self) -> Iterator[bytes]:
        """The bytes, from the start, at most `PIECE` at a time."""
        ...


class MemoryContent:
    """Content that is small enough to be held."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self.data)

    @property
    def sha256(self) -> str:
        """SHA-256 in hex."""
        return hashlib.sha256(self.data).hexdigest()

    def pieces(self) -> Iterator[bytes]:
        """The bytes, at most `PIECE` at a time."""
        for start in range(0, len(self.data), PIECE):
            yield self.data[start : start + PIECE]


class StoredContent:
    """Content that stays in the store until the answer reaches it (`Store.stream`).

    `elsewhere` says that the database holds only its size and hash (`ExternalContent`).
    No dataclass: msgspec, which writes JSON answers, would take it for an object of members.
    """

    __slots__ = ("attachment_id", "elsewhere", "sha256", "size")

    def __init__(self, attachment_id: int, size: int, sha256: str, *, elsewhere: bool = False) -> None:
        self.attachment_id = attachment_id
        self.size = size
        self.sha256 = sha256
        self.elsewhere = elsewhere


@dataclass(frozen=True, slots=True)
class ExternalContent:
    """Content that is kept outside of the database, which records its size in bytes and its SHA-256 (hex) alone."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class NamedContent:
    """Content as a form sends it: with the name and the MIME type that the client gives it, empty where it does not."""

    content: Content
    file_name: str
    content_type: str


class Allowance:
    """How many bytes all unfinished requests together may keep, on disk or in memory."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.used = 0

    def take(self, amount: int) -> None:
        """Reserve `amount` bytes. Raises BUSY when that is more than is left."""
        if amount > 0 and self.used + amount > self.total:
            raise errors.BUSY(why="too many uploads are under way")
        self.used += amount

    def give_back(self, amount: int) -> None:
        """Return what was taken."""
        self.used -= amount


class Spool:
    """Takes in content as it arrives; afterwards it is `Content` like any other.

    Raises FILE_TOO_LARGE as soon as more than `limit` bytes were written, BUSY when the allowance is used up, and
    `SpoolFailed`, as its pieces do.
    """

    def __init__(self, limit: int, allowance: Allowance, directory: Path | None) -> None:
        self._limit = limit
        self._allowance = allowance
        self._directory = directory
        self._held = bytearray()
        self._file: IO[bytes] | None = None
        self._digest = hashlib.sha256()
        self._taken = 0
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
            self._take(self.size - self._taken)
            self._file.write(data)

    def _open(self) -> IO[bytes]:
        file = tempfile.TemporaryFile(dir=self._directory, prefix="gateway-upload-")  # noqa: SIM115 (closed by close)
        file.write(self._held)
        self._held.clear()
        return file

    def _take(self, amount: int) -> None:
        self._allowance.take(amount)
        self._taken += amount

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
        """Forget the bytes and return what was taken of the allowance."""
        if self._file is not None:
            with suppress(OSError):  # a full disk fails once more to take what it did not
                self._file.close()
        self._allowance.give_back(self._taken)
        self._taken = 0


@contextmanager
def _disk() -> Iterator[None]:
    """What fails of the disk in this block is told as `SpoolFailed`."""
    try:
        yield
    except OSError as problem:
        raise SpoolFailed(f"An upload cannot be kept on the disk: {problem}") from problem


class Intake:
    """What one request keeps while it arrives; leaving its `with` block lets go of all of it.

    `limit` is the largest attachment in bytes, `allowance` what all requests may keep on disk, `memory` what they may
    hold (None: as much as they like), and `directory` where spools keep their files (None: the system's).
    """

    def __init__(
        self, limit: int, allowance: Allowance, directory: Path | None = None, memory: Allowance | None = None
    ) -> None:
        self.limit = limit
        self._allowance = allowance
        self._directory = directory
        self._memory = memory
        self._held = 0
        self._spools: list[Spool] = []

    def spool(self) -> Spool:
        """A new, empty spool."""
        spool = Spool(self.limit, self._allowance, self._directory)
        self._spools.append(spool)
        return spool

    def hold(self, amount: int) -> None:
        """So many bytes of the request are held in memory now. Raises BUSY when others hold too many already."""
        if self._memory is not None:
            self._memory.take(amount - self._held)
            self._held = amount

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for spool in self._spools:
            spool.close()
        self.hold(0)
