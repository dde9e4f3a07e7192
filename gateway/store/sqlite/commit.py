"""Group commit: pieces of writing work that wait together share one transaction.

What costs is making a commit durable, and it costs the same for one piece of work as for many. Each piece runs in a
savepoint of its own, so that one that raises takes back nothing but its own changes.
"""

import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import Any

from gateway.store.interface import StoreUnavailable, Writer
from gateway.store.sqlite.connection import BUSY_SECONDS, Outcome, attempt
from gateway.store.sqlite.session import Memory
from gateway.store.sqlite.writing import SqliteWriter

Work = Callable[[Writer], Any]

LARGEST_BATCH = 64
"""Pieces of work in one transaction at most: the first of them waits for the last."""

_RETRY_SECONDS = 0.001


def write_together(memory: Memory, connection: sqlite3.Connection, works: Sequence[Work]) -> list[Outcome[Any]]:
    """Run pieces of work in one transaction; without a commit every one of them has failed."""
    outcome = attempt(_transaction, memory, connection, works)
    if outcome.error is None:
        return outcome.take()
    if connection.in_transaction:
        attempt(connection.execute, "ROLLBACK")
    return [Outcome(error=_failure(outcome.error)) for _ in works]


def _failure(error: BaseException) -> StoreUnavailable:
    failure = StoreUnavailable(str(error))
    failure.__cause__ = error
    return failure


def _transaction(memory: Memory, connection: sqlite3.Connection, works: Sequence[Work]) -> list[Outcome[Any]]:
    _begin(connection)
    writer = SqliteWriter(connection, memory)
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


def _run_alone(connection: sqlite3.Connection, writer: Writer, work: Work) -> Outcome[Any]:
    connection.execute("SAVEPOINT work")
    outcome = attempt(work, writer)
    if outcome.error is not None:
        if not connection.in_transaction:  # a full disk, among others, makes SQLite give up the transaction itself
            raise outcome.error
        connection.execute("ROLLBACK TO work")
    connection.execute("RELEASE work")
    return outcome
