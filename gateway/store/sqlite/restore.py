"""Putting a backup in the place of a database: `gateway restore`.

Whenever the process is killed, the path holds the old database or the new one. SQLite first writes the log of the old
one into its file, because it would apply a log that is left to whatever has the name of its database. The new one is
completed under another name, and one rename replaces the old.
"""

import fcntl
import glob
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from gateway.store.interface import StoreRefused
from gateway.store.sqlite.backup import copy_pages
from gateway.store.sqlite.check import damage
from gateway.store.sqlite.connection import one_line, sync_folder
from gateway.store.sqlite.migrate import scripts
from gateway.store.sqlite.status import open_read_only, schema

_LOGS = ("-wal", "-journal")
_BESIDE = (*_LOGS, "-shm")
"""The endings of the files that SQLite puts beside a database; without its logs it is not complete."""

_DATABASE_LOCKS = (0x40000002, 510)
_LOG_LOCKS = (120, 9)
"""The bytes (first, count) of a database and of its -shm file on which every process that uses them has a lock."""

_LISTED = 3
"""Problems of a backup that are listed at most."""


def restore(path: Path, backup: Path, progress: Callable[[int, int], None], *, keep: bool) -> Path | None:
    """`gateway.store.store_location.StoreLocation.restore` for a file; `progress` counts pages."""
    path = path.resolve()
    _require_backup(path, backup)
    try:
        with _locked(path) as beside, _new_file(path) as new:
            _copy(backup, new, progress)
            return _replace(path, new, beside, keep=keep)
    except OSError as error:
        raise StoreRefused(f"{path} cannot be replaced: {error.strerror}.") from error


def _require_backup(path: Path, backup: Path) -> None:
    if not backup.is_file():
        raise StoreRefused(f"There is no backup {backup}.")
    if path.exists() and path.samefile(backup):
        raise StoreRefused(f"{backup} is the database itself. Name a backup of it.")
    with backup.open("rb") as file:
        if file.read(5) == b"PGDMP":
            raise StoreRefused(
                f"{backup} is an archive of PostgreSQL's pg_dump. Restore it into an empty database with pg_restore."
            )
    try:
        with closing(open_read_only(backup)) as connection:
            found, supported = schema(connection, backup), len(scripts())
    except sqlite3.Error as error:
        raise StoreRefused(
            f"{backup} cannot be read: {one_line(error)}. Nothing has changed; name another backup."
        ) from error
    if found > supported:
        raise StoreRefused(
            f"{backup} was written by a newer version: its schema is {found}, and this version supports {supported}. "
            "Install that version."
        )


@contextmanager
def _locked(path: Path) -> Iterator[tuple[str, ...]]:
    """Keep everybody out of a database, and have its log written into it.

    Yields the endings of the files that still belong to it: some only if it is missing, or too damaged.
    """
    with ExitStack() as held:
        belonging: tuple[str, ...] = _LOGS
        if path.exists():
            connection = held.enter_context(closing(sqlite3.connect(path, timeout=0, isolation_level=None)))
            try:
                _lock(connection)
                belonging = ()
            except (sqlite3.Error, UnicodeDecodeError) as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise _in_use(path) from error
                connection.close()  # its locks would end with the next file that is closed
                _lock_bytes(held, path, path, *_DATABASE_LOCKS)
        log_index = _beside(path, "-shm")
        if log_index.exists():
            _lock_bytes(held, path, log_index, *_LOG_LOCKS)
        yield belonging


def _lock(connection: sqlite3.Connection) -> None:
    """Take SQLite's exclusive lock, which lasts until the connection is closed, and have the log written."""
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA mmap_size = 0")
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("COMMIT")
    (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    if mode != "delete":
        raise sqlite3.OperationalError(f"its journal mode is {mode}")


def _lock_bytes(held: ExitStack, path: Path, file: Path, first: int, count: int) -> None:
    descriptor = os.open(file, os.O_RDWR)
    held.callback(os.close, descriptor)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, count, first)
    except (BlockingIOError, PermissionError) as error:
        raise _in_use(path) from error


def _in_use(path: Path) -> StoreRefused:
    return StoreRefused(
        f"{path} is open in another process. Stop the gateway, and whatever else uses the database, then run "
        "`gateway restore` again. Nothing has changed."
    )


@contextmanager
def _new_file(path: Path) -> Iterator[Path]:
    """Make an empty file beside the database; one that a killed process left is used again."""
    new = path.with_name(f".{path.name}.restoring")
    descriptor = os.open(new, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        _own(descriptor, new, path)
        for suffix in _BESIDE:
            _beside(new, suffix).unlink(missing_ok=True)
        os.truncate(descriptor, 0)
        yield new
        sync_folder(path.parent)
    finally:
        new.unlink(missing_ok=True)
        os.close(descriptor)


def _own(descriptor: int, new: Path, path: Path) -> None:
    """Make sure that no other process restores, and give the file the owner of what it replaces."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise _in_use(path) from error
    if not (new.exists() and os.path.samestat(new.stat(), os.fstat(descriptor))):
        raise _in_use(path)  # another process has just given the file its name
    owner = (path if path.exists() else path.parent).stat()
    if os.geteuid() == 0:
        os.chown(descriptor, owner.st_uid, owner.st_gid)


def _copy(backup: Path, new: Path, progress: Callable[[int, int], None]) -> None:
    """Copy the backup, and make sure that the copy is sound."""
    try:
        with closing(open_read_only(backup)) as source:
            copy_pages(source, new, lambda _, remaining, total: progress(total - remaining, total))
        with closing(open_read_only(new)) as copy:
            findings = damage(copy)
    except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter if SQLite quotes a damaged name
        raise StoreRefused(
            f"{backup} cannot be copied to {new.parent}: {one_line(error)}. Nothing has changed."
        ) from error
    if findings:
        listed = "; ".join(" ".join(f"{each.where}: {each.what}".split()) for each in findings[:_LISTED])
        raise StoreRefused(f"{backup} is damaged, and was not restored. `gateway check` lists its problems: {listed}")
    with new.open("rb") as file:
        os.fsync(file)


def _replace(path: Path, new: Path, belonging: tuple[str, ...], *, keep: bool) -> Path | None:
    """Give the new database its name, and return that of the old one if it is kept."""
    kept = path.with_name(f"{path.name}.replaced-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
    was_there = path.exists()
    if was_there and keep:
        _remove_other_names(path)
        os.link(path, kept)
    for suffix in belonging if keep else ():
        if (log := _beside(path, suffix)).exists():
            log.rename(_beside(kept, suffix))
    for suffix in _BESIDE:
        _beside(path, suffix).unlink(missing_ok=True)
    sync_folder(path.parent)
    new.rename(path)
    return kept if was_there and keep else None


def _remove_other_names(path: Path) -> None:
    """Remove further names of the same file, which a restore left if it was killed while it kept the old database."""
    for each in path.parent.glob(f"{glob.escape(path.name)}.replaced-*"):
        if each.samefile(path):
            each.unlink()


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
