"""Statements that the server keeps prepared, run by libpq in one call.

psycopg's cursors do the same for twice the time: they wait in Python, and between their steps this thread and that of
the event loop contend for the interpreter.
"""

from collections.abc import Sequence
from functools import partial

from psycopg import abc
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import Format
from psycopg.pq.abc import PGresult

from gateway.store.postgresql.connection import PostgresqlConnection, answered
from gateway.store.postgresql.dialect import numbered, numbered_once
from gateway.store.sql.statements import Row, RowFactory, row_factory

_factories: dict[str, RowFactory] = {}
"""The row factory of each statement; statements are constants."""


def run_prepared(connection: PostgresqlConnection, sql: str, values: Sequence[object]) -> tuple[PGresult, list[Row]]:
    """Run a shared statement, and return what came of it and its rows.

    Raises `psycopg.Error`, and `OverflowError` or `UnicodeEncodeError` for what cannot be sent.
    """
    transformer: abc.Transformer = Transformer(connection)
    parameters = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
    name = _prepared(connection, sql, transformer.types or ())
    formats = transformer.formats
    ask = partial(connection.pgconn.exec_prepared, name, parameters, formats, Format.BINARY)  # type: ignore[arg-type] # NULL
    result = answered(connection, ask)
    transformer.set_pgresult(result)
    return result, transformer.load_rows(0, result.ntuples, _factories.get(sql) or _factory(sql, result))


def run_unprepared(connection: PostgresqlConnection, sql: str, values: Sequence[object]) -> list[Row]:
    """Run a shared statement that is not kept, and return its rows; raises as `run_prepared` does."""
    transformer: abc.Transformer = Transformer(connection)
    parameters = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
    types, formats = transformer.types or (), transformer.formats
    command = numbered_once(sql).encode()
    ask = partial(connection.pgconn.exec_params, command, parameters, types, formats, Format.BINARY)
    result = answered(connection, ask)
    transformer.set_pgresult(result)
    names = (result.fname(column) or b"" for column in range(result.nfields))
    return transformer.load_rows(0, result.ntuples, row_factory(tuple(name.decode() for name in names)))


def _factory(sql: str, result: PGresult) -> RowFactory:
    names = (result.fname(column) or b"" for column in range(result.nfields))
    factory = _factories[sql] = row_factory(tuple(name.decode() for name in names))
    return factory


def _prepared(connection: PostgresqlConnection, sql: str, types: tuple[int, ...]) -> bytes:
    """The name of a statement for values of these types. There are not many of either."""
    known = connection.prepared_names
    name = known.get((sql, types), b"gateway_%d" % len(known))
    if (sql, types) not in known:
        answered(connection, lambda: connection.pgconn.prepare(name, numbered(sql).encode(), types))
        known[sql, types] = name
    return name
