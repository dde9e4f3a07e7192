"""Run reading work: brief work in the loop, other work in a thread, together with any that waits there."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from gateway.budget import Budget
from gateway.store.interface import Reader
from gateway.store.outcome import Outcome
from gateway.store.sql.reading import SqlReader
from gateway.store.sql.transaction import ReferenceCache, charged_to
from gateway.store.sqlite.batches import SqliteBatches
from gateway.store.sqlite.connection import SqliteConnection, attempt
from gateway.store.sqlite.loop_reading import STEPS, LoopReader
from gateway.store.sqlite.statements import SqliteStatements

T = TypeVar("T")

READ_TOGETHER = 16
"""Pieces of reading work in one transaction at most: the first of them waits for the last."""


class Reads:
    """Runs reading work, on a connection that is the loop's (`here`) or on one that is a thread's."""

    def __init__(self, here: sqlite3.Connection, there: SqliteConnection) -> None:
        self._loop_reader = LoopReader(here)
        self._cache = ReferenceCache()
        self._longer = SqliteBatches[Reader](there, partial(_read_together, ReferenceCache()), READ_TOGETHER)

    async def run(self, work: Callable[[Reader], T], budget: Budget, *, is_long: bool) -> T:
        """Run work and return what it returned. Raises what the budget raises."""
        work = charged_to(budget, work)
        outcome = None if is_long else await self._loop_reader.run(partial(self._read, work))
        return await self._longer.run(work) if outcome is None else outcome.take()

    def _read(self, work: Callable[[Reader], T], here: sqlite3.Connection) -> T:
        reader = SqlReader(SqliteStatements(here, self._loop_reader), self._cache)
        return _read(here, reader, work)


def _read_together(
    cache: ReferenceCache, connection: sqlite3.Connection, works: Sequence[Callable[[Reader], Any]]
) -> list[Outcome[Any]]:
    reader = SqlReader(SqliteStatements(connection), cache)
    connection.set_progress_handler(lambda: time.monotonic() > reader.budget.deadline, STEPS)
    outcomes = [attempt(_read_in_time, connection, reader, work) for work in works]
    if connection.in_transaction:
        attempt(connection.execute, "ROLLBACK")
    return outcomes


def _read_in_time(connection: sqlite3.Connection, reader: SqlReader, work: Callable[[Reader], T]) -> T:
    try:
        return _read(connection, reader, work)
    except sqlite3.OperationalError:
        reader.budget.check_time()  # if it is up, the statement was interrupted
        raise


def _read(connection: sqlite3.Connection, reader: SqlReader, work: Callable[[Reader], T]) -> T:
    if not connection.in_transaction:  # the first of a batch, or the one after an error that ended the transaction
        connection.execute("BEGIN")
    return work(reader)
