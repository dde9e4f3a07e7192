"""Connections to the server: with limits on everything that can hang, and speaking the gateway's types."""

import os
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import conninfo, errors
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from gateway.store.postgresql import values

Connection = psycopg.Connection[tuple[Any, ...]]

_PREPARED = 256
"""Statements that the server keeps prepared for a connection: more than there are."""

_DEFAULTS: Mapping[str, str | int] = {
    "application_name": "gateway",
    "connect_timeout": 5,  # seconds, for each of several hosts
    "target_session_attrs": "read-write",  # of several hosts the one that is the primary
    # A server that is cut off is noticed after about 15 seconds.
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
}
_SESSION: Mapping[str, str] = {
    "client_encoding": "UTF8",
    "lock_timeout": "10s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
    "jit": "off",  # compiling takes longer than any of these statements
    # Every statement finds its rows by an index, also while its tables are small: the plan is kept as they grow, and
    # reading a whole table would be in conflict with all that others write there.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
}


def connect(url: str, *, durable: bool = True) -> Connection:
    """Connect to a server. What the URL says itself goes before the gateway's own limits.

    Raises `psycopg.OperationalError`.
    """
    given = conninfo.conninfo_to_dict(url)
    session = dict(_SESSION) if durable else {**_SESSION, "synchronous_commit": "off"}
    own = " ".join(f"-c {name}={value}" for name, value in session.items())
    options = f"{own} {given.pop('options', None) or os.environ.get('PGOPTIONS', '')}"
    complete = conninfo.make_conninfo("", **{**_DEFAULTS, **given, "options": options})
    connection = psycopg.connect(complete, autocommit=True, prepare_threshold=0)
    connection.prepared_max = _PREPARED
    values.register(connection)
    return connection


def run(connection: Connection, commands: str) -> PGresult:
    """Run commands that begin or end a transaction, in one message, and return what the last of them answers.

    That is what libpq is for. psycopg's own way takes three times as long, and after a ROLLBACK it has everything
    prepared anew, in case that table was made in the transaction.
    """
    result = connection.pgconn.exec_(commands.encode())
    if result.status in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
        return result
    if connection.closed:
        raise psycopg.OperationalError(result.get_error_message())
    raise errors.error_from_result(result)
