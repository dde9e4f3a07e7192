"""The shared statements on a connection to PostgreSQL."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count

from psycopg import errors
from psycopg.pq.abc import PGresult

from gateway.errors import TOO_SLOW
from gateway.store.postgresql.connection import PostgresqlConnection, run
from gateway.store.postgresql.prepared import Request, constant, request, rows_of, run_prepared, run_unprepared
from gateway.store.sql.statements import Charge, Constraint, ConstraintViolation, LoopTimeExceeded, Row, no_charge
from gateway.store.sql.transaction import STAMP

_LONGEST = 30.0
_LIMITED = "SET LOCAL statement_timeout = {milliseconds}; SET LOCAL enable_seqscan = on"
"""For a search: it is ended in time, and may read what no index finds."""
_AS_BEFORE = "SET LOCAL statement_timeout TO DEFAULT; SET LOCAL enable_seqscan TO DEFAULT"
_PORTION = 100
"""Rows that are fetched at once of an answer that may be long: of comments, 6.5 MB of ASCII text at most."""
_cursors = count(1)  # their names differ, because those of work that failed stay open
_SAVE_WORK, _FORGET_WORK, _UNDO_WORK = map(
    constant, ("SAVEPOINT work", "RELEASE SAVEPOINT work", "ROLLBACK TO SAVEPOINT work")
)
_SAVE, _FORGET, _BACK = "SAVEPOINT statement", "RELEASE statement", "ROLLBACK TO statement"


NO_REFERENCE_DATA = ("attachments", "bugs", "changes", "comments", "flags", "pieces")
"""Tables that change all the time, and that are no reference data: changes of them keep the stamp."""

_KEEPING_STAMP = tuple(
    f"{verb} {table} " for verb in ("INSERT INTO", "UPDATE", "DELETE FROM") for table in NO_REFERENCE_DATA
)

_MUST = "WITH changed AS ({} RETURNING 1) SELECT 1 / count(*) FROM changed"
"""A change of rows, of which there must be one: dividing by 0 is an error, which ends the transaction."""

VIOLATIONS = (errors.IntegrityError, errors.DivisionByZero)

_MOST_UNSENT = 256 * 1024
"""Bytes of content that wait for the next statement."""


class StampChangedError(Exception):
    """The reference data has another stamp than work has gone on with: the work is to run again."""


class PostgresqlStatements:
    """`gateway.store.sql.statements.Statements` on PostgreSQL. It is used in the connection's thread only.

    The statements that begin the transaction, and changes, are sent with the next one whose answer is needed. Until
    then work continues with `expected_stamp`, if one is given; `confirm_stamp` is to be called at its end.

    An error ends a transaction in PostgreSQL, unless there is a savepoint to go back to. Setting one before each change
    costs two more messages, so that is only done if the transaction is `careful`; else `violated` says afterwards that
    the work is to be done again, carefully.
    """

    def __init__(
        self,
        connection: PostgresqlConnection,
        begin: Sequence[Request] = (),
        *,
        careful: bool,
        expected_stamp: int | None = None,
    ) -> None:
        self.connection = connection
        self.violated = False
        self.changes = 0
        """Changes that were tried."""
        self.on_begun: Callable[[float], None] | None = None
        """Called with the seconds in which the transaction began: it may have had to wait for one that runs alone."""
        self._careful = careful
        self._begin = begin
        self._unsent = list[Request]()
        self._unsent_bytes = 0
        self._expected = self._stamp = expected_stamp
        self._keeps_stamp = True

    def query(self, sql: str, values: Sequence[object], charge: Charge = no_charge) -> list[Row]:
        """Return the rows of an answer; `charge` is called with all of them, and may raise an error."""
        result = self._run(sql, values)
        self._check_time(result.ntuples * result.nfields)
        rows = rows_of(self.connection, sql, result)
        charge(rows)
        return rows

    def query_long(self, sql: str, values: Sequence[object], charge: Charge) -> list[Row]:
        """Return the rows of an answer, fetched, and charged, in portions by a cursor.

        The cursor stays open where `charge` raises an error, or the transaction fails: it ends with that.
        """
        self.finish()
        cursor = f"gateway_{next(_cursors)}"
        run_unprepared(self.connection, f"DECLARE {cursor} NO SCROLL CURSOR FOR {sql}", values)
        rows: list[Row] = []
        while True:
            some = run_unprepared(self.connection, f"FETCH {_PORTION} FROM {cursor}", ())
            charge(some)
            rows += some
            if len(some) < _PORTION:
                run(self.connection, f"CLOSE {cursor}")
                return rows
            self.leave_event_loop()

    def query_once(self, sql: str, values: Sequence[object], charge: Charge, seconds: float) -> list[Row]:
        """Return the rows of an answer to a statement that is not prepared, and ended after so many seconds."""
        self.finish()
        run(self.connection, _LIMITED.format(milliseconds=max(int(min(seconds, _LONGEST) * 1000), 1)))
        try:
            rows = run_unprepared(self.connection, sql, values)
        except errors.QueryCanceled as error:
            raise TOO_SLOW() from error
        run(self.connection, _AS_BEFORE)
        charge(rows)
        return rows

    def change(self, sql: str, values: Sequence[object], *, must: bool = False) -> bool:
        """Change rows, with the next statement or the commit; raises `ConstraintViolation`, if it is careful.

        Return False if it is careful and there are none; if it is not, none where there `must` be are a violation.
        """
        if self._careful:
            with self._undone_if_refused(sql):
                return self._run(sql, values).command_tuples != 0
        self._note_change(sql)
        self._unsent.append(request(self.connection, _MUST.format(sql) if must else sql, values))
        self._unsent_bytes += sum(len(value) for value in values if isinstance(value, bytes))
        if self._unsent_bytes > _MOST_UNSENT:
            self.finish()
        return True

    def insert(self, sql: str, values: Sequence[object]) -> int:
        """Run a statement that ends with RETURNING id and return that id. Raises `ConstraintViolation`."""
        with self._undone_if_refused(sql):
            ((row_id,),) = rows_of(self.connection, sql, self._run(sql, values))
            return int(row_id)

    def begin_work(self) -> None:
        """Set a savepoint before a piece of work. `end_work` is to follow."""
        self._unsent.append(_SAVE_WORK)

    def end_work(self, *, undo: bool) -> None:
        """Forget the savepoint before a piece of work; with `undo`, all that it changed, too."""
        if undo:
            self._stamp, self._keeps_stamp = None, False
            if _SAVE_WORK in self._unsent:  # nothing of the work was sent; work before it may wait too
                while self._unsent.pop() is not _SAVE_WORK:
                    pass
                return
            self._unsent = [_UNDO_WORK]
        self._unsent.append(_FORGET_WORK)

    def leave_event_loop(self) -> None:
        """Continue in a thread; the work may run again from its beginning."""
        if self.connection.in_loop:
            raise LoopTimeExceeded("The work is long.")

    def stamp(self) -> int:
        """Return the stamp of the reference data; a transaction that only reads sees no other than it began with.

        Raises `StampChangedError` if it is not the expected one.
        """
        if self._stamp is None and self._begin:
            self.finish()
        if self._stamp is None:
            ((self._stamp,),) = self.query(STAMP, ())
        return self._stamp

    def confirm_stamp(self) -> None:
        """Raise `StampChangedError` unless the stamp is the expected one. An error may have kept it from being seen.

        Raises `OperationalError` if the connection broke before it was seen: work may have hidden that.
        """
        if self._expected is None:
            return
        if self.connection.closed:
            raise errors.OperationalError("The connection broke before the stamp was seen.")
        if not self._begin:
            raise StampChangedError
        self.finish()

    def finish(self, *requests: Request) -> list[PGresult]:
        """Run what was not sent yet, and then these statements; return the results of all."""
        begin, unsent = self._begin, self._unsent
        if not (begin or unsent or requests):
            return []
        self._begin, self._unsent, self._unsent_bytes = (), [], 0
        started = time.monotonic()
        try:
            results = run_prepared(self.connection, [*begin, *unsent, *requests])
        except VIOLATIONS:
            self.violated = True
            raise
        if begin and self.on_begun:
            self.on_begun(time.monotonic() - started)
        if begin:
            self._note_stamp(results[len(begin) - 1])
        return results

    def _run(self, sql: str, values: Sequence[object]) -> PGresult:
        self._check_time()
        return self.finish(request(self.connection, sql, values))[-1]

    def _note_stamp(self, result: PGresult) -> None:
        """Take the stamp that the transaction began with."""
        rows = rows_of(self.connection, STAMP, result)
        stamp = rows[0][0] if rows else 0
        if self._expected not in (None, stamp):
            raise StampChangedError
        self._expected = None
        if self._keeps_stamp:
            self._stamp = stamp

    def _note_change(self, sql: str) -> None:
        self.changes += 1
        if not sql.startswith(_KEEPING_STAMP):
            self._stamp, self._keeps_stamp = None, False

    def _check_time(self, values: int = 0) -> None:
        if self.connection.in_loop:
            self.connection.in_loop.check_time(values)

    @contextmanager
    def _undone_if_refused(self, sql: str) -> Iterator[None]:
        self._note_change(sql)
        if self._careful:
            self.finish()
            run(self.connection, _SAVE)
        try:
            yield
        except errors.IntegrityError as error:
            self.violated = True
            if self._careful:
                run(self.connection, _BACK)
            raise _violation(error) from error
        if self._careful:
            run(self.connection, _FORGET)


def _violation(error: errors.IntegrityError) -> ConstraintViolation:
    constraint = error.diag.constraint_name or ""
    if isinstance(error, errors.ForeignKeyViolation):
        return ConstraintViolation(Constraint.FOREIGN_KEY, constraint)
    if isinstance(error, errors.CheckViolation):
        return ConstraintViolation(Constraint.CHECK, constraint)
    return ConstraintViolation(
        Constraint.PRIMARY_KEY if constraint.endswith("_pkey") else Constraint.UNIQUE, constraint
    )
