"""The store on one SQLite file."""

import asyncio
import os
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import TypeVar

from gateway.budget import UNLIMITED, Budget
from gateway.content import StoredContent
from gateway.store.interface import Finding, Reader, StoreIdentity, StoreRefused, StoreUnavailable, Writer
from gateway.store.sql.reading.attachment_reader import PIECE
from gateway.store.sql.transaction import ReferenceCache, charged_to
from gateway.store.sqlite.backup import backup
from gateway.store.sqlite.batches import SqliteBatches
from gateway.store.sqlite.check import check
from gateway.store.sqlite.connection import SqliteConnection, connect, create_file, opened_here, sync_names
from gateway.store.sqlite.database_file import DatabaseFile
from gateway.store.sqlite.group_commit import LARGEST_BATCH, write_together
from gateway.store.sqlite.reads import READERS, Reads
from gateway.store.sqlite.state import SqliteState

T = TypeVar("T")


async def open_store(path: Path, *, create: bool = False, durable: bool = True) -> "SqliteStore":
    """Open the store in the file `path` and bring its schema up to date.

    With `create` the file need not exist. `durable` makes a commit survive a power cut; without it the last ones may
    be lost then, but the store stays whole. Several processes may open the same file.

    Raises `StoreRefused`.
    """
    if create:
        create_file(path)
    file = _file(path)
    async with AsyncExitStack() as connections:
        writer = await connect(path, writable=True, durable=durable, create=create)
        connections.push_async_callback(writer.close)
        if durable:
            await writer.run(sync_names, path)
        readers = [await connect(path) for _ in range(READERS)]
        for reader in readers:
            connections.push_async_callback(reader.close)
        streamer = await connect(path)
        connections.push_async_callback(streamer.close)
        here = opened_here(path)
        connections.callback(here.close)
        writes = SqliteBatches[Writer](writer, partial(write_together, ReferenceCache(), file), LARGEST_BATCH)
        reads = Reads(here, readers)
        _require_in_place(file)
        return SqliteStore(path, file, writes, reads, streamer, SqliteState(here), connections.pop_all())


def _file(path: Path) -> DatabaseFile:
    try:
        return DatabaseFile(path)
    except OSError as error:
        raise StoreRefused(f"There is no store at {path}.") from error


def _require_in_place(file: DatabaseFile) -> None:
    try:
        file.require_in_place()
    except StoreUnavailable as problem:
        raise StoreRefused(str(problem)) from problem


class SqliteStore:
    """`gateway.store.interface.Store` on SQLite, made by `open_store`.

    Content is streamed on a connection of its own, so that a listing never waits behind a large download.
    """

    def __init__(
        self,
        path: Path,
        file: DatabaseFile,
        writes: SqliteBatches[Writer],
        reads: Reads,
        streamer: SqliteConnection,
        state: SqliteState,
        connections: AsyncExitStack,
    ) -> None:
        self._path = path
        self._file = file
        self._state = state
        self._writes = writes
        self._reads = reads
        self._streamer = streamer
        self._connections = connections
        self._closed = False

    async def state(self) -> int | None:
        """Return a number that differs after every change, whoever made it; None where it is not known now."""
        return self._state()

    async def ready(self) -> None:
        """Raise an exception if the database cannot be read, or its file is no longer in its place."""
        self._file.require_in_place()
        await self.read(lambda tx: tx.site())

    async def read(self, work: Callable[[Reader], T], budget: Budget = UNLIMITED, *, is_long: bool = False) -> T:
        """Run reading work and return what it returns."""
        self._require_open()
        return await self._reads.run(work, budget, is_long=is_long)

    async def write(self, work: Callable[[Writer], T], budget: Budget = UNLIMITED) -> T:
        """Run writing work, commit, and return what it returned."""
        self._require_open()
        return await self._writes.run(charged_to(budget, work), budget.owners)

    async def stream(self, content: StoredContent) -> AsyncIterator[bytes]:
        """Yield content in pieces. Raises `LookupError` when it was deleted meanwhile."""
        start = 0
        while start < content.size:
            self._require_open()
            piece = await self._streamer.run(_piece, content.attachment_id, start)
            if piece is None:
                raise LookupError(f"Attachment {content.attachment_id} has no content from byte {start} on.")
            yield piece
            start += len(piece)

    def address(self, content: StoredContent, headers: Mapping[str, str]) -> str | None:
        """Return None: all content is streamed."""
        return None

    async def check(self, progress: Callable[[int, int], None]) -> list[Finding]:
        """Look for everything that should not be: damage, orphans, dangling references, content of the wrong hash."""
        return await check(self._path, progress)

    async def identity(self) -> StoreIdentity:
        """Return the identity of the file: a copy is another file."""
        status, volume = await asyncio.to_thread(_status, self._path)
        name = f"{self._path.absolute()} on {socket.gethostname()}"
        return StoreIdentity(f"sqlite-{volume:x}-{status.st_ino:x}", name)

    async def take_over(self) -> list[Finding]:
        """Do nothing: all content is in the database."""
        return []

    async def repair(self) -> list[Finding]:
        """Do nothing: a database has nothing to repair that needs no decision."""
        return []

    async def backup(self, destination: Path, progress: Callable[[int, int], None]) -> None:
        """Write a consistent copy while the store is in use."""
        await backup(self._path, destination, progress)

    async def close(self) -> None:
        """Finish what is under way and close all connections."""
        if not self._closed:
            self._closed = True
            await self._connections.aclose()

    def _require_open(self) -> None:
        if self._closed:
            raise StoreUnavailable("The store is closed.")


def _status(path: Path) -> tuple[os.stat_result, int]:
    """Return the status of a file, and the number of its volume, which stays the same when the system starts again."""
    status = path.stat()
    return status, os.statvfs(path).f_fsid if hasattr(os, "statvfs") else status.st_dev


def _piece(connection: sqlite3.Connection, attachment_id: int, start: int) -> bytes | None:
    row = connection.execute(PIECE, (attachment_id, start)).fetchone()
    return row[0] if row else None
