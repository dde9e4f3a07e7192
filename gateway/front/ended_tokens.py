"""The tokens of this front that `User.logout` has ended: a file, which all workers read, and which outlives a restart.

A line has the time when the token would have expired, in hexadecimal seconds of the epoch, and a digest of it, which
tells nothing of the token. Lines whose time is over are dropped.
"""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gateway import errors

TIDIED = 1000
"""Lines from which on those that are over are dropped when one is added."""


class EndedTokens:
    """The ended tokens in the file at `path`, by their signatures. The first of them makes it, for its owner alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at: tuple[int, int, int] | None = None
        self._until: Mapping[str, float] = {}

    def __contains__(self, signature: str) -> bool:
        """Tell whether a token has been ended. Raises BUSY if the file cannot be read."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return False
        except OSError as problem:
            raise errors.BUSY(why="its file of ended tokens cannot be read") from problem
        changed = (found.st_ino, found.st_mtime_ns, found.st_size)
        if changed != self._read_at:
            try:
                with self._open(os.O_RDONLY, fcntl.LOCK_SH) as file:
                    self._until, self._read_at = _parsed(_all_of(file)), changed
            except OSError as problem:
                raise errors.BUSY(why="its file of ended tokens cannot be read") from problem
        return self._until.get(_digest(signature), 0.0) >= time.time()

    def add(self, signature: str, expires: int) -> None:
        """End a token, which expires at a second of the epoch. Raises BUSY if the file cannot be written."""
        line = f"{expires:x} {_digest(signature)}\n".encode()
        try:
            with self._open(os.O_RDWR | os.O_CREAT | os.O_APPEND, fcntl.LOCK_EX) as file:
                written = _all_of(file)
                if written.count(b"\n") >= TIDIED:
                    os.ftruncate(file, 0)
                    line = b"".join(f"{int(until):x} {digest}\n".encode() for digest, until in _left(written)) + line
                os.write(file, line)
                os.fsync(file)
        except OSError as problem:
            raise errors.BUSY(why="its file of ended tokens cannot be written") from problem

    @contextmanager
    def _open(self, flags: int, lock: int) -> Iterator[int]:
        file = os.open(self._path, flags, 0o600)
        try:
            fcntl.flock(file, lock)
            yield file
        finally:
            os.close(file)


def _all_of(file: int) -> bytes:
    return os.pread(file, os.fstat(file).st_size, 0)


def _parsed(written: bytes) -> dict[str, float]:
    """The times by digest. A line that somebody else has damaged is left out."""
    lines = (line.split() for line in written.decode("ascii", "replace").splitlines())
    found = {}
    for words in lines:
        if len(words) == 2:
            try:
                found[words[1]] = float(int(words[0], 16))
            except (ValueError, OverflowError):
                continue
    return found


def _left(written: bytes) -> Iterator[tuple[str, float]]:
    yield from ((digest, until) for digest, until in _parsed(written).items() if until >= time.time())


def _digest(signature: str) -> str:
    return hashlib.blake2b(signature.encode(), digest_size=16).hexdigest()
