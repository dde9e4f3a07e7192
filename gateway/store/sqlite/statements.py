"""The shared statements on a connection to SQLite."""

import sqlite3
from collections.abc import Callable, Sequence

from gateway.store.sql.statements import (
    Charge,
    Constraint,
    ConstraintViolation,
    LoopTimeExceeded,
    Row,
    RowFactory,
    no_charge,
    row_factory,
)
from gateway.store.sql.transaction import STAMP
from gateway.store.sqlite.connection import undecodable
from gateway.store.sqlite.loop_reading import LoopReader

ROWS_AT_ONCE = 250
"""Rows that are read, and charged, at a time."""

_factories: dict[str, RowFactory] = {}
"""The row factory of each statement; statements are constants."""


class SqliteStatements:
    """`gateway.store.sql.statements.Statements` on SQLite, for one thread; `loop_reader` if that is the loop's."""

    def __init__(self, connection: sqlite3.Connection, loop_reader: LoopReader | None = None) -> None:
        self.connection = connection
        self._loop_reader = loop_reader
        self._stamp = 0
        self._stamped_at = -1

    def query(self, sql: str, values: Sequence[object], charge: Charge = no_charge) -> list[Row]:
        """Return the rows of an answer; `charge` is called with some of them at a time, and may raise an error."""
        return self._queried(sql, values, charge, _known_factory)

    def query_long(self, sql: str, values: Sequence[object], charge: Charge) -> list[Row]:
        """Do as `query`, which charges in portions."""
        return self.query(sql, values, charge)

    def query_once(self, sql: str, values: Sequence[object], charge: Charge, seconds: float) -> list[Row]:
        """Return the rows of an answer; the progress handler of the connection ends what takes too long."""
        return self._queried(sql, values, charge, _new_factory)

    def _queried(
        self,
        sql: str,
        values: Sequence[object],
        charge: Charge,
        factory: Callable[[str, sqlite3.Cursor], RowFactory],
    ) -> list[Row]:
        if self._loop_reader:
            self._loop_reader.check_time()
        try:
            cursor = self.connection.execute(sql, values)
            return _fetched(cursor, factory(sql, cursor), charge)
        except sqlite3.OperationalError:
            if self._loop_reader:
                self._loop_reader.check_time()  # it was interrupted
            raise
        except UnicodeDecodeError as error:
            raise undecodable(error) from error

    def change(self, sql: str, values: Sequence[object], *, must: bool = False) -> bool:
        """Change rows, and return whether there were any. Raises `ConstraintViolation`."""
        try:
            return self.connection.execute(sql, values).rowcount != 0
        except sqlite3.IntegrityError as error:
            raise _violation(error) from error

    def insert(self, sql: str, values: Sequence[object]) -> int:
        """Run a statement that ends with RETURNING id and return that id. Raises `ConstraintViolation`."""
        try:
            return int(self.connection.execute(sql, values).fetchone()[0])
        except sqlite3.IntegrityError as error:
            raise _violation(error) from error

    def leave_event_loop(self) -> None:
        """Continue in a thread; the work may run again from its beginning."""
        if self._loop_reader:
            raise LoopTimeExceeded("The work takes long.")

    def stamp(self) -> int:
        """Return the stamp of the reference data, as this transaction sees or made it; read anew after every change."""
        changes = self.connection.total_changes
        if changes != self._stamped_at:
            self._stamp, self._stamped_at = int(self.connection.execute(STAMP).fetchone()[0]), changes
        return self._stamp


def _fetched(cursor: sqlite3.Cursor, factory: RowFactory, charge: Charge) -> list[Row]:
    rows: list[Row] = []
    while True:
        some = list(map(factory, cursor.fetchmany(ROWS_AT_ONCE)))
        charge(some)
        rows += some
        if len(some) < ROWS_AT_ONCE:
            return rows


def _known_factory(sql: str, cursor: sqlite3.Cursor) -> RowFactory:
    factory = _factories.get(sql)
    if factory is None:
        factory = _factories[sql] = _new_factory(sql, cursor)
    return factory


def _new_factory(_: str, cursor: sqlite3.Cursor) -> RowFactory:
    return row_factory(tuple(column[0] for column in cursor.description))


def _violation(error: sqlite3.IntegrityError) -> ConstraintViolation:
    if error.sqlite_errorname == "SQLITE_CONSTRAINT_FOREIGNKEY":
        return ConstraintViolation(Constraint.FOREIGN_KEY, "")
    _, _, violated = str(error).partition(" constraint failed: ")
    if error.sqlite_errorname == "SQLITE_CONSTRAINT_CHECK":
        return ConstraintViolation(Constraint.CHECK, violated)
    return ConstraintViolation(Constraint.PRIMARY_KEY if violated.endswith(".id") else Constraint.UNIQUE, violated)
