"""Copying a database while it is in use: `gateway backup`."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event

from gateway.store.interface import StoreUnavailable
from gateway.store.sqlite.connection import connected, sync_folder

_PAGES = 1024
"""Pages that are copied between two calls of `progress`."""


class _Stopped(Exception):  # noqa: N818 (not an error: it ends the copying thread's work)
    """The caller does not wait for the backup any more."""


async def backup(path: Path, destination: Path, progress: Callable[[int, int], None]) -> None:
    """`gateway.store.interface.Store.backup` on a connection of its own; `progress` counts pages."""
    loop, stopped = asyncio.get_running_loop(), Event()

    def report(_: int, remaining: int, total: int) -> None:
        if stopped.is_set():
            raise _Stopped
        loop.call_soon_threadsafe(progress, total - remaining, total)

    async with connected(path) as connection:
        try:
            await connection.run(_copy, destination, report)
        finally:
            stopped.set()


def _copy(source: sqlite3.Connection, destination: Path, report: Callable[[int, int, int], None]) -> None:
    _require_absent(destination)
    temporary = destination.with_name(f".{destination.name}.{os.getpid()}.part")
    descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        copy_pages(source, temporary, report)
        os.fsync(descriptor)
        _require_absent(destination)
        temporary.rename(destination)
        sync_folder(destination.parent)
    finally:
        os.close(descriptor)
        temporary.unlink(missing_ok=True)


def _require_absent(destination: Path) -> None:
    if destination.exists():
        raise FileExistsError(f"{destination} exists already.")


def copy_pages(source: sqlite3.Connection, temporary: Path, report: Callable[[int, int, int], None]) -> None:
    """Copy one state of a database to an empty file, which is then a database without a log."""
    with closing(sqlite3.connect(temporary, isolation_level=None)) as target:
        target.execute("PRAGMA synchronous = OFF")
        # Reading one state of the source from here on: else every commit of others would start the copy anew.
        source.execute("BEGIN")
        source.execute("PRAGMA user_version").fetchone()
        try:
            source.backup(target, pages=_PAGES, progress=report)
        finally:
            source.execute("ROLLBACK")
        (mode,) = target.execute("PRAGMA journal_mode = DELETE").fetchone()
    if mode != "delete":
        raise StoreUnavailable(f"The copy could not be completed: its journal mode is {mode}.")
