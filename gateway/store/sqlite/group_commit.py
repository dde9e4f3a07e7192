"""Group commit: pieces of writing work that wait together share one transaction.

The cost of a commit is making it durable, the same for one piece of work as for many. Mostly every piece succeeds, or
fails before it has written anything. If one fails later, all of them run again, each in a savepoint of its own, so that
it undoes nothing but its own changes.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from gateway.store.interface import StoreUnavailable, Writer
from gateway.store.outcome import Outcome
from gateway.store.sql.transaction import ReferenceCache
from gateway.store.sql.writing import SqlWriter
from gateway.store.sqlite.connection import BUSY_SECONDS, attempt
from gateway.store.sqlite.database_file import DatabaseFile
from gateway.store.sqlite.statements import SqliteStatements

Work = Callable[[Writer], Any]

LARGEST_BATCH = 64
"""Pieces of work in one transaction at most: the first of them waits for the last."""

LONGEST_BATCH = 0.1
"""Seconds after which no more work begins in a transaction: what waits then has others before it, who have had less."""

_RETRY_SECONDS = 0.001


def write_together(
    cache: ReferenceCache, file: DatabaseFile, connection: sqlite3.Connection, works: Sequence[Work]
) -> list[Outcome[Any]]:
    """Run pieces of work in one transaction; without a commit every one of them has failed.

    The outcomes are those of the works that were begun within `LONGEST_BATCH`. Raises `StoreUnavailable` where no
    transaction can be begun, or the file is no longer in its place.
    """
    file.require_in_place()
    begin(connection)
    outcome = attempt(_transaction, cache, connection, works)
    if outcome.error is None:
        file.require_in_place()  # or what was committed is already lost
        return outcome.take()
    if connection.in_transaction:
        attempt(connection.execute, "ROLLBACK")
    return [Outcome(error=_failure(outcome.error)) for _ in works]


def _failure(error: BaseException) -> StoreUnavailable:
    failure = StoreUnavailable(str(error))
    failure.__cause__ = error
    return failure


def _transaction(cache: ReferenceCache, connection: sqlite3.Connection, works: Sequence[Work]) -> list[Outcome[Any]]:
    outcomes = _run_in_good_faith(connection, _writer(connection, cache), works)
    if outcomes is None:
        connection.execute("ROLLBACK")
        begin(connection)
        outcomes = [_run_alone(connection, _writer(connection, cache), work) for work in _begun_in_time(works)]
    connection.execute("COMMIT")
    return outcomes


def _begun_in_time(works: Sequence[Work]) -> Iterator[Work]:
    """Yield the first of the works, and others until `LONGEST_BATCH` is over."""
    until = time.monotonic() + LONGEST_BATCH
    for number, work in enumerate(works):
        if number and time.monotonic() > until:
            return
        yield work


def _run_in_good_faith(
    connection: sqlite3.Connection, writer: Writer, works: Sequence[Work]
) -> list[Outcome[Any]] | None:
    """Run pieces of work one after the other; None as soon as one fails that has written something."""
    outcomes = []
    for work in _begun_in_time(works):
        changes = connection.total_changes
        outcome = attempt(work, writer)
        _require_transaction(connection, outcome)
        if outcome.error is not None and connection.total_changes != changes:
            return None
        outcomes.append(outcome)
    return outcomes


def begin(connection: sqlite3.Connection) -> None:
    """Begin a transaction, waiting up to `BUSY_SECONDS` for that of another process.

    SQLite waits for a lock by trying again after up to 100 ms, and a process that is busy writing hardly ever leaves
    it free at just that moment: others might wait for ever. Trying every millisecond is close to taking turns.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            if time.monotonic() > deadline:
                raise StoreUnavailable(f"Another process has kept it locked for {BUSY_SECONDS:g} s.") from error
        else:
            return
        time.sleep(_RETRY_SECONDS)


def _run_alone(connection: sqlite3.Connection, writer: Writer, work: Work) -> Outcome[Any]:
    connection.execute("SAVEPOINT work")
    outcome = attempt(work, writer)
    _require_transaction(connection, outcome)
    if outcome.error is not None:
        connection.execute("ROLLBACK TO work")
    connection.execute("RELEASE work")
    return outcome


def _require_transaction(connection: sqlite3.Connection, outcome: Outcome[Any]) -> None:
    """Raise an error if work ended the transaction: a full disk, among others, makes SQLite give it up itself."""
    if not connection.in_transaction:
        raise outcome.error or sqlite3.OperationalError("work has ended its transaction")


def _writer(connection: sqlite3.Connection, cache: ReferenceCache) -> Writer:
    return SqlWriter(SqliteStatements(connection), cache)
