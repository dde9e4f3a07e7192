"""What reading and writing share: a transaction on a connection."""

import sqlite3
import time
from datetime import datetime

from gateway.store.sqlite.rows import Row, moment


class Session:
    """One transaction, which is already open. It is used in the connection's thread only."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._seconds = int(time.time())

    @property
    def now(self) -> datetime:
        """The time of this transaction, the same however often it is asked."""
        return moment(self._seconds)

    def _rows(self, sql: str, *values: object) -> list[Row]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except (OverflowError, UnicodeEncodeError):
            return []  # a number or a text that SQLite cannot hold is in no row

    def _row(self, sql: str, *values: object) -> Row | None:
        rows = self._rows(sql, *values)
        return rows[0] if rows else None
