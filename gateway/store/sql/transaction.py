"""The base of reading and writing: a transaction, and the cache of reference data."""

import time
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from gateway.budget import UNLIMITED, Budget
from gateway.store.sql.conversions import moment
from gateway.store.sql.statements import Charge, Row, Statements

T = TypeVar("T")

Query = Callable[[str, Sequence[object], Charge], list[Row]]

STAMP = "SELECT stamp FROM reference WHERE id = 1"


_MOST_CACHED = 10_000
"""Values in a cache: there are as many as products, and API keys that are in use."""


class ReferenceCache:
    """The reference data that one connection has read: the site, its products and flag types, and owners of API keys.

    Every call asks for some of it, and it hardly ever changes. Triggers give the database a new, random stamp whenever
    it does, whoever changes it; so what was read under a stamp is right as long as the database has that stamp. A
    number that counts up would not do: one that was rolled back comes again.
    """

    def __init__(self) -> None:
        self.stamp: int | None = None
        """The stamp under which something was read last."""
        self._values: dict[Hashable, Any] = {}

    def under(self, stamp: int) -> dict[Hashable, Any]:
        """Return what was read under this stamp, to add to."""
        if stamp != self.stamp or len(self._values) > _MOST_CACHED:
            self.stamp, self._values = stamp, {}
        return self._values


class Transaction:
    """One transaction, used in one thread only.

    After a rollback to a savepoint a new one is needed: this one may have cached what was rolled back.
    """

    def __init__(self, statements: Statements, cache: ReferenceCache) -> None:
        self.budget = UNLIMITED
        self._statements = statements
        self._cache = cache
        self._seconds = int(time.time())
        self._written: dict[str, set[int]] = {"bug": set(), "attachment": set()}

    def begin_work(self, budget: Budget) -> None:
        """Begin a piece of work on this budget; a transaction may have several."""
        self.budget = budget
        self._written = {"bug": set(), "attachment": set()}
        budget.start_work()

    def extend_time(self, seconds: float) -> None:
        """Allow the current work more time: it had to wait for others."""
        self.budget.extend(seconds)

    @property
    def now(self) -> datetime:
        """The time of this transaction, the same however often it is asked."""
        return moment(self._seconds)

    def _cached(self, key: Hashable, read: Callable[[], T]) -> T:
        """Return the reference data of this key, read if it is not cached; None is not cached."""
        values = self._cache.under(self._statements.stamp())
        if key in values:
            value: T = values[key]
            return value
        value = read()
        if value is not None:
            values[key] = value
        return value

    def _rows(self, sql: str, *values: object) -> list[Row]:
        return self._queried(self._statements.query, sql, values)

    def _long_rows(self, sql: str, *values: object) -> list[Row]:
        """Return the rows of an answer that may have many rows, or long ones."""
        return self._queried(self._statements.query_long, sql, values)

    def _queried(self, query: Query, sql: str, values: Sequence[object]) -> list[Row]:
        self.budget.check_time()
        try:
            return query(sql, values, self.budget.charge_rows)
        except (OverflowError, UnicodeEncodeError):
            return []  # a number or a text that the database cannot hold is in no row

    def _row(self, sql: str, *values: object) -> Row | None:
        rows = self._rows(sql, *values)
        return rows[0] if rows else None


def charged_to(budget: Budget, work: Callable[[Any], T]) -> Callable[[Any], T]:
    """The same work, charged to a budget; its time counts from when it begins."""

    def run(tx: Transaction) -> T:
        tx.begin_work(budget)
        return work(tx)

    return run
