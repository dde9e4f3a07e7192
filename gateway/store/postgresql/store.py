"""The store on a PostgreSQL database."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

import psycopg

from gateway.budget import UNLIMITED, Budget
from gateway.content import StoredContent
from gateway.database_url import DatabaseUrl
from gateway.store.interface import Finding, Reader, StoreIdentity, StoreRefused, StoreUnavailable, Writer
from gateway.store.postgresql import serializable
from gateway.store.postgresql.backup import backup
from gateway.store.postgresql.check import check
from gateway.store.postgresql.connection import PostgresqlConnection, connect, connect_watched
from gateway.store.postgresql.connection_threads import Threads
from gateway.store.postgresql.loop_lanes import Jobs, LoopLanes
from gateway.store.postgresql.migrate import migrate
from gateway.store.postgresql.replica import Replica
from gateway.store.postgresql.state import PostgresqlState
from gateway.store.postgresql.statements import PostgresqlStatements
from gateway.store.sql.reading.attachment_reader import PIECE
from gateway.store.sql.transaction import ReferenceCache, charged_to

T = TypeVar("T")

READING_LANES, WRITING_LANES = 3, 3
"""Connections of one process to the server that its event loop uses at most: those of brief work."""

READERS, WRITERS, STREAMERS = 3, 5, 1
"""Connections that threads use at most: those of long work.

One owner of work has one connection less for reading, and for writing: the last one is for others.
"""

_READING = Jobs(together=serializable.read_together, alone=serializable.read)
_WRITING = Jobs(together=serializable.write_together, alone=serializable.write_together)


async def open_store(
    url: str,
    name: str,
    *,
    create: bool = False,
    durable: bool = True,
    replica: DatabaseUrl | None = None,
) -> "PostgresqlStore":
    """Open the store in the database at `url` and bring its schema up to date; `name` is for messages.

    With `create` the database may be empty. `durable` makes a commit survive a power cut, as far as the server does;
    without it the last ones may be lost then, but the store stays whole. Any number of processes may open the same.
    Content is streamed from `replica` as far as it has it.

    Raises `StoreRefused`.
    """
    await asyncio.to_thread(_prepare, url, name, create)
    return PostgresqlStore(url, name, durable=durable, replica=replica)


def _prepare(url: str, name: str, create: bool) -> None:
    try:
        with connect(url) as connection:
            migrate(connection, name, create=create)
    except psycopg.Error as error:
        raise StoreRefused(f"{name} cannot be opened: {str(error).strip()}") from error


DATABASE_OID = "SELECT oid::text FROM pg_database WHERE datname = current_database()"
SYSTEM_ID = "SELECT system_identifier::text FROM pg_control_system()"


class PostgresqlStore:
    """`gateway.store.interface.Store` on PostgreSQL, made by `open_store`.

    Reading, writing and streaming have threads of their own, so that none waits for another.
    """

    def __init__(self, url: str, name: str, *, durable: bool, replica: DatabaseUrl | None) -> None:
        self._url = url
        self._name = name
        self._connect = partial(connect_watched, url, durable=durable)
        self._readers = Threads(self._connect, READERS, at_once=READERS - 1)
        self._writers = Threads(self._connect, WRITERS, at_once=WRITERS - 1)
        self._reads = LoopLanes(self._connect, self._readers, _READING, READING_LANES, spread=True)
        self._writes = LoopLanes(self._connect, self._writers, _WRITING, WRITING_LANES, spread=False)
        self._streamers = Threads(self._connect, STREAMERS)
        self._replica = Replica(replica.url, str(replica), STREAMERS) if replica else None
        self._state = PostgresqlState(self._connect)
        self._closed = False

    async def state(self) -> int | None:
        """Return a number that differs after every change, whoever made it; None where the server cannot be asked."""
        return None if self._closed else await self._state()

    async def ready(self) -> None:
        """Raise an exception if the database cannot be read."""
        await self.read(lambda tx: tx.site())

    async def read(self, work: Callable[[Reader], T], budget: Budget = UNLIMITED, *, is_long: bool = False) -> T:
        """Run reading work and return what it returns; work that `is_long` runs in a thread from the first."""
        self._require_open()
        charged = charged_to(budget, work)
        if not is_long:
            return await self._reads.run(charged, budget.owners)
        (outcome,) = await self._readers.run(partial(serializable.read, works=[charged]), budget.owners)
        result: T = outcome.take()
        return result

    async def write(self, work: Callable[[Writer], T], budget: Budget = UNLIMITED) -> T:
        """Run writing work, commit, and return what it returned."""
        self._require_open()
        return await self._writes.run(charged_to(budget, work), budget.owners)

    async def stream(self, content: StoredContent) -> AsyncIterator[bytes]:
        """Yield content in pieces. Raises `LookupError` when it was deleted meanwhile."""
        start = 0
        while start < content.size:
            self._require_open()
            piece = await self._replica.piece(content, start) if self._replica else None
            if piece is None:
                piece = await self._streamers.run(partial(_piece, attachment_id=content.attachment_id, start=start))
            if piece is None:
                raise LookupError(f"Attachment {content.attachment_id} has no content from byte {start} on.")
            yield piece
            start += len(piece)

    def address(self, content: StoredContent, headers: Mapping[str, str]) -> str | None:
        """Return None: all content is streamed."""
        return None

    async def check(self, progress: Callable[[int, int], None]) -> list[Finding]:
        """Look for everything that should not be: content that is missing or has the wrong hash."""
        return await check(self._connect, progress)

    async def identity(self) -> StoreIdentity:
        """Return the identity of the database: a copy is another one, of this server or of another."""
        return StoreIdentity(await self._streamers.run(_identity), self._name)

    async def take_over(self) -> list[Finding]:
        """Do nothing: all content is in the database."""
        return []

    async def repair(self) -> list[Finding]:
        """Do nothing: a database has nothing to repair that needs no decision."""
        return []

    async def backup(self, destination: Path, progress: Callable[[int, int], None]) -> None:
        """Write a consistent copy while the store is in use, with pg_dump, which tells no progress."""
        await asyncio.to_thread(backup, self._url, destination)

    async def close(self) -> None:
        """Finish what is under way and close all connections."""
        self._closed = True
        await asyncio.gather(self._reads.close(), self._writes.close())
        used = (self._readers, self._writers, self._streamers, self._state, self._replica)
        await asyncio.gather(*(each.close() for each in used if each is not None))

    def _require_open(self) -> None:
        if self._closed:
            raise StoreUnavailable("The store is closed.")


def _identity(connection: PostgresqlConnection, _: ReferenceCache) -> str:
    ((database,),) = connection.execute(DATABASE_OID)
    try:
        ((system,),) = connection.execute(SYSTEM_ID)
    except psycopg.errors.InsufficientPrivilege:
        system = "unknown"
    return f"postgresql-{system}-{database}"


def _piece(connection: PostgresqlConnection, _: ReferenceCache, attachment_id: int, start: int) -> bytes | None:
    rows = PostgresqlStatements(connection, careful=False).query(PIECE, (attachment_id, start))
    return rows[0][0] if rows else None
