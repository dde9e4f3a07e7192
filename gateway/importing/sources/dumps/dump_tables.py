"""The tables of a dump, kept in a temporary SQLite file, and the content of attachments in a file beside it."""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from gateway.content import PIECE
from gateway.importing.sources.column_decoding import TextDecoder
from gateway.importing.sources.source import SourceValue
from gateway.importing.sources.sqlite_source import SqliteRows, connect

SKIPPED_TABLES = frozenset({"bugs_fulltext", "bz_schema", "mail_staging", "ts_job", "ts_note", "ts_error"})
"""Tables whose rows are only counted: copies of other tables, and the work of background processes."""

PREFIX = "dump_"
"""The names of tables start with it, apart from the table of content."""

CONTENT_TABLE, CONTENT_COLUMN = "attach_data", "thedata"

ValueConverter = Callable[[bytes, SourceValue], SourceValue]
"""Turns a value as the dump has it, and the first value of its row, into a value."""

_KEYS = ("id", "bug_id", "comment_id", "attach_id", "userid")
_SIZES = "SELECT id, size FROM content WHERE id IN (SELECT value FROM json_each(?))"
_BATCH_ROWS, _BATCH_SIZE = 1000, 4 * 1024 * 1024


class DumpTables:
    """Receives the tables of a dump. The rows of a batch are written together."""

    def __init__(self, workspace: Path | None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="gateway-import-", dir=workspace)
        folder = Path(self._folder.name)
        self.connection = connect(folder / "dump.db")
        self.connection.executescript("PRAGMA journal_mode=off; PRAGMA synchronous=off; PRAGMA locking_mode=exclusive;")
        self.content = (folder / "content").open("w+b")
        self.decoder = TextDecoder()
        self.columns: dict[str, tuple[str, ...]] = {}
        self.counts: dict[str, int] = {}
        self.encodings: set[str] = set()
        self._statement = ""
        self._batch: list[Sequence[SourceValue]] = []
        self._batch_size = 0
        self.connection.execute("CREATE TABLE content (id INTEGER PRIMARY KEY, start INTEGER, size INTEGER)")

    def add_table(self, name: str, columns: Sequence[str]) -> None:
        """Add an empty table."""
        self.columns[name] = tuple(columns)
        self.counts[name] = 0
        names = ", ".join(f'"{each}"' for each in columns)
        self.connection.execute(f'CREATE TABLE "{PREFIX}{name}" ({names})')

    def begin_rows(self, table: str, columns: Sequence[str]) -> None:
        """Say into which table and columns the next rows go."""
        names, marks = ", ".join(f'"{each}"' for each in columns), ", ".join("?" * len(columns))
        statement = f'INSERT INTO "{PREFIX}{table}" ({names}) VALUES ({marks})'
        if statement != self._statement:
            self._flush()
            self._statement = statement

    def add_row(self, table: str, row: Sequence[SourceValue], size: int) -> None:
        """Add a row; `size` is about that of its values, in bytes."""
        self.counts[table] += 1
        self._batch.append(row)
        self._batch_size += size
        if len(self._batch) >= _BATCH_ROWS or self._batch_size >= _BATCH_SIZE:
            self._flush()

    def begin_content(self) -> int:
        """Begin the content of an attachment, whose pieces are then written to `content`; return where it starts."""
        return self.content.tell()

    def end_content(self, attachment_id: int, start: int) -> None:
        """Record the content that was written since `start`."""
        self.counts[CONTENT_TABLE] += 1
        size = self.content.tell() - start
        self.connection.execute("INSERT OR REPLACE INTO content VALUES (?, ?, ?)", (attachment_id, start, size))

    def _flush(self) -> None:
        if self._batch:
            self.connection.executemany(self._statement, self._batch)
            self._batch, self._batch_size = [], 0

    def finish(self) -> None:
        """Write what is left, and index the columns by which rows are looked for."""
        self._flush()
        for table, columns in self.columns.items():
            for column in {*_KEYS} & {*columns}:
                self.connection.execute(f'CREATE INDEX "{table}_{column}" ON "{PREFIX}{table}" ("{column}")')
        self.connection.commit()

    def close(self) -> None:
        """Remove the files."""
        self.content.close()
        self.connection.close()
        self._folder.cleanup()


class DumpSource(SqliteRows):
    """A dump that was read: a source like a database."""

    def __init__(self, name: str, database: str, held: DumpTables) -> None:
        super().__init__(held.connection, held.decoder, PREFIX)
        self.name = name
        self.database = database
        self.encodings = frozenset(held.encodings)
        self._held = held

    def count(self, table: str) -> int:
        """Return the number of rows of a table, 0 if it does not exist."""
        return self._held.counts.get(table, 0)

    def content_sizes(self, attachment_ids: Sequence[int]) -> Mapping[int, int]:
        """Return the size in bytes of each of these attachments that has a row in attach_data."""
        return dict(self._connection.execute(_SIZES, (json.dumps(list(attachment_ids)),)))

    def content_pieces(self, attachment_id: int) -> Iterator[bytes]:
        """Yield the content of an attachment, in pieces."""
        query = "SELECT start, size FROM content WHERE id = ?"
        start, left = self._connection.execute(query, (attachment_id,)).fetchone() or (0, 0)
        while left:
            self._held.content.seek(start)
            piece = self._held.content.read(min(PIECE, left))
            yield piece
            start, left = start + len(piece), left - len(piece)

    def close(self) -> None:
        """Remove the temporary files."""
        self._held.close()
