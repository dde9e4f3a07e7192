"""Looking for everything that should not be in a database: `gateway check`.

References and constraints are PostgreSQL's own business, which it never leaves unchecked. What remains is whether
content is what was stored.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

import psycopg

from gateway.store.interface import Finding
from gateway.store.postgresql.connection import Connection
from gateway.store.postgresql.statements import PostgresqlStatements
from gateway.store.postgresql.threads import Threads
from gateway.store.sql import contents
from gateway.store.sql.session import Memory

_AT_ONCE = 16
"""Steps (mostly pieces of content) in one hop to the connection's thread."""


async def check(connect: Callable[[], Connection], progress: Callable[[int, int], None]) -> list[Finding]:
    """`gateway.store.interface.Store.check` on a connection of its own, piece by piece, outside of any transaction."""
    thread = Threads(connect, 1)
    try:
        findings: list[Finding] = []
        done, total = 0, await thread.run(_count_pieces)
        progress(done, total)
        steps = await thread.run(_steps)
        while taken := await thread.run(partial(_take, steps=steps)):
            findings += [finding for finding in taken if finding]
            done += taken.count(None)
            progress(done, max(done, total))  # more may have come meanwhile
        return findings
    finally:
        await thread.close()


def _count_pieces(connection: Connection, _: Memory) -> int:
    return contents.count_pieces(PostgresqlStatements(connection, 0, careful=False).query)


def _steps(connection: Connection, _: Memory) -> Iterator[Finding | None]:
    query = PostgresqlStatements(connection, 0, careful=False).query
    return contents.verify_contents(query, unreadable=psycopg.Error)


def _take(_: Connection, __: Memory, steps: Iterator[Finding | None]) -> list[Finding | None]:
    return list(islice(steps, _AT_ONCE))
