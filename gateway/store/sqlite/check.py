"""Looking for everything that should not be in a database: `gateway check`."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from gateway.store.interface import Finding
from gateway.store.sql import content_check
from gateway.store.sqlite.connection import connected
from gateway.store.sqlite.migrate import apply, scripts
from gateway.store.sqlite.statements import SqliteStatements

T = TypeVar("T")

NAMES = """
    SELECT sqlite_master.type || ' ' || sqlite_master.name || coalesce('.' || pragma_table_info.name, '')
    FROM sqlite_master LEFT JOIN pragma_table_info(sqlite_master.name) ON sqlite_master.type = 'table'"""

TEXTS = """
    SELECT sqlite_master.name, pragma_table_info.name
    FROM sqlite_master JOIN pragma_table_info(sqlite_master.name)
    WHERE sqlite_master.type = 'table' AND pragma_table_info.type = 'TEXT'"""
_VALUES = "SELECT {column} FROM {table} WHERE typeof({column}) = 'text'"

_MOST_DANGLING = 1000
"""Dangling references that are listed at most."""


async def check(path: Path, progress: Callable[[int, int], None]) -> list[Finding]:
    """`gateway.store.interface.Store.check` on its own connection, so that it keeps no other work waiting.

    Content is read piece by piece outside any long transaction, which would keep the write-ahead log from shrinking.
    """
    async with connected(path) as connection:

        async def in_thread(function: Callable[[content_check.QueryRunner], T]) -> T:
            return await connection.run(lambda each: function(SqliteStatements(each).query))

        findings = await connection.run(damage) + await connection.run(undecodable_text)
        return findings + await content_check.verify(in_thread, sqlite3.DatabaseError, progress)


def damage(connection: sqlite3.Connection) -> list[Finding]:
    """Return what SQLite itself finds: broken pages and indexes, violated constraints, dangling references.

    Tables, columns and indexes that are missing are found too.
    """
    try:
        missing = sorted(_missing(connection))
        messages = [message for (message,) in connection.execute("PRAGMA integrity_check") if message != "ok"]
        dangling = connection.execute("PRAGMA foreign_key_check").fetchmany(_MOST_DANGLING)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # the latter if SQLite quotes a damaged name
        return [Finding("database", str(error))]
    findings = [Finding("database", message) for message in messages]
    findings += [Finding(name, "is missing") for name in missing]
    return findings + [
        Finding(table if row_id is None else f"{table} {row_id}", f"refers to one of {parent} that does not exist")
        for table, row_id, parent, _ in dangling
    ]


def undecodable_text(connection: sqlite3.Connection) -> list[Finding]:
    """Return the columns with text that is not UTF-8, which SQLite takes, and nobody can read."""
    findings = []
    factory = connection.text_factory
    connection.text_factory = bytes
    try:
        for table, column in connection.execute(TEXTS).fetchall():
            name = f"{table.decode()}.{column.decode()}"
            values = connection.execute(_VALUES.format(column=name, table=table.decode()))
            if count := sum(not _is_utf8(value) for (value,) in values):
                findings.append(Finding(name, f"has text that is not UTF-8 in {count} rows"))
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        findings.append(Finding("texts", f"cannot be read: {error}"))
    finally:
        connection.text_factory = factory
    return findings


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _missing(connection: sqlite3.Connection) -> set[str]:
    """Return the tables, columns, indexes and triggers that a database of its schema has, and this one has not."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as blank:
        for number, script in enumerate(scripts()[:version], start=1):
            apply(blank, number, script)
        expected = {name for (name,) in blank.execute(NAMES)}
    return expected - {name for (name,) in connection.execute(NAMES)}
