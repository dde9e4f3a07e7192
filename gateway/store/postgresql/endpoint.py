"""A PostgreSQL database as an end of a move (`gateway.store.move_endpoints`)."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors
from psycopg.adapt import Dumper

from gateway.store.interface import StoreRefused, StoreUnavailable
from gateway.store.move_endpoints import RawRow
from gateway.store.postgresql.connection import PostgresqlConnection, connect
from gateway.store.postgresql.dialect import translated
from gateway.store.postgresql.migrate import migrate

COLUMNS = """
    SELECT CAST(attname AS text) FROM pg_attribute
    WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attisdropped"""
LAST_FLAG = "SELECT coalesce(pg_sequence_last_value('flags_id_seq'), 0)"
SET_LAST_FLAG = "SELECT setval('flags_id_seq', ?)"
GET_NUMBER = "SELECT pg_current_xact_id()"  # a transaction without a number leaves no trace in the log
ONE_AT_A_TIME = "SELECT pg_try_advisory_lock(4820177663172)"

_PATIENCE = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0"
_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
# All who write share this table's lock (serializable.py). The snapshot is taken after that.
_HELD = "BEGIN ISOLATION LEVEL REPEATABLE READ; LOCK TABLE reference IN EXCLUSIVE MODE"


class _Untyped(Dumper):
    """Sends numbers without a type, so that 1 is true in a column of booleans, as in SQLite."""

    def dump(self, obj: Any) -> bytes:
        return b"%d" % obj


@contextmanager
def source(url: str, name: str) -> Iterator["PostgresqlEndpoint"]:
    """Open the database at `url`, which others may use; `name` is for messages. Raises `StoreRefused`."""
    with _connected(url, name, create=False) as connection:
        yield PostgresqlEndpoint(connection, name)


@contextmanager
def destination(url: str, name: str) -> Iterator["PostgresqlEndpoint"]:
    """Open the database at `url`, which must hold no site. Raises `StoreRefused`."""
    with _connected(url, name, create=True) as connection:
        side = PostgresqlEndpoint(connection, name)
        if side.query(ONE_AT_A_TIME, ()) != [(True,)]:
            raise StoreRefused(f"Another `gateway move` is filling {name}. Wait for it, or end it.")
        yield side


@contextmanager
def _connected(url: str, name: str, *, create: bool) -> Iterator[PostgresqlConnection]:
    try:
        with connect(url, durable=False) as connection:
            migrate(connection, name, create=create)
            connection.execute(_PATIENCE, prepare=False)
            connection.adapters.register_dumper(int, _Untyped)
            yield connection
    except psycopg.Error as error:
        raise StoreUnavailable(f"PostgreSQL: {str(error).strip()}") from error


class PostgresqlEndpoint:
    """`gateway.store.move_endpoints.MoveSource` and `Destination` on a database."""

    def __init__(self, connection: PostgresqlConnection, name: str) -> None:
        self._connection = connection
        self._name = name
        self._cursor = connection.cursor(binary=True)

    def query(self, sql: str, values: Sequence[object]) -> list[RawRow]:
        """Return the rows of an answer."""
        return self._cursor.execute(translated(sql), values).fetchall()

    def columns(self, table: str) -> list[str]:
        """Return the names of a table's columns."""
        return [name for (name,) in self.query(COLUMNS, (table,))]

    def last_flag(self) -> int:
        """Return the largest id that a flag ever had."""
        return int(self.query(LAST_FLAG, ())[0][0])

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all queries in the block see one moment."""
        with self._within(_SNAPSHOT):
            yield

    @contextmanager
    def write_locked(self) -> Iterator[None]:
        """Keep everybody from writing in the block."""
        with self._within(_HELD):
            yield

    @contextmanager
    def _within(self, begin: str) -> Iterator[None]:
        try:
            for command in begin.split("; "):
                self._cursor.execute(command.encode())
            yield
        finally:
            if not self._connection.closed:
                self._connection.rollback()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all changes in the block, or none."""
        with self._connection.transaction():
            yield

    def change(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement with each of these rows of values. Raises `StoreRefused` for what the schema refuses."""
        try:
            self._cursor.executemany(translated(sql), rows)
        except errors.IntegrityError as error:
            raise StoreRefused(
                f"{self._name} holds the remains of another site and cannot be used ({error.diag.message_primary}). "
                "Name an empty database, or recreate this one."
            ) from error

    def set_last_flag(self, flag_id: int) -> None:
        """Make the next flag get a larger id than this."""
        if flag_id > 0:
            self.query(SET_LAST_FLAG, (flag_id,))

    def finish(self) -> None:
        """Make durable what was committed: the log is written in its order, so that one commit does it for all."""
        with self._connection.transaction():
            self._connection.execute("SET LOCAL synchronous_commit = on")
            self._connection.execute(GET_NUMBER)
