"""Bringing the schema of a database up to date.

The numbered files in `migrations/` are applied in order, each in a transaction of its own. `PRAGMA user_version` holds
the number of the last, `PRAGMA application_id` says that the database is a gateway's.
"""

import sqlite3
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from gateway.store.interface import StoreRefused

APPLICATION_ID = int.from_bytes(b"BzGw", "big")

# In one statement, so that a store that another process creates is seen before or after, not in between.
_STATE = """
    SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
    FROM pragma_application_id, pragma_user_version"""


def scripts() -> list[str]:
    """Return the text of every migration, in order; migration N is at N - 1."""
    folder = files("gateway.store.sqlite") / "migrations"
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))
    return [(folder / name).read_text(encoding="utf-8") for name in names]


def migrate(connection: sqlite3.Connection, path: Path, *, create: bool) -> None:
    """Apply the migrations that a database lacks; `path` is for messages.

    Several processes may do so at the same time. Raises `StoreRefused` for a database that is not a gateway's, for an
    empty one without `create`, and for one that a newer program has written.
    """
    known = scripts()
    version = _version(connection, path, create=create)
    if version > len(known):
        raise StoreRefused(
            f"{path} was written by a newer version: its schema is {version}, and this version supports {len(known)}."
        )
    for number in range(version + 1, len(known) + 1):
        apply(connection, number, known[number - 1])


def _version(connection: sqlite3.Connection, path: Path, *, create: bool) -> int:
    application, version, objects = connection.execute(_STATE).fetchone()
    if application == APPLICATION_ID:
        return int(version)
    if (application, version, objects) != (0, 0, 0):
        raise StoreRefused(f"{path} does not belong to the gateway. Name another database.")
    if not create:
        raise StoreRefused(f"{path} is empty: there is no store in it yet.")
    return 0


def apply(connection: sqlite3.Connection, number: int, script: str) -> None:
    """Apply one migration, unless it has been applied, and note its number."""
    connection.execute("BEGIN EXCLUSIVE")
    try:
        if _user_version(connection) < number:  # or another process was faster
            for statement in statements(script):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _user_version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def statements(script: str) -> Iterator[str]:
    """Yield the statements of a script, one by one: `executescript` would commit the transaction around it."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
