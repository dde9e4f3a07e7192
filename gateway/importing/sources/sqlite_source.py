"""A source in one SQLite file: that of a Bugzilla, or the file into which a dump was read."""

import json
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from gateway.content import PIECE
from gateway.importing.import_errors import ImportRefused
from gateway.importing.sources.column_decoding import TextDecoder
from gateway.importing.sources.source import ColumnValues, SourceValue, UndecodableText

_BACKUP_PAGES = 4096
_TIMEOUT = 30.0
_SIZES = """SELECT id, length(CAST(thedata AS BLOB)) FROM attach_data
    WHERE id IN (SELECT value FROM json_each(?))"""


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Connect to a SQLite file of a Bugzilla, whose texts have a collation of its own that ignores case."""
    address = f"{path.absolute().as_uri()}{'?mode=ro' if read_only else ''}"
    connection = sqlite3.connect(address, uri=True, timeout=_TIMEOUT, check_same_thread=False)
    connection.create_collation("bugzilla", _compare)
    return connection


def _compare(left: str, right: str) -> int:
    one, other = left.lower(), right.lower()
    return (one > other) - (one < other)


class _RawText(bytes):
    """A text that is not UTF-8."""


class SqliteRows:
    """Reads rows of a SQLite connection. Texts are decoded here, so that a damaged one does not end the import."""

    def __init__(self, connection: sqlite3.Connection, decoder: TextDecoder, prefix: str = "") -> None:
        self.decoder = decoder
        self._connection = connection
        self._prefix = prefix
        self._has_undecoded = False
        connection.text_factory = self._text
        self.tables: Mapping[str, Sequence[str]] = {}
        self.look_at_tables()

    def look_at_tables(self) -> None:
        """Find out which tables there are, with their columns."""
        connection, prefix = self._connection, self._prefix
        names = [_plain(name) for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        self.tables = {
            name.removeprefix(prefix): self._columns(name) for name in sorted(names) if name.startswith(prefix)
        }

    @property
    def losses(self) -> Sequence[str]:
        """A line for each thing that a source of this kind does not give."""
        return ()

    def _columns(self, table: str) -> tuple[str, ...]:
        return tuple(_plain(column[1]) for column in self._connection.execute(f'PRAGMA table_info("{table}")'))

    @property
    def undecodable(self) -> Sequence[UndecodableText]:
        """The texts that were not UTF-8 so far."""
        return self.decoder.undecodable

    def count(self, table: str) -> int:
        """Return the number of rows of a table, 0 if it does not exist."""
        if table not in self.tables:
            return 0
        (number,) = self._connection.execute(f'SELECT count(*) FROM "{self._prefix}{table}"').fetchone()
        return int(number)

    def rows(self, table: str) -> Iterator[ColumnValues]:
        """Yield all rows of a table; none if it does not exist."""
        return self._select(table, "")

    def page(self, table: str, key: str, after: int, limit: int) -> list[ColumnValues]:
        """Return at most `limit` rows whose `key` is greater than `after`, in its order."""
        return list(self._select(table, f'WHERE "{key}" > ? ORDER BY "{key}" LIMIT ?', after, limit))

    def between(self, table: str, key: str, first: int, last: int) -> list[ColumnValues]:
        """Return the rows whose `key` is from `first` to `last`, in its order."""
        return list(self._select(table, f'WHERE "{key}" BETWEEN ? AND ? ORDER BY "{key}"', first, last))

    def small_contents(self, attachment_ids: Sequence[int]) -> Mapping[int, bytes]:
        """Return nothing: one by one they are read as quickly."""
        return {}

    def _select(self, table: str, condition: str, *values: int) -> Iterator[ColumnValues]:
        columns = self.tables.get(table)
        if columns is None:
            return
        names = ", ".join(f'"{each}"' for each in columns)
        for row in self._connection.execute(f'SELECT {names} FROM "{self._prefix}{table}" {condition}', values):
            found = dict(zip(columns, row, strict=True))
            if self._has_undecoded:
                self._decode(table, found, row[0])
            yield found

    def _text(self, data: bytes) -> str | _RawText:
        """Return a text of the database, or its bytes if it is not UTF-8."""
        try:
            return data.decode()
        except UnicodeDecodeError:
            self._has_undecoded = True
            return _RawText(data)

    def _decode(self, table: str, found: dict[str, SourceValue], row: SourceValue) -> None:
        for column, value in found.items():
            if isinstance(value, _RawText):
                found[column] = self.decoder.decode(value, table, column, row)


class SqliteSource(SqliteRows):
    """A copy of a SQLite database, made while the source is in use; closing it removes the copy."""

    database = "sqlite"
    encodings: frozenset[str] = frozenset()

    def __init__(self, path: Path, workspace: Path | None) -> None:
        self.name = str(path)
        self._folder = tempfile.TemporaryDirectory(prefix="gateway-import-", dir=workspace)
        try:
            super().__init__(_copy(path, Path(self._folder.name) / "copy.db"), TextDecoder())
        except sqlite3.Error as problem:
            self._folder.cleanup()
            raise ImportRefused(f"{path} cannot be read: {problem}.") from problem
        except BaseException:
            self._folder.cleanup()
            raise

    def content_sizes(self, attachment_ids: Sequence[int]) -> Mapping[int, int]:
        """Return the size in bytes of each of these attachments that has a row in attach_data."""
        return dict(self._connection.execute(_SIZES, (json.dumps(list(attachment_ids)),)))

    def content_pieces(self, attachment_id: int) -> Iterator[bytes]:
        """Yield the content of an attachment, in pieces."""
        found = self._connection.execute("SELECT rowid FROM attach_data WHERE id = ?", (attachment_id,)).fetchone()
        if found is None:
            return
        with self._connection.blobopen("attach_data", "thedata", found[0], readonly=True) as blob:
            while piece := blob.read(PIECE):
                yield piece

    def close(self) -> None:
        """Remove the copy."""
        self._connection.close()
        self._folder.cleanup()


def _plain(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _copy(path: Path, copy: Path) -> sqlite3.Connection:
    """Copy the database in steps, between which Bugzilla can write; it starts again after a change."""
    target = connect(copy)
    try:
        source = connect(path, read_only=True)
        try:
            source.backup(target, pages=_BACKUP_PAGES, sleep=0)
        finally:
            source.close()
    except BaseException:
        target.close()
        raise
    return target
