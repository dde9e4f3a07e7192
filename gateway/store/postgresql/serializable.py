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
from gateway.store.postgresql.connection import PostgresqlConnection
from gateway.store.postgresql.prepared import Request, constant, request, run_prepared
from gateway.store.postgresql.statements import VIOLATIONS, PostgresqlStatements, StampChangedError
from gateway.store.sql.reading import SqlReader
from gateway.store.sql.transaction import STAMP, ReferenceCache
from gateway.store.sql.writing import SqlWriter

T = TypeVar("T")

CONCURRENT_TRIES, MAX_TRIES = 2, 6
"""Tries beside the work of others, and tries at most, the later ones alone.

One try alone is nearly always enough. But the server releases a transaction's lock a moment before it forgets what the
transaction has read, and may still see a conflict with it.
"""

_BEGIN_READING = constant("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
_BEGIN_WRITING = constant("BEGIN ISOLATION LEVEL SERIALIZABLE")
# All writers share a lock; a serial retry takes EXCLUSIVE instead. LOCK TABLE comes before the snapshot.
_SHARED = constant("LOCK TABLE reference IN ROW SHARE MODE")
_ALONE = constant("LOCK TABLE reference IN EXCLUSIVE MODE")
_NOTE = "INSERT INTO commits (token, was_lost) VALUES (?, FALSE)"
_CAREFULLY = constant("SET CONSTRAINTS ALL IMMEDIATE")
_STAMP = constant(STAMP)
_COMMIT, _ROLL_BACK = constant("COMMIT"), constant("ROLLBACK")

_CONFLICTS = (errors.SerializationFailure, errors.DeadlockDetected)
"""Errors of the server where work would not behave as if it ran alone: it is run again."""

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


class _RefusedError(Exception):
    """Raised to run each piece of work again, carefully: the schema refused something."""


class _FailedError(Exception):
    """Raised to run pieces of work again, with savepoints: one failed that had changed something."""


def read_together(
    connection: PostgresqlConnection, cache: ReferenceCache, works: Sequence[Callable[[Reader], Any]]
) -> list[Outcome[Any]]:
    """Run pieces of reading work in one transaction; after an error that ended it the rest has another.

    The caller ends the transaction with `roll_back`; the next one to begin on the connection does so by itself.
    """
    try:
        return _read_all(connection, cache, works, cache.stamp)
    except StampChangedError:
        return _read_all(connection, cache, works, None)


def _read_all(
    connection: PostgresqlConnection,
    cache: ReferenceCache,
    works: Sequence[Callable[[Reader], Any]],
    expected_stamp: int | None,
) -> list[Outcome[Any]]:
    outcomes = list[Outcome[Any]]()
    statements: PostgresqlStatements | None = None
    for work in works:
        if statements is None or _is_failed(connection):
            begin = _begin(connection, _BEGIN_READING)
            statements = PostgresqlStatements(connection, begin, careful=False, expected_stamp=expected_stamp)
            reader = SqlReader(statements, cache)
        outcomes.append(_attempt(statements, work, reader))
    return outcomes


def read(
    connection: PostgresqlConnection, cache: ReferenceCache, works: Sequence[Callable[[Reader], Any]]
) -> list[Outcome[Any]]:
    """Do as `read_together`, and end the transaction."""
    try:
        return read_together(connection, cache, works)
    finally:
        roll_back(connection)


def _is_failed(connection: PostgresqlConnection) -> bool:
    """Tell whether an error has ended the transaction."""
    return connection.pgconn.transaction_status == TransactionStatus.INERROR


def _begin(connection: PostgresqlConnection, *commands: Request) -> list[Request]:
    """Return what begins a transaction, and ends the one before if that is not ended yet; `STAMP` is the last."""
    ending = [_ROLL_BACK] if is_in_transaction(connection) else []
    return [*ending, *commands, _STAMP]


def _attempt(statements: PostgresqlStatements, work: Callable[[Any], T], transaction: Any) -> Outcome[T]:
    try:
        try:
            return Outcome(work(transaction))
        finally:
            statements.confirm_stamp()
    except StampChangedError:
        raise
    except psycopg.Error as error:
        if statements.connection.closed or isinstance(error, _CONFLICTS):
            raise
        return Outcome(error=failure(error))
    except BaseException as error:
        return Outcome(error=error)


def _attempt_writing(statements: PostgresqlStatements, work: Callable[[Writer], T], writer: Writer) -> Outcome[T]:
    try:
        return _attempt(statements, work, writer)
    except _CONFLICTS:
        roll_back(statements.connection)
        raise


def failure(error: psycopg.Error) -> StoreUnavailable:
    """Return the error of a store for one of PostgreSQL."""
    unavailable = StoreUnavailable(f"PostgreSQL: {str(error).strip()}")
    unavailable.__cause__ = error
    return unavailable


def write_together(
    connection: PostgresqlConnection, cache: ReferenceCache, works: Sequence[Callable[[Writer], Any]]
) -> list[Outcome[Any]]:
    """Run pieces of writing work in one transaction, and commit it.

    If one fails that has changed something, all of them are run again, with a savepoint before each; if the schema
    refuses something, each in a transaction of its own. Raises `UncertainError`; but where some may be committed
    already as the connection breaks, `UncertainError` or a `psycopg.Error` is the error of those that are not.
    """
    guarded = careful = False
    tries, expected_stamp = 0, cache.stamp
    conflict: psycopg.Error | None = None
    while tries < MAX_TRIES:
        try:
            alone = tries >= CONCURRENT_TRIES
            outcomes = _write_once(
                connection, cache, works, expected_stamp, guarded=guarded, careful=careful, alone=alone
            )
        except StampChangedError:
            expected_stamp = None
        except _FailedError:
            guarded = True
        except _RefusedError:
            if len(works) > 1:
                return _write_each(connection, cache, works)
            careful = True
        except _CONFLICTS as error:
            tries, conflict = tries + 1, error
            connection.conflicts += 1
        else:
            if random.random() < CLEANUP_PROBABILITY:  # noqa: S311 (no secret)
                _forget(connection)
            return outcomes
    problem = StoreUnavailable(f"Changes by others have prevented this {MAX_TRIES} times: {conflict}")
    problem.__cause__ = conflict
    return [Outcome(error=problem) for _ in works]


def _write_each(
    connection: PostgresqlConnection, cache: ReferenceCache, works: Sequence[Callable[[Writer], Any]]
) -> list[Outcome[Any]]:
    outcomes = list[Outcome[Any]]()
    for work in works:
        try:
            outcomes += write_together(connection, cache, [work])
        except UncertainError as error:
            outcomes.append(Outcome(error=error))
        except psycopg.Error as error:
            outcomes.append(Outcome(error=error if connection.closed else failure(error)))
    return outcomes


def _write_once(
    connection: PostgresqlConnection,
    cache: ReferenceCache,
    works: Sequence[Callable[[Writer], Any]],
    expected_stamp: int | None,
    *,
    guarded: bool,
    careful: bool,
    alone: bool,
) -> list[Outcome[Any]]:
    token = uuid4()
    note = request(connection, _NOTE, (str(token),))
    commands = [_BEGIN_WRITING, _ALONE if alone else _SHARED, note, *([_CAREFULLY] if careful else [])]
    begin = _begin(connection, *commands)
    statements = PostgresqlStatements(connection, begin, careful=careful, expected_stamp=expected_stamp)
    outcomes = list[Outcome[Any]]()
    for work in works:
        changes = statements.changes
        if guarded:
            statements.begin_work()
            work = _sent(statements, work)
        writer = SqlWriter(statements, cache)
        statements.on_begun = writer.extend_time
        outcomes.append(_attempt_writing(statements, work, writer))
        if statements.violated and not careful:
            roll_back(connection)
            raise _RefusedError
        has_failed = outcomes[-1].error is not None and (statements.changes > changes or _is_failed(connection))
        if guarded:
            statements.end_work(undo=has_failed)
        elif has_failed and len(works) > 1:
            roll_back(connection)
            raise _FailedError
    if all(each.error is not None for each in outcomes):
        roll_back(connection)
        return outcomes
    _commit(statements, token, outcomes, guarded=guarded)
    return outcomes


def _sent(statements: PostgresqlStatements, work: Callable[[Writer], T]) -> Callable[[Writer], T]:
    """The same work, with all of its changes sent to the server: so an error is its own, and not of what comes next."""

    def run(writer: Writer) -> T:
        result = work(writer)
        statements.finish()
        return result

    return run


def _commit(statements: PostgresqlStatements, token: UUID, outcomes: list[Outcome[Any]], *, guarded: bool) -> None:
    connection = statements.connection
    try:
        answer = statements.finish(_COMMIT)[-1].command_status
    except psycopg.Error as error:
        if connection.closed or error.diag.severity_nonlocalized != "ERROR":
            connection.close()
            raise UncertainError(token, outcomes) from error
        roll_back(connection)  # the server says that it did not
        if isinstance(error, VIOLATIONS):  # of what is looked at only here, unless the work is done carefully
            raise _RefusedError from None
        if guarded or len(outcomes) == 1 or isinstance(error, _CONFLICTS):
            raise
        raise _FailedError from None  # the server refuses what one of them has sent last
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


def roll_back(connection: PostgresqlConnection) -> None:
    """End the transaction on a connection, if there is one."""
    if not connection.closed and is_in_transaction(connection):
        run_prepared(connection, [_ROLL_BACK])


def is_in_transaction(connection: PostgresqlConnection) -> bool:
    """Tell whether a transaction has begun on a connection and not ended."""
    return connection.pgconn.transaction_status != TransactionStatus.IDLE
