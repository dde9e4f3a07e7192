"""Connections to the database file: a thread each, and one hop to it for each piece of work; but one for the loop."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import aiosqlite

from gateway.store.interface import StoreRefused, StoreUnavailable
from gateway.store.outcome import Outcome
from gateway.store.sqlite.functions import add_functions
from gateway.store.sqlite.migrate import migrate

P = ParamSpec("P")
T = TypeVar("T")

BUSY_SECONDS = 10.0
"""The time limit for a lock that another process holds.

The gateway's own transactions take less: 64 uploads of 10 MB, half of it. A lock that is held longer, as by an
administrator's forgotten transaction, may be held for ever.
"""

PAGE_BYTES = 8 * 1024
"""Bytes of a page of a new database: content takes half as many of them as of SQLite's 4 KiB; a file keeps its own."""

_PRAGMAS = """
    PRAGMA foreign_keys = ON;
    PRAGMA journal_size_limit = 67108864;  -- a large upload does not leave its size in the log for ever
    PRAGMA cache_size = -4096;             -- KiB; what is larger stays in the system's cache
    PRAGMA mmap_size = 0;                  -- an I/O error is to be an error, not a SIGBUS
"""
_WRITER_PRAGMAS = """
    PRAGMA synchronous = {synchronous};
    PRAGMA busy_timeout = 0;               -- it waits in its own way: group_commit.py
"""


def attempt(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Outcome[T]:
    """Call `function`, and turn SQLite's own errors into `StoreUnavailable`."""
    try:
        return Outcome(_without_sqlite_errors(function, *args, **kwargs))
    except BaseException as error:
        return Outcome(error=error)


def _without_sqlite_errors(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return function(*args, **kwargs)
    except sqlite3.Error as error:
        raise StoreUnavailable(f"SQLite: {one_line(error)}") from error


def one_line(error: Exception) -> str:
    """Return the message of SQLite, which may quote a damaged schema, as printable text."""
    if isinstance(error, UnicodeDecodeError):
        error = undecodable(error)
    if getattr(error, "sqlite_errorname", "") == "SQLITE_READONLY_DBMOVED":
        return "it was replaced by another file at this moment; try again"
    return "".join(each if each.isprintable() else " " for each in str(error))


def undecodable(error: UnicodeDecodeError) -> sqlite3.DatabaseError:
    """Return the error for a message of SQLite that is not UTF-8, as it quotes damaged names."""
    return sqlite3.DatabaseError(error.object.decode(errors="replace"))


class SqliteConnection(aiosqlite.Connection):
    """A connection whose thread runs whole functions.

    aiosqlite offers a hop to the thread and back for each statement, which costs more than most statements do, and
    leaves a transaction open when its caller is cancelled between two of them. Its queue takes any function, though,
    through the private `_execute` and `_tx`: hence the narrow range of versions of aiosqlite in pyproject.toml.
    """

    _stopping: asyncio.Future[None] | None = None

    async def run(
        self, function: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `function(connection, ...)` in the thread and return what it returns.

        Raises what it raises. It runs to its end even if the caller is cancelled.
        """
        execute: Callable[..., Awaitable[Outcome[T]]] = self._execute
        return (await execute(attempt, function, self._conn, *args, **kwargs)).take()

    def stop(self) -> asyncio.Future[None] | None:
        """End the thread; aiosqlite calls this itself if opening fails, and does not wait then."""
        self._stopping = super().stop()
        return self._stopping

    async def stopped(self) -> None:
        """Wait until the thread has ended: its last step needs the loop."""
        if self._stopping is not None:
            await self._stopping

    def submit(self, function: Callable[[sqlite3.Connection], None]) -> None:
        """Run `function(connection)` in the thread when its turn comes, and wait for nothing; it must not raise."""
        self._tx.put_nowait((None, partial(function, self._conn)))


async def connect(
    path: Path, *, writable: bool = False, durable: bool = True, create: bool = False
) -> SqliteConnection:
    """Open a database file on a thread of its own.

    A writable connection brings the schema up to date first; with `create` the file need not exist, or may be empty.
    Raises `StoreRefused`.
    """
    connection = SqliteConnection(
        partial(opened, path, writable=writable, durable=durable, create=create), iter_chunk_size=64
    )
    try:
        await connection
    except BaseException:
        await connection.stopped()
        raise
    return connection


@asynccontextmanager
async def connected(path: Path) -> AsyncIterator[SqliteConnection]:
    """Open a connection for reading, and close it at the end of the `with` block."""
    connection = await connect(path)
    try:
        yield connection
    finally:
        await connection.close()


def opened(path: Path, *, writable: bool, durable: bool, create: bool) -> sqlite3.Connection:
    """Open a connection for the calling thread, otherwise as `connect` does."""
    if create:
        create_file(path)
    elif not path.is_file():
        raise StoreRefused(f"There is no store at {path}.")
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            cached_statements=256,
        )
        try:
            _prepare(connection, path, writable, durable, create)
        except BaseException:
            connection.close()
            raise
    except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter if SQLite quotes a damaged name
        raise StoreRefused(f"{path} cannot be opened: {one_line(error)}.") from error
    return connection


def opened_here(path: Path) -> sqlite3.Connection:
    """Open a connection for reading in the event loop, which waits for no lock. Raises `StoreRefused`."""
    connection = opened(path, writable=False, durable=True, create=False)
    connection.execute("PRAGMA busy_timeout = 0")
    return connection


def sync_names(connection: sqlite3.Connection, path: Path) -> None:
    """Make the names of the database and of its log survive a power cut. Raises `StoreRefused`.

    SQLite does so too when it first writes to the log, but does not heed errors: then a cut would take the whole log.
    """
    connection.execute("PRAGMA user_version").fetchone()  # reading makes the log
    try:
        sync_folder(path.absolute().parent)
    except OSError as error:
        raise StoreRefused(f"The folder of {path} cannot be synced: {error.strerror}.") from error


def sync_folder(folder: Path) -> None:
    """Make the names of the files in a folder survive a power cut. Raises `OSError`."""
    if os.name == "nt":
        return  # Windows opens no folders, and needs nothing of the kind
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def create_file(path: Path) -> None:
    """Create an empty file that only its owner can read, unless there is one. Raises `StoreRefused`."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # the files that SQLite puts beside it get this mode too
    except OSError as error:
        raise StoreRefused(f"{path} cannot be created: {error.strerror}.") from error


def _prepare(connection: sqlite3.Connection, path: Path, writable: bool, durable: bool, create: bool) -> None:
    if writable:
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        migrate(connection, path, create=create)
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise StoreRefused(f"{path} is on a file system where SQLite cannot keep a write-ahead log.")
    connection.executescript(_PRAGMAS)
    add_functions(connection)
    if writable:
        connection.executescript(_WRITER_PRAGMAS.format(synchronous="FULL" if durable else "NORMAL"))
    else:
        connection.execute("PRAGMA query_only = ON")
