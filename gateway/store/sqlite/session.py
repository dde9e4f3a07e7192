"""What reading and writing share: a transaction on a connection."""

import sqlite3
import time
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any, TypeVar

from gateway.store.sqlite.rows import Row, moment

T = TypeVar("T")

STAMP = "SELECT stamp FROM reference WHERE id = 1"


class Memory:
    """What one connection has read of the reference data: the site, its products and flag types.

    Every call asks for some of it, and it hardly ever changes. Triggers give the database a new, random stamp whenever
    it does, whoever changes it; so what was read under a stamp is right as long as the database has that stamp. A
    number that counts up would not do: one that was rolled back comes again.
    """

    def __init__(self) -> None:
        self._stamp = 0
        self._known: dict[Hashable, Any] = {}

    def under(self, stamp: int) -> dict[Hashable, Any]:
        """What was read under this stamp, to add to."""
        if stamp != self._stamp:
            self._stamp, self._known = stamp, {}
        return self._known


class Session:
    """One transaction, which is already open. It is used in the connection's thread only.

    After a rollback to a savepoint another one is needed: this one may remember what was taken back.
    """

    def __init__(self, connection: sqlite3.Connection, memory: Memory) -> None:
        self._connection = connection
        self._memory = memory
        self._seconds = int(time.time())
        self._stamp_at = -1
        self._stamp = 0

    @property
    def now(self) -> datetime:
        """The time of this transaction, the same however often it is asked."""
        return moment(self._seconds)

    def _remembered(self, key: Hashable, read: Callable[[], T]) -> T:
        """The reference data of this key, read where it is not known; that there is none (None) is not remembered."""
        known = self._memory.under(self._current_stamp())
        if key in known:
            value: T = known[key]
            return value
        value = read()
        if value is not None:
            known[key] = value
        return value

    def _current_stamp(self) -> int:
        """The stamp of the reference data, as this transaction sees or made it; read anew after every change."""
        changes = self._connection.total_changes
        if changes != self._stamp_at:
            self._stamp, self._stamp_at = int(self._connection.execute(STAMP).fetchone()[0]), changes
        return self._stamp

    def _rows(self, sql: str, *values: object) -> list[Row]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except (OverflowError, UnicodeEncodeError):
            return []  # a number or a text that SQLite cannot hold is in no row

    def _row(self, sql: str, *values: object) -> Row | None:
        rows = self._rows(sql, *values)
        return rows[0] if rows else None
