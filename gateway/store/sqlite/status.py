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
        with closing(_opened(path)) as connection:
            return _schema(connection, path) == len(scripts())
    except (sqlite3.Error, StoreRefused):
        return False


def status(path: Path) -> StoreStatus:
    """Return the status of a database. All of it is read, but no hashes are compared.

    Raises `StoreRefused` for a file that is not a gateway's database, or cannot be read.
    """
    if not path.is_file():
        raise StoreRefused(f"There is no store at {path}.")
    try:
        with closing(_opened(path)) as connection:
            schema = _schema(connection, path)
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise StoreRefused(f"{path} cannot be read: {error}.") from error
    states = [file.stat() for file in (path, path.with_name(path.name + "-wal")) if file.exists()]
    size, changed = sum(each.st_size for each in states), max(each.st_mtime for each in states)
    damage = "" if found == "ok" else found
    supported, time = len(scripts()), datetime.fromtimestamp(changed, UTC)
    return StoreStatus(schema, supported, size, damage, time, is_incompatible=schema > supported)


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)


def _schema(connection: sqlite3.Connection, path: Path) -> int:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise StoreRefused(f"{path} does not belong to the gateway. Name another database.")
    return int(version)
