"""What reading and writing share: a transaction, and what is remembered from one to the next."""

import math
import time
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any, TypeVar

from gateway import errors
from gateway.store.sql.rows import moment
from gateway.store.sql.statements import Row, Statements

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
    """One transaction. It is used in one thread only.

    After a rollback to a savepoint another one is needed: this one may remember what was taken back.
    """

    deadline = math.inf
    """When, by the monotonic clock, the work under way has taken too long: it meets TOO_SLOW at its next question."""

    def __init__(self, statements: Statements, memory: Memory) -> None:
        self._statements = statements
        self._memory = memory
        self._seconds = int(time.time())

    @property
    def now(self) -> datetime:
        """The time of this transaction, the same however often it is asked."""
        return moment(self._seconds)

    def take_time(self) -> None:
        """Go on where much time may be taken: not in the event loop. The work may run again from its beginning."""
        self._statements.take_time()

    def _remembered(self, key: Hashable, read: Callable[[], T]) -> T:
        """The reference data of this key, read where it is not known; that there is none (None) is not remembered."""
        known = self._memory.under(self._statements.stamp())
        if key in known:
            value: T = known[key]
            return value
        value = read()
        if value is not None:
            known[key] = value
        return value

    def _rows(self, sql: str, *values: object) -> list[Row]:
        if time.monotonic() > self.deadline:
            raise errors.TOO_SLOW()
        try:
            return self._statements.query(sql, values)
        except (OverflowError, UnicodeEncodeError):
            return []  # a number or a text that the database cannot hold is in no row

    def _row(self, sql: str, *values: object) -> Row | None:
        rows = self._rows(sql, *values)
        return rows[0] if rows else None
