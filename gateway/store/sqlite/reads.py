"""Run reading work: brief work in the loop, other work in threads, in turns of its owners."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from gateway.budget import Budget
from gateway.fair_queue import FairQueue, Owners
from gateway.store.interface import Reader
from gateway.store.outcome import Outcome
from gateway.store.sql.reading import SqlReader
from gateway.store.sql.transaction import ReferenceCache, charged_to
from gateway.store.sqlite.connection import SqliteConnection, attempt
from gateway.store.sqlite.loop_reading import STEPS, LoopReader
from gateway.store.sqlite.statements import SqliteStatements
from gateway.store.waiting_work import WaitingWork

T = TypeVar("T")

READERS = 3
"""Threads that read. The work of one owner is done in one of them, so that others need not wait for its end."""

READ_TOGETHER = 16
"""Pieces of reading work in one transaction at most."""


class Reads:
    """Runs reading work, on a connection that is the loop's (`here`) or on one of those that threads have."""

    def __init__(self, here: sqlite3.Connection, there: Sequence[SqliteConnection]) -> None:
        self._loop_reader = LoopReader(here)
        self._cache = ReferenceCache()
        self._loop = asyncio.get_running_loop()
        self._waiting = FairQueue[WaitingWork[Reader]](at_once=1)
        self._idle = [_ThreadReader(each) for each in there]

    async def run(self, work: Callable[[Reader], T], budget: Budget, *, is_long: bool) -> T:
        """Run work and return what it returned. Raises what the budget raises."""
        work = charged_to(budget, work)
        outcome = None if is_long else await self._loop_reader.run(partial(self._read, work))
        return await self._run_in_thread(work, budget.owners) if outcome is None else outcome.take()

    def _read(self, work: Callable[[Reader], T], here: sqlite3.Connection) -> T:
        reader = SqlReader(SqliteStatements(here, self._loop_reader), self._cache)
        return _read(here, reader, work)

    async def _run_in_thread(self, work: Callable[[Reader], T], owners: Owners) -> T:
        future: asyncio.Future[Outcome[T]] = self._loop.create_future()
        self._waiting.put(owners, WaitingWork(work, future))
        self._call_another()
        return (await future).take()

    def _call_another(self) -> None:
        if self._idle and self._waiting.has_next():
            reader = self._idle.pop()
            reader.connection.submit(partial(self._run_waiting, reader))

    def _run_waiting(self, reader: "_ThreadReader", connection: sqlite3.Connection) -> None:
        while taken := self._waiting.take():
            owners, work = taken
            if not work.future.cancelled():
                outcome = reader.read(connection, work)
                self._loop.call_soon_threadsafe(work.deliver, outcome)
                del outcome
            self._waiting.done(owners, work.seconds)
            del taken, work
        reader.end(connection)
        self._loop.call_soon_threadsafe(self._ended, reader)

    def _ended(self, reader: "_ThreadReader") -> None:
        self._idle.append(reader)
        self._call_another()  # what came after the thread had looked


class _ThreadReader:
    """Reads in the thread of a connection. Work sees everything that was committed before it came."""

    def __init__(self, connection: SqliteConnection) -> None:
        self.connection = connection
        self._cache = ReferenceCache()
        self._began = 0.0
        self._pieces = 0

    def read(self, connection: sqlite3.Connection, work: WaitingWork[Reader]) -> Outcome[Any]:
        """Run work, in the transaction of the work before if that is not too old."""
        self._pieces += 1
        if work.since >= self._began or self._pieces > READ_TOGETHER:
            self.end(connection)
            self._began, self._pieces = time.monotonic(), 1
        reader = SqlReader(SqliteStatements(connection), self._cache)
        connection.set_progress_handler(lambda: time.monotonic() > reader.budget.deadline, STEPS)
        return attempt(_read_in_time, connection, reader, work)

    def end(self, connection: sqlite3.Connection) -> None:
        """End the transaction if there is one."""
        if connection.in_transaction:
            attempt(connection.execute, "ROLLBACK")


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
