"""Transactions: reading work on one snapshot, writing work as if it were alone.

Writing is serializable: work that would not behave as if it ran before or after each of the others is undone by
PostgreSQL and run again. Where many are in each other's way that could go on; so the last try waits until nobody else
writes, and makes them wait.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus

from gateway.store.interface import Reader, StoreUnavailable, Writer
from gateway.store.postgresql.connection import Connection, run
from gateway.store.postgresql.statements import PostgresqlStatements
from gateway.store.sql.reading import SqlReader
from gateway.store.sql.session import STAMP, Memory
from gateway.store.sql.writing import SqlWriter

T = TypeVar("T")

TRIES = 5
"""How often work is run at most, the last time alone."""

_BEGIN_READING = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {STAMP}"
# All who write share a lock, and who must be alone does not. The snapshot is taken after that: LOCK TABLE needs none.
_BEGIN_WRITING = (
    "BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE reference IN {mode} MODE; "
    "SELECT stamp, pg_current_xact_id() FROM reference WHERE id = 1"
)
_BEGIN_TOGETHER = _BEGIN_WRITING.format(mode="ROW SHARE")
_BEGIN_ALONE = _BEGIN_WRITING.format(mode="EXCLUSIVE")


class UncertainError(Exception):
    """The connection broke while a transaction was committed: the server knows whether it was, by its number."""

    def __init__(self, transaction: str, result: Any) -> None:
        super().__init__(transaction)
        self.transaction = transaction
        self.result = result


class _AgainError(Exception):
    """The work is to be run again, carefully."""


def read(connection: Connection, memory: Memory, work: Callable[[Reader], T], patience: float) -> T:
    """Run reading work."""
    stamp = run(connection, _BEGIN_READING).get_value(0, 0)
    try:
        reader = SqlReader(PostgresqlStatements(connection, int(stamp or 0), careful=False), memory)
        reader.deadline = time.monotonic() + patience
        return work(reader)
    finally:
        _roll_back(connection)


def write(connection: Connection, memory: Memory, work: Callable[[Writer], T]) -> T:
    """Run writing work and commit. Raises `UncertainError`."""
    careful, tries = False, 0
    while tries < TRIES:
        try:
            return _write_once(connection, memory, work, careful=careful, alone=tries == TRIES - 1)
        except _AgainError:
            careful = True
        except (errors.SerializationFailure, errors.DeadlockDetected):
            tries += 1
    raise StoreUnavailable(f"Others changed the same {TRIES} times.")


def _write_once(
    connection: Connection, memory: Memory, work: Callable[[Writer], T], *, careful: bool, alone: bool
) -> T:
    begun = run(connection, _BEGIN_ALONE if alone else _BEGIN_TOGETHER)
    statements = PostgresqlStatements(connection, int(begun.get_value(0, 0) or 0), careful=careful)
    try:
        result = work(SqlWriter(statements, memory))
        if not statements.violated or careful:
            _commit(connection, begun.get_value(0, 1) or b"", result)
            return result
    except BaseException:
        if careful or not statements.violated:
            raise
    finally:
        _roll_back(connection)
    raise _AgainError


def _commit(connection: Connection, transaction: bytes, result: object) -> None:
    try:
        answer = run(connection, "COMMIT").command_status
    except psycopg.OperationalError as error:
        if connection.closed:
            raise UncertainError(transaction.decode(), result) from error
        raise
    if answer != b"COMMIT":  # it had failed before, and the work went on as if nothing had happened
        raise errors.SerializationFailure


def _roll_back(connection: Connection) -> None:
    if not connection.closed and connection.info.transaction_status is not TransactionStatus.IDLE:
        run(connection, "ROLLBACK")
