"""Bringing the schema of a database up to date.

The numbered files in `migrations/` are applied in order, each in a transaction of its own. The table
`gateway_migrations` holds the numbers of those that were applied.

Nodes of an older version go on while a newer one migrates, and start again after it: a migration only adds, so that
what they say still means the same. One that must do more has a line `BREAKING`; older programs refuse what it made.
"""

from importlib.resources import files
from typing import Any, LiteralString

from gateway.store.interface import StoreRefused
from gateway.store.postgresql.connection import PostgresqlConnection

OLDEST = 15
"""The oldest version of PostgreSQL that is supported."""

EXISTS = "SELECT to_regclass('gateway_migrations') IS NOT NULL"
VERSION = "SELECT max(number) FROM gateway_migrations"
BREAKING = "-- Older programs cannot use what this makes."
"""The line in a migration that does more than add."""

LAST_BREAKING = "SELECT max(number) FROM gateway_migrations WHERE breaking"
NOTE = "INSERT INTO gateway_migrations (number, breaking) VALUES (%s, %s)"
OTHERS = "SELECT EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace)"
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(4820177663171)"

_CREATE = """CREATE TABLE IF NOT EXISTS gateway_migrations (
    number     integer PRIMARY KEY,
    breaking   boolean NOT NULL DEFAULT false,
    applied_at timestamp with time zone NOT NULL DEFAULT now()
)"""


def scripts() -> list[str]:
    """Return the text of every migration, in order; migration N is at N - 1."""
    folder = files("gateway.store.postgresql") / "migrations"
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))
    return [(folder / name).read_text(encoding="utf-8") for name in names]


def migrate(connection: PostgresqlConnection, name: str, *, create: bool) -> None:
    """Apply the migrations that a database lacks; `name` is for messages.

    Several processes may do so at the same time. Raises `StoreRefused` for a server or a database that cannot be used,
    for one that holds something else, for an empty one without `create`, and for one that a newer program has changed
    so that this one cannot use it.
    """
    _require_able(connection, name)
    known = scripts()
    version = _version(connection, name, create=create)
    if is_incompatible(connection):
        raise StoreRefused(
            f"{name} was written by a newer version: its schema is {version}, and this version supports {len(known)}."
        )
    for number in range(version + 1, len(known) + 1):
        apply(connection, number, known[number - 1])


def _require_able(connection: PostgresqlConnection, name: str) -> None:
    if connection.info.server_version < OLDEST * 10_000:
        raise StoreRefused(
            f"{name} runs on PostgreSQL {connection.info.server_version // 10_000}; it must be {OLDEST} or later."
        )
    if (encoding := connection.info.parameter_status("server_encoding")) != "UTF8":
        raise StoreRefused(f"{name} has the encoding {encoding}; it must be UTF8.")


def _version(connection: PostgresqlConnection, name: str, *, create: bool) -> int:
    with connection.transaction():
        connection.execute(ONE_AT_A_TIME)  # so that a store that another process creates is seen whole
        if (found := schema(connection)) is not None:
            return found
        if _one(connection, OTHERS):
            raise StoreRefused(f"{name} does not belong to the gateway. Name another database.")
        if not create:
            raise StoreRefused(f"{name} is empty: there is no store in it yet.")
        return 0


def schema(connection: PostgresqlConnection) -> int | None:
    """Return the number of the last migration that a database has; None where there is no store."""
    return int(_one(connection, VERSION) or 0) if _one(connection, EXISTS) else None


def is_incompatible(connection: PostgresqlConnection) -> bool:
    """Tell whether a newer program has changed the schema of a store so that this one cannot use it."""
    exists = _one(connection, EXISTS)
    return bool(exists) and int(_one(connection, LAST_BREAKING) or 0) > len(scripts())


def apply(connection: PostgresqlConnection, number: int, script: str) -> None:
    """Apply one migration, unless it has been applied, and note its number."""
    with connection.transaction():
        connection.execute(ONE_AT_A_TIME)
        connection.execute("SET LOCAL statement_timeout = 0")
        connection.execute(_CREATE)
        if int(_one(connection, VERSION) or 0) < number:  # or another process was faster
            connection.execute(script, prepare=False)
            connection.execute(NOTE, (number, BREAKING in script.splitlines()))


def _one(connection: PostgresqlConnection, sql: LiteralString) -> Any:
    return connection.execute(sql).fetchall()[0][0]
