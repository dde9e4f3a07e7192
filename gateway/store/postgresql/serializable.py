"""Transactions: reading work on one snapshot, writing work as if it were alone.

Writing is serializable: work that would not behave as if it ran before or after each of the others is undone by
PostgreSQL and run again. With many conflicts that could go on for ever; so the last tries wait until there is no other
writer, and make new ones wait.
"""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar
from uuid import UUID, uuid4

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus

from gateway.store.interface import Reader, StoreUnavailable, Writer
from gateway.store.outcome import Outcome
from gateway.store.postgresql.connection import PostgresqlConnection, run
from gateway.store.postgresql.statements import PostgresqlStatements
from gateway.store.sql.reading import SqlReader
from gateway.store.sql.transaction import STAMP, ReferenceCache
from gateway.store.sql.writing import SqlWriter

T = TypeVar("T")

CONCURRENT_TRIES, MAX_TRIES = 2, 6
"""Tries beside the work of others, and tries at most, the later ones alone.

One try alone is nearly always enough. But the server releases a transaction's lock a moment before it forgets what the
transaction has read, and may still see a conflict with it.
"""

_BEGIN_READING = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {STAMP}"
# All writers share a lock; a serial retry takes EXCLUSIVE instead. LOCK TABLE comes before the snapshot.
_BEGIN_WRITING = (
    "BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE reference IN {mode} MODE; "
    "INSERT INTO commits (token, was_lost) VALUES ('{token}', FALSE); {carefully}" + STAMP
)
_CAREFULLY = "SET CONSTRAINTS ALL IMMEDIATE; "
_SHARED, _ALONE = "ROW SHARE", "EXCLUSIVE"

MARK_LOST = "INSERT INTO commits (token, was_lost) VALUES (%s, TRUE) ON CONFLICT DO NOTHING"
WAS_COMMITTED = "SELECT NOT was_lost FROM commits WHERE token = %s"
CLEANUP_PROBABILITY = 0.001
"""The share of writes that delete old rows of `commits`."""
FORGET = "DELETE FROM commits WHERE at < now() - interval '1 hour'"


class UncertainError(Exception):
    """The connection broke while a transaction was committed: `was_committed` finds out whether it was."""

    def __init__(self, token: UUID, result: Any) -> None:
        super().__init__(str(token))
        self.token = token
        self.result = result


class _AgainError(Exception):
    """Raised to run the work again, carefully."""


def read_together(
    connection: PostgresqlConnection, cache: ReferenceCache, works: Sequence[Callable[[Reader], Any]]
) -> list[Outcome[Any]]:
    """Run pieces of reading work in one transaction; after an error that ended it the rest has another."""
    outcomes = []
    for work in works:
        if connection.pgconn.transaction_status != TransactionStatus.INTRANS:
            _roll_back(connection)
            begun = run(connection, _BEGIN_READING)
            statements = PostgresqlStatements(connection, int(begun.get_value(0, 0) or 0), careful=False)
            reader = SqlReader(statements, cache)
        outcomes.append(_attempt(connection, work, reader))
    _roll_back(connection)
    return outcomes


def _attempt(connection: PostgresqlConnection, work: Callable[[Reader], T], reader: Reader) -> Outcome[T]:
    try:
        return Outcome(work(reader))
    except psycopg.Error as error:
        if connection.closed:
            raise
        return Outcome(error=failure(error))
    except BaseException as error:
        return Outcome(error=error)


def failure(error: psycopg.Error) -> StoreUnavailable:
    """Return the error of a store for one of PostgreSQL."""
    unavailable = StoreUnavailable(f"PostgreSQL: {str(error).strip()}")
    unavailable.__cause__ = error
    return unavailable


def write(connection: PostgresqlConnection, cache: ReferenceCache, work: Callable[[Writer], T]) -> T:
    """Run writing work and commit. Raises `UncertainError`."""
    careful, tries = False, 0
    conflict: psycopg.Error | None = None
    while tries < MAX_TRIES:
        try:
            result = _write_once(connection, cache, work, careful=careful, alone=tries >= CONCURRENT_TRIES)
        except _AgainError:
            careful = True
        except (errors.SerializationFailure, errors.DeadlockDetected) as error:
            tries, conflict = tries + 1, error
        else:
            if random.random() < CLEANUP_PROBABILITY:  # noqa: S311 (no secret)
                _forget(connection)
            return result
    raise StoreUnavailable(f"Changes by others have prevented this {MAX_TRIES} times: {conflict}") from conflict


def _write_once(
    connection: PostgresqlConnection, cache: ReferenceCache, work: Callable[[Writer], T], *, careful: bool, alone: bool
) -> T:
    token = uuid4()
    mode, carefully = _ALONE if alone else _SHARED, _CAREFULLY if careful else ""
    begun = run(connection, _BEGIN_WRITING.format(mode=mode, token=token, carefully=carefully))
    statements = PostgresqlStatements(connection, int(begun.get_value(0, 0) or 0), careful=careful)
    try:
        result = work(SqlWriter(statements, cache))
    except BaseException:
        _roll_back(connection)
        if careful or not statements.violated:
            raise
        raise _AgainError from None
    if statements.violated and not careful:
        _roll_back(connection)
        raise _AgainError
    try:
        _commit(connection, token, result)
    except errors.IntegrityError:  # of a constraint that is looked at only here, unless the work is done carefully
        raise _AgainError from None
    return result


def _commit(connection: PostgresqlConnection, token: UUID, result: object) -> None:
    try:
        answer = run(connection, "COMMIT").command_status
    except psycopg.Error as error:
        if not connection.closed and error.diag.severity_nonlocalized == "ERROR":
            raise  # the server says that it did not
        connection.close()
        raise UncertainError(token, result) from error
    if answer != b"COMMIT":  # it had failed before, and the work went on as if nothing had happened
        raise errors.SerializationFailure


def was_committed(connection: PostgresqlConnection, token: UUID) -> bool:
    """Tell whether a transaction was committed, and keep it from being committed if it was not.

    If the server still works on it, inserting the same token waits for its end.
    """
    connection.execute(MARK_LOST, (token,))
    return bool(connection.execute(WAS_COMMITTED, (token,)).fetchall()[0][0])


def _forget(connection: PostgresqlConnection) -> None:
    """Delete the tokens that nobody can ask for any more."""
    with suppress(psycopg.Error):
        connection.execute(FORGET)


def _roll_back(connection: PostgresqlConnection) -> None:
    if not connection.closed and connection.pgconn.transaction_status != TransactionStatus.IDLE:
        run(connection, "ROLLBACK")
