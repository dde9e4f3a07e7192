"""Group commit: pieces of writing work that wait together share one transaction.

What costs is making a commit durable, and it costs the same for one piece of work as for many. Each piece runs in a
savepoint of its own, so that one that raises takes back nothing but its own changes.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from gateway.store.interface import StoreUnavailable, Writer
from gateway.store.sqlite.connection import BUSY_SECONDS, Connection, Outcome, attempt
from gateway.store.sqlite.writing import SqliteWriter

T = TypeVar("T")

LARGEST_BATCH = 64
"""Pieces of work in one transaction at most: the first of them waits for the last."""

_RETRY_SECONDS = 0.001

Waiting = tuple[Callable[[Writer], Any], asyncio.Future[Outcome[Any]]]


class GroupCommit:
    """Runs writing work on one connection, in the order in which it came."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Waiting] = deque()

    async def run(self, work: Callable[[Writer], T]) -> T:
        """Run work, commit it together with what else waits, and return what it returned.

        Work whose caller is cancelled is left out if it has not begun; else it is finished as if nothing had happened.
        """
        future: asyncio.Future[Outcome[T]] = self._loop.create_future()
        self._waiting.append((work, future))
        self._connection.submit(
            self._commit_waiting
        )  # which finds nothing to do if an earlier one took this work along
        return (await future).take()

    def _commit_waiting(self, connection: sqlite3.Connection) -> None:
        batch = self._next_batch()
        if batch:
            outcomes = run_together(connection, [work for work, _ in batch])
            self._loop.call_soon_threadsafe(_deliver, batch, outcomes)

    def _next_batch(self) -> list[Waiting]:
        batch: list[Waiting] = []
        while self._waiting and len(batch) < LARGEST_BATCH:
            work, future = self._waiting.popleft()
            if not future.cancelled():
                batch.append((work, future))
        return batch


def _deliver(batch: Sequence[Waiting], outcomes: Sequence[Outcome[Any]]) -> None:
    for (_, future), outcome in zip(batch, outcomes, strict=True):
        if not future.cancelled():
            future.set_result(outcome)


def run_together(connection: sqlite3.Connection, works: Sequence[Callable[[Writer], Any]]) -> list[Outcome[Any]]:
    """Run pieces of work in one transaction; without a commit every one of them has failed."""
    outcome = attempt(_transaction, connection, works)
    if outcome.error is None:
        return outcome.take()
    if connection.in_transaction:
        attempt(connection.execute, "ROLLBACK")
    return [Outcome(error=_failure(outcome.error)) for _ in works]


def _failure(error: BaseException) -> StoreUnavailable:
    failure = StoreUnavailable(str(error))
    failure.__cause__ = error
    return failure


def _transaction(connection: sqlite3.Connection, works: Sequence[Callable[[Writer], Any]]) -> list[Outcome[Any]]:
    _begin(connection)
    writer = SqliteWriter(connection)
    outcomes = [_run_alone(connection, writer, work) for work in works]
    connection.execute("COMMIT")
    return outcomes


def _begin(connection: sqlite3.Connection) -> None:
    """Begin a transaction, however long another process has one, up to `BUSY_SECONDS`.

    SQLite waits for a lock by trying again after up to 100 ms, and a process that is busy writing hardly ever leaves
    it free at just that moment: others might wait for ever. Trying every millisecond is close to taking turns.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        else:
            return
        time.sleep(_RETRY_SECONDS)


def _run_alone(connection: sqlite3.Connection, writer: Writer, work: Callable[[Writer], T]) -> Outcome[T]:
    connection.execute("SAVEPOINT work")
    outcome = attempt(work, writer)
    if outcome.error is not None:
        if not connection.in_transaction:  # a full disk, among others, makes SQLite give up the transaction itself
            raise outcome.error
        connection.execute("ROLLBACK TO work")
    connection.execute("RELEASE work")
    return outcome
