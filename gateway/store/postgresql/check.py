"""Check a database for damage: `gateway check`.

PostgreSQL itself always enforces references and constraints, so only content is compared with its hashes.
"""

from collections.abc import Callable
from typing import TypeVar

import psycopg

from gateway.store.interface import Finding
from gateway.store.postgresql.connection import PostgresqlConnection
from gateway.store.postgresql.connection_threads import Threads
from gateway.store.postgresql.statements import PostgresqlStatements
from gateway.store.sql import content_check

T = TypeVar("T")


async def check(connect: Callable[[], PostgresqlConnection], progress: Callable[[int, int], None]) -> list[Finding]:
    """`gateway.store.interface.Store.check` on a connection of its own, piece by piece, outside of any transaction."""
    thread = Threads(connect, 1)

    async def in_thread(function: Callable[[content_check.QueryRunner], T]) -> T:
        return await thread.run(lambda each, _: function(PostgresqlStatements(each, careful=False).query))

    try:
        return await content_check.verify(in_thread, psycopg.Error, progress)
    finally:
        await thread.close()
