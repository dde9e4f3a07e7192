"""Attachment content: bytes that pass through in pieces and are never in memory as a whole.

On the way in it is kept in a `gateway.spools.Spool`. On the way out it is either here already (`MemoryContent`) or
still in the store (`StoredContent`), and a protocol's writer only needs its size to go on.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

PIECE = 256 * 1024
"""The size of a piece of content on its way to or from the store, in bytes."""

BLOCK = 1024**2
"""Bytes in one request to a bucket: a slow reader holds no connection to it, and a retry repeats little."""


class Unavailable(Exception):  # noqa: N818
    """The server cannot do what was asked: its store or its disk is full, locked, damaged or away.

    It is the server's fault, not the caller's; the message is for the log, not for clients. Nothing has happened.
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
