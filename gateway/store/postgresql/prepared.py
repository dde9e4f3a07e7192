"""Statements that the server keeps prepared, several in one round trip.

psycopg's cursors take twice the time for each; so libpq's pipeline is used here, and psycopg converts the values.
"""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

from psycopg import abc, errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, Format
from psycopg.pq.abc import PGresult
from psycopg.waiting import READY_R, WAIT_R, WAIT_RW

from gateway.store.postgresql.connection import PostgresqlConnection, answered, is_success
from gateway.store.postgresql.dialect import numbered, numbered_once
from gateway.store.sql.statements import Row, RowFactory, row_factory

_Key = tuple[str, tuple[int, ...]]
"""A statement as it is prepared: its text and the types of its values."""

_numbers = count()
_factories: dict[str, RowFactory] = {}
"""The row factory of each statement; statements are constants."""


class Request(NamedTuple):
    """A shared statement that is to be run, with its values as libpq takes them."""

    sql: str
    types: tuple[int, ...]
    parameters: Sequence[abc.Buffer | None]
    formats: Sequence[Format]


def constant(sql: str) -> Request:
    """Return a request for a statement without values."""
    return Request(sql, (), (), ())


def request(connection: PostgresqlConnection, sql: str, values: Sequence[object]) -> Request:
    """Return a request for a shared statement.

    Raises `OverflowError` or `UnicodeEncodeError` for what cannot be sent.
    """
    transformer: abc.Transformer = Transformer(connection)
    parameters = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
    return Request(sql, transformer.types or (), parameters, transformer.formats or ())


def run_prepared(connection: PostgresqlConnection, requests: Sequence[Request]) -> list[PGresult]:
    """Run statements in one round trip, and return their results.

    Raises the `psycopg.Error` of the first one that fails; those after it are not run.
    """
    return connection.wait(_exchange(connection, requests))


def rows_of(connection: PostgresqlConnection, sql: str, result: PGresult) -> list[Row]:
    """Return the rows of the result of a shared statement."""
    transformer: abc.Transformer = Transformer(connection)
    transformer.set_pgresult(result)
    return transformer.load_rows(0, result.ntuples, _factories.get(sql) or _factory(sql, result))


def run_unprepared(connection: PostgresqlConnection, sql: str, values: Sequence[object]) -> list[Row]:
    """Run a shared statement that is not kept, and return its rows; raises as `request` and `run_prepared` do."""
    _, types, parameters, formats = request(connection, sql, values)
    command = numbered_once(sql).encode()
    connection.pgconn.send_query_params(command, parameters, types, formats, Format.BINARY)
    result = answered(connection)
    transformer: abc.Transformer = Transformer(connection)
    transformer.set_pgresult(result)
    return transformer.load_rows(0, result.ntuples, _row_factory(result))


def _factory(sql: str, result: PGresult) -> RowFactory:
    factory = _factories[sql] = _row_factory(result)
    return factory


def _row_factory(result: PGresult) -> RowFactory:
    names = (result.fname(column) or b"" for column in range(result.nfields))
    return row_factory(tuple(name.decode() for name in names))


def _exchange(connection: PostgresqlConnection, requests: Sequence[Request]) -> abc.PQGen[list[PGresult]]:
    pgconn = connection.pgconn
    pgconn.enter_pipeline_mode()
    try:
        prepared = [new for each in requests for new in _send(connection, each)]
        pgconn.pipeline_sync()
        while pgconn.flush():
            if (yield WAIT_RW) & READY_R:
                pgconn.consume_input()
        results = yield from _fetch(connection)
    finally:
        if pgconn.status == ConnStatus.OK:
            pgconn.exit_pipeline_mode()
    return _checked(connection, results, prepared)


def _send(connection: PostgresqlConnection, each: Request) -> Iterator[_Key | None]:
    """Send a statement, and before it what prepares it if it is not; yield what each of the results will be of."""
    key, known = (each.sql, each.types), connection.prepared_names
    name = known.get(key)
    if name is None:
        name = known[key] = b"gateway_%d" % next(_numbers)
        connection.pgconn.send_prepare(name, numbered(each.sql).encode(), each.types)
        yield key
    connection.pgconn.send_query_prepared(name, each.parameters, each.formats, Format.BINARY)
    yield None


def _fetch(connection: PostgresqlConnection) -> abc.PQGen[list[PGresult]]:
    pgconn, results = connection.pgconn, list[PGresult]()
    while True:
        while pgconn.is_busy():
            yield WAIT_R
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:
            continue  # the end of what came of one statement
        if result.status == ExecStatus.PIPELINE_SYNC:
            return results
        results.append(result)


def _checked(
    connection: PostgresqlConnection, results: Sequence[PGresult], prepared: Sequence[_Key | None]
) -> list[PGresult]:
    """Return the results of statements, without those of preparing them."""
    failed = [number for number, result in enumerate(results) if not is_success(result)]
    for number in failed:
        if (key := prepared[number]) is not None:
            del connection.prepared_names[key]
    if failed:
        raise errors.error_from_result(results[failed[0]])
    return [result for result, key in zip(results, prepared, strict=True) if key is None]
