"""Looking for everything that should not be in a database: `gateway check`."""

import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from gateway.store.interface import Finding
from gateway.store.sql import contents
from gateway.store.sqlite.connection import connected
from gateway.store.sqlite.statements import SqliteStatements

_AT_ONCE = 16
"""Steps (mostly pieces of content) in one hop to the connection's thread."""

_MOST_DANGLING = 1000
"""Dangling references that are listed at most."""


async def check(path: Path, progress: Callable[[int, int], None]) -> list[Finding]:
    """`gateway.store.interface.Store.check` on a connection of its own, so that nobody waits for it.

    Content is read piece by piece outside any long transaction, which would keep the write-ahead log from shrinking:
    it never changes once it is there.
    """
    async with connected(path) as connection:
        findings = await connection.run(damage)
        done, total = 0, await connection.run(_count_pieces)
        progress(done, total)
        steps = await connection.run(verify_contents)
        while taken := await connection.run(partial(_take, steps)):
            findings += [finding for finding in taken if finding]
            done += taken.count(None)
            progress(done, max(done, total))  # more may have come meanwhile
    return findings


def _count_pieces(connection: sqlite3.Connection) -> int:
    return contents.count_pieces(SqliteStatements(connection).query)


def _take(steps: Iterator[Finding | None], _: sqlite3.Connection) -> list[Finding | None]:
    return list(islice(steps, _AT_ONCE))


def damage(connection: sqlite3.Connection) -> list[Finding]:
    """What SQLite itself finds: broken pages and indexes, violated constraints, dangling references."""
    try:
        messages = [message for (message,) in connection.execute("PRAGMA integrity_check") if message != "ok"]
        dangling = connection.execute("PRAGMA foreign_key_check").fetchmany(_MOST_DANGLING)
    except sqlite3.DatabaseError as error:
        return [Finding("database", str(error))]
    findings = [Finding("database", message) for message in messages]
    return findings + [
        Finding(table if row_id is None else f"{table} {row_id}", f"refers to one of {parent} that does not exist")
        for table, row_id, parent, _ in dangling
    ]


def verify_contents(connection: sqlite3.Connection) -> Iterator[Finding | None]:
    """Verify the content of every attachment; each step is a piece (None) or a finding."""
    return contents.verify_contents(SqliteStatements(connection).query, unreadable=sqlite3.DatabaseError)
