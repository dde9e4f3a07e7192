"""The text of a dump: plain or compressed, read in chunks."""

import gzip
import sys
from pathlib import Path
from typing import IO, Any, cast

from gateway.importing.import_errors import ImportRefused

CHUNK = 1024 * 1024

LONGEST_ROW = 128 * 1024 * 1024
"""The most bytes that are read to find the end of a row."""

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_POSTGRESQL_CUSTOM, _TAR_MARK, _TAR_AT = b"PGDMP", b"ustar", 257


def is_dump(path: Path) -> bool:
    """Tell whether a file is no SQLite database, but what may be a dump."""
    with path.open("rb") as file:
        return not file.read(16).startswith(b"SQLite format 3")


def open_dump(path: Path) -> IO[bytes]:
    """Open a dump, decompressed. Raises `ImportRefused` for the formats that only pg_restore can read."""
    try:
        file = path.open("rb")
    except OSError as problem:
        raise ImportRefused(f"{path} cannot be read: {problem.strerror}.") from problem
    start = file.read(_TAR_AT + len(_TAR_MARK))
    file.seek(0)
    if start.startswith(_POSTGRESQL_CUSTOM) or start[_TAR_AT:] == _TAR_MARK:
        file.close()
        raise ImportRefused(
            f"{path} is an archive of pg_dump, and only a plain dump can be read here. Make one of it with "
            f"`pg_restore --no-owner --file=plain.sql {path}`, then import plain.sql."
        )
    if start.startswith(_GZIP):
        return cast("IO[bytes]", gzip.open(file))
    return _open_zstd(file) if start.startswith(_ZSTD) else file


def _open_zstd(file: IO[bytes]) -> IO[bytes]:
    zstd: Any
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError as problem:
        raise ImportRefused(
            "To read dumps of zstd, pip install backports.zstd, or the gateway with its extra: '.[import]'."
        ) from problem
    return cast("IO[bytes]", zstd.open(file))


class DumpText:
    """The text that is still to be read: `data` from the position `at`; `more` reads on."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._passed = 0
        self.data = b""
        self.at = 0

    def more(self) -> bool:
        """Drop what was read, and read another chunk; False at the end, or if the row is too long."""
        rest = self.data[self.at :]
        if len(rest) > LONGEST_ROW:
            return False
        chunk = self._file.read(max(CHUNK, len(rest)))  # as much again, so that a long value is not copied too often
        self._passed += self.at
        self.data, self.at = rest + chunk, 0
        return bool(chunk)

    def line(self) -> bytes:
        """Read the rest of the line with its end; empty at the end of the dump."""
        while (end := self.data.find(b"\n", self.at)) < 0:
            if not self.more():
                end = len(self.data) - 1
                break
        line = self.data[self.at : end + 1]
        self.at = end + 1
        return line

    def start(self, length: int) -> bytes:
        """Return the next `length` bytes, or what is left of them, without reading on."""
        while len(self.data) - self.at < length and self.more():
            pass
        return self.data[self.at : self.at + length]

    @property
    def position(self) -> int:
        """The number of bytes that were read, decompressed."""
        return self._passed + self.at

    def broken(self) -> ImportRefused:
        """Return the error for a dump that ends here too early, or continues unexpectedly."""
        here = self.data[self.at : self.at + 40].decode(errors="replace")
        return ImportRefused(
            f"The dump is cut or damaged at byte {self.position}, where it says {here!r}. Make it again with "
            "mysqldump, mariadb-dump or pg_dump."
        )
