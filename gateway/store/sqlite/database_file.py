"""Noticing that the database file was removed or replaced while it is open.

SQLite goes on with the file that it has open, whatever its name now refers to. The gateway would lose everything
written to it then as soon as it ends, so no write is acknowledged.
"""

import os
from pathlib import Path

from gateway.store.interface import StoreUnavailable


class DatabaseFile:
    """The file that has the name `path` when this is made. Raises `OSError` if there is none."""

    def __init__(self, path: Path) -> None:
        self._path = str(path.absolute())
        self._identity = _identity(self._path)

    def require_in_place(self) -> None:
        """Raise `StoreUnavailable` unless the name still refers to the file. This takes 2 us."""
        try:
            found = _identity(self._path)
        except OSError as error:
            raise StoreUnavailable(
                f"{self._path}, which is in use, was removed or cannot be found ({error.strerror}): nothing is written "
                "any more. Put it back, or `gateway restore` a backup, and restart the gateway."
            ) from error
        if found != self._identity:
            raise StoreUnavailable(
                f"{self._path}, which is in use, was replaced by another file: nothing is written any more. Restart "
                "the gateway, which then uses the new file."
            )


def _identity(path: str) -> tuple[int, int]:
    status = os.stat(path)  # noqa: PTH116 (Path.stat takes twice as long)
    return status.st_dev, status.st_ino
