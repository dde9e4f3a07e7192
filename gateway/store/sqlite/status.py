"""Looking at a database without opening it as a store, which would bring its schema up to date."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from gateway.store.interface import StoreRefused
from gateway.store.sqlite.migrate import APPLICATION_ID, scripts
from gateway.store.store_location import StoreStatus


def schema_is_current(path: Path) -> bool:
    """Tell whether there is a database with this program's schema."""
    if not path.is_file():
        return False
    try:
        with closing(open_read_only(path)) as connection:
            return schema(connection, path) == len(scripts())
    except (sqlite3.Error, UnicodeDecodeError, StoreRefused):
        return False


def status(path: Path) -> StoreStatus:
    """Return the status of a database. All of it is read, but no hashes are compared.

    Raises `StoreRefused` for a file that is not a gateway's database, or cannot be read.
    """
    if not path.is_file():
        raise StoreRefused(f"There is no store at {path}.")
    try:
        with closing(open_read_only(path)) as connection:
            found = schema(connection, path)
            (problem,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise StoreRefused(f"{path} cannot be read: {error}.") from error
    states = [file.stat() for file in (path, path.with_name(path.name + "-wal")) if file.exists()]
    size, changed = sum(each.st_size for each in states), max(each.st_mtime for each in states)
    damage = "" if problem == "ok" else problem
    supported, time = len(scripts()), datetime.fromtimestamp(changed, UTC)
    return StoreStatus(found, supported, size, damage, time, is_incompatible=found > supported)


def open_read_only(path: Path) -> sqlite3.Connection:
    """Open a database as it is, for reading. Raises `sqlite3.Error`, which may come with the first statement."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)


def schema(connection: sqlite3.Connection, path: Path) -> int:
    """Return the number of the schema. Raises `StoreRefused` for a database that is not a gateway's."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise StoreRefused(f"{path} does not belong to the gateway. Name another database.")
    return int(version)
