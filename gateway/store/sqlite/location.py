"""An SQLite file as the location of a store."""

import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from gateway.store.sqlite.endpoint import SqliteEndpoint, destination, source
from gateway.store.sqlite.status import schema_is_current, status
from gateway.store.sqlite.store import SqliteStore, open_store
from gateway.store.store_location import StoreStatus


class SqliteLocation:
    """`gateway.store.store_location.StoreLocation` in an SQLite file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def name(self) -> str:
        """The path as it was given."""
        return str(self._path)

    def has_site(self) -> bool:
        """Tell whether there is a file."""
        return self._path.exists()

    @property
    def folder(self) -> Path:
        """The folder of the file."""
        return self._path.absolute().parent

    def schema_is_current(self) -> bool:
        """Tell whether there is a file with this program's schema."""
        return schema_is_current(self._path)

    def status(self) -> StoreStatus:
        """Return the status of the file, all of which is read. Raises `StoreRefused`."""
        return status(self._path)

    def warnings(self) -> Iterator[tuple[str, str]]:
        """Warn if others can read the file."""
        if self._path.exists() and self._path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            yield (
                f"Others on this machine can read {self._path}, with everything that is private in it.",
                f"chmod 600 {self._path}",
            )

    async def open(self, *, create: bool = False, durable: bool = True) -> SqliteStore:
        """Open the store. Raises `StoreRefused`."""
        return await open_store(self._path, create=create, durable=durable)

    def source(self) -> AbstractContextManager[SqliteEndpoint]:
        """Open it as the source of a move. Raises `StoreRefused`."""
        return source(self._path)

    def destination(self) -> AbstractContextManager[SqliteEndpoint]:
        """Open it as the destination of a move. Raises `StoreRefused`."""
        return destination(self._path)

    def restore(self, backup: Path, progress: Callable[[int, int], None], *, keep: bool) -> Path | None:
        """Replace the file by a backup. Raises `StoreRefused`."""
        from gateway.store.sqlite.restore import restore  # it needs locks that Windows does not have

        return restore(self._path, backup, progress, keep=keep)

    def remove(self) -> None:
        """Remove the file, and what SQLite puts beside it."""
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
