"""Looking for everything that should not be in a database: `gateway check`."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from gateway.store.interface import Finding
from gateway.store.sql import content_check
from gateway.store.sqlite.connection import connected
from gateway.store.sqlite.statements import SqliteStatements

T = TypeVar("T")

_MOST_DANGLING = 1000
"""Dangling references that are listed at most."""


async def check(path: Path, progress: Callable[[int, int], None]) -> list[Finding]:
    """`gateway.store.interface.Store.check` on its own connection, so that it keeps no other work waiting.

    Content is read piece by piece outside any long transaction, which would keep the write-ahead log from shrinking.
    """
    async with connected(path) as connection:

        async def in_thread(function: Callable[[content_check.Query], T]) -> T:
            return await connection.run(lambda each: function(SqliteStatements(each).query))

        findings = await connection.run(damage)
        return findings + await content_check.verify(in_thread, sqlite3.DatabaseError, progress)


def damage(connection: sqlite3.Connection) -> list[Finding]:
    """Return what SQLite itself finds: broken pages and indexes, violated constraints, dangling references."""
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
