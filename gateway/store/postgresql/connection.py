"""Connections to the server: with a time limit on everything that can hang, and adapters for the gateway's values."""

import math
import os
import time
from collections.abc import Mapping
from typing import Any, TypeVar

import psycopg
from psycopg import conninfo, errors, generators
from psycopg.abc import PQGen
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from gateway.store.postgresql import adapters
from gateway.store.postgresql.answer_watchdog import GRACE, AnswerWatchdog
from gateway.store.postgresql.loop_waiting import LoopWaiter

T = TypeVar("T")

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
    # The server too notices a client that is cut off, and frees its locks before others, who wait for them, give up.
    "idle_in_transaction_session_timeout": "3s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "3",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "15s",
    "jit": "off",  # compiling takes longer than any of these statements
    # Every statement finds its rows by an index, also while its tables are small: the plan is kept as they grow, and
    # reading a whole table would be in conflict with all that others write there.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    # Otherwise, where most is about one bug, what is about another is searched for in all of the table, in its order.
    "random_page_cost": "1.1",
}

_ANSWER_TIME = "SELECT setting::int / 1000.0 FROM pg_settings WHERE name = 'statement_timeout'"

_watchdog = AnswerWatchdog()


class PostgresqlConnection(psycopg.Connection[tuple[Any, ...]]):
    """A connection with the time at which its answer is due, where that is limited."""

    answer_due = math.inf
    answer_time = math.inf
    """Seconds that an answer may take."""
    prepared_names: dict[tuple[str, tuple[int, ...]], bytes]
    """The names of the statements that are prepared, by their text and the types of their values."""

    conflicts = 0
    """Transactions that were rolled back because of those of others."""
    in_loop: LoopWaiter | None = None
    """Waits for the server where the connection is used in the event loop, by greenlets."""

    def wait(self, gen: PQGen[T], *args: Any, **kwargs: Any) -> T:
        """Run a generator that waits for an answer; psycopg calls this for each of its own statements."""
        self.answer_due = time.monotonic() + self.answer_time
        try:
            return self.in_loop.wait(gen) if self.in_loop else super().wait(gen, *args, **kwargs)
        finally:
            self.answer_due = math.inf


def connect_watched(url: str, *, durable: bool = True) -> PostgresqlConnection:
    """Connect to a server, and break the connection when it takes longer to answer than its `statement_timeout`.

    Raises `psycopg.OperationalError`.
    """
    connection = connect(url, durable=durable)
    connection.answer_time = GRACE
    _watchdog.watch(connection)
    ((seconds,),) = connection.execute(_ANSWER_TIME).fetchall()
    connection.answer_time = float(seconds) + GRACE if seconds else math.inf
    return connection


def connect(url: str, *, durable: bool = True) -> PostgresqlConnection:
    """Connect to a server. Parameters in the URL take precedence over the gateway's own limits.

    Raises `psycopg.OperationalError`.
    """
    given = conninfo.conninfo_to_dict(url)
    session = dict(_SESSION) if durable else {**_SESSION, "synchronous_commit": "off"}
    own = " ".join(f"-c {name}={value}" for name, value in session.items())
    options = f"{own} {given.pop('options', None) or os.environ.get('PGOPTIONS', '')}"
    complete = conninfo.make_conninfo("", **{**_DEFAULTS, **given, "options": options})
    connection = PostgresqlConnection.connect(complete, autocommit=True, prepare_threshold=0)
    connection.prepared_max = _PREPARED
    connection.prepared_names = {}
    adapters.register(connection)
    return connection


def run(connection: PostgresqlConnection, commands: str) -> PGresult:
    """Run commands that are not prepared, in one message, and return what the last of them answers.

    psycopg's own way has everything prepared anew after a ROLLBACK, in case that table was made in the transaction.
    """
    connection.pgconn.send_query(commands.encode())
    return answered(connection)


def answered(connection: PostgresqlConnection) -> PGresult:
    """Return the last answer to what was sent to the server. Raises `psycopg.Error`, also if it takes too long."""
    result: PGresult = connection.wait(generators.execute(connection.pgconn))[-1]
    if is_success(result):
        return result
    if connection.closed:
        raise psycopg.OperationalError(result.get_error_message())
    raise errors.error_from_result(result)


def is_success(result: PGresult) -> bool:
    """Tell whether a statement did what it says."""
    return result.status in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)
