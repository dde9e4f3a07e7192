"""An SQLite file as an end of a move (`gateway.store.move_endpoints`)."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from gateway.store.interface import StoreRefused, StoreUnavailable
from gateway.store.move_endpoints import RawRow
from gateway.store.sqlite.connection import opened, sync_folder
from gateway.store.sqlite.group_commit import begin

COLUMNS = "SELECT name FROM pragma_table_info(?)"
LAST_FLAG = "SELECT seq FROM sqlite_sequence WHERE name = 'flags'"
FORGET_LAST_FLAG = "DELETE FROM sqlite_sequence WHERE name = 'flags'"
SET_LAST_FLAG = "INSERT INTO sqlite_sequence (name, seq) VALUES ('flags', ?)"


@contextmanager
def source(path: Path) -> Iterator["SqliteEndpoint"]:
    """Open the file at `path`, which others may use. Raises `StoreRefused`."""
    with _translated(), closing(opened(path, writable=True, durable=True, create=False)) as connection:
        yield SqliteEndpoint(connection, path, path)


@contextmanager
def destination(path: Path) -> Iterator["SqliteEndpoint"]:
    """Create a file that gets the name `path` once all of it is there. Raises `StoreRefused`."""
    part = path.with_name(f"{path.name}.part")
    with _translated(), closing(opened(part, writable=True, durable=False, create=True)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        yield SqliteEndpoint(connection, path, part)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreUnavailable(f"SQLite: {error}") from error


class SqliteEndpoint:
    """`gateway.store.move_endpoints.MoveSource` and `Destination` on a file, `part` while it is not finished."""

    def __init__(self, connection: sqlite3.Connection, path: Path, part: Path) -> None:
        self._connection = connection
        self._path = path
        self._part = part

    def query(self, sql: str, values: Sequence[object]) -> list[RawRow]:
        """Return the rows of an answer."""
        return self._connection.execute(sql, values).fetchall()

    def columns(self, table: str) -> list[str]:
        """Return the names of a table's columns."""
        return [name for (name,) in self.query(COLUMNS, (table,))]

    def last_flag(self) -> int:
        """Return the largest id that a flag ever had."""
        rows = self.query(LAST_FLAG, ())
        return int(rows[0][0]) if rows else 0

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all queries in the block see one moment."""
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK")

    @contextmanager
    def write_locked(self) -> Iterator[None]:
        """Keep everybody from writing in the block."""
        begin(self._connection)
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all changes in the block, or none."""
        begin(self._connection)
        try:
            yield
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def change(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement with each of these rows of values. Raises `StoreRefused` for what the schema refuses."""
        try:
            self._connection.executemany(sql, rows)
        except sqlite3.IntegrityError as error:
            raise StoreRefused(
                f"{self._part} holds the remains of another site and cannot be used ({error}). Remove it, then run "
                "`gateway move` again."
            ) from error

    def set_last_flag(self, flag_id: int) -> None:
        """Make the next flag get a larger id than this."""
        with self.transaction():
            self._connection.execute(FORGET_LAST_FLAG)
            self._connection.execute(SET_LAST_FLAG, (flag_id,))

    def finish(self) -> None:
        """Sync the file, and give it its name."""
        self._connection.close()  # which writes the log into the file, and syncs that
        if self._path.exists():
            raise StoreRefused(f"{self._path} was created in the meantime. The site is in {self._part}.")
        try:
            self._part.rename(self._path)
            sync_folder(self._path.absolute().parent)
        except OSError as error:
            raise StoreUnavailable(f"{self._path} cannot be created: {error.strerror}") from error
