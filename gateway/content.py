"""Attachment content: bytes that pass through in pieces and are never in memory as a whole.

For incoming content an `Intake` gives a request its spools: a `Spool` keeps short content in memory and the rest in an
unnamed file, so that nothing of an unfinished request is left behind. Outgoing content is either in memory
(`MemoryContent`) or still in the store (`StoredContent`), and the writer of a protocol only needs its size.
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
"""The size of a piece of content on its way to or from the store, in bytes."""

IN_MEMORY = 64 * 1024
"""The bytes of one value that a spool keeps in memory before it uses a file."""


class SpoolFailed(Exception):  # noqa: N818 (it is the spool that has failed)
    """Raised if the file of a spool cannot be written or read, because its disk is full or fails.

    It is an error of the server, not of the caller; the message is for the log, not for clients.
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
    """Content that is small enough to be kept in memory."""

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

    `external` says that the database holds only its size and hash (`ExternalContent`).
    No dataclass: msgspec, which writes JSON answers, would take it for an object of members.
    """

    __slots__ = ("attachment_id", "external", "sha256", "size")

    def __init__(self, attachment_id: int, size: int, sha256: str, *, external: bool = False) -> None:
        self.attachment_id = attachment_id
        self.size = size
        self.sha256 = sha256
        self.external = external


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
    """A limit on the bytes that all unfinished requests together may keep, on disk or in memory."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.used = 0

    def take(self, amount: int) -> None:
        """Reserve `amount` bytes. Raises BUSY if fewer are left."""
        if amount > 0 and self.used + amount > self.total:
            raise errors.BUSY(why="too many uploads are in progress")
        self.used += amount

    def give_back(self, amount: int) -> None:
        """Release `amount` bytes."""
        self.used -= amount


class Spool:
    """Receives content as it arrives; afterwards it is `Content` like any other.

    Writing raises FILE_TOO_LARGE after more than `limit` bytes, BUSY if the allowance is used up, and `SpoolFailed`, as
    reading its pieces does.
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
        """Discard the bytes and release their part of the allowance."""
        if self._file is not None:
            with suppress(OSError):  # on a full disk, the buffered rest cannot be written
                self._file.close()
        self._allowance.give_back(self._taken)
        self._taken = 0


@contextmanager
def _disk() -> Iterator[None]:
    """Raise `SpoolFailed` for any error of the disk in this block."""
    try:
        yield
    except OSError as problem:
        raise SpoolFailed(f"An upload cannot be kept on the disk: {problem}") from problem


class Intake:
    """The memory and spools of a request while it arrives; leaving its `with` block releases them.

    `limit` is the size limit of attachments in bytes, `allowance` the disk space and `memory` the memory that all
    requests together may use (None: no limit), and `directory` the directory for the files of spools (None: the
    system's).
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
        """Return a new, empty spool."""
        spool = Spool(self.limit, self._allowance, self._directory)
        self._spools.append(spool)
        return spool

    def hold(self, amount: int) -> None:
        """Record that the request now holds `amount` bytes in memory. Raises BUSY if others hold too many."""
        if self._memory is not None:
            self._memory.take(amount - self._held)
            self._held = amount

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for spool in self._spools:
            spool.close()
        self.hold(0)
