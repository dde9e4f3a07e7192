"""Noticing changes in a database, made by this process or another on any machine."""

import asyncio
import math
import os
import sys
import time
from collections.abc import Callable

import psycopg
from psycopg.pq import ExecStatus

from gateway.store.postgresql.answer_watchdog import GRACE
from gateway.store.postgresql.connection import PostgresqlConnection

_QUESTION = b"SELECT pg_current_snapshot()"

_PAUSE = 1.0
"""Seconds before another attempt to connect."""


class PostgresqlState:
    """Asks which transactions are over, on its own connection in the event loop: a hop to a thread would take longer.

    A snapshot is the list of the transactions whose changes are seen: all before a number but those that it names. On
    one connection two are equal only if nobody has committed anything in between; and a commit is in it before its
    client is told that it is done. After a crash of the server, or on another one that takes its place, the numbers of
    transactions that were lost are given again; the connection is a new one then, and so is the state.

    Callers that ask while an answer is on its way share the next one, which is sure to be newer than their question.
    """

    def __init__(self, connect: Callable[[], PostgresqlConnection]) -> None:
        self._connect = connect
        self._loop = asyncio.get_running_loop()
        self._connection: PostgresqlConnection | None = None
        self._dup_fd = -1
        self._connecting: asyncio.Task[None] | None = None
        self._asked: list[asyncio.Future[int | None]] = []
        self._waiting: list[asyncio.Future[int | None]] = []
        self._answer: bytes | None = None
        self._seen: bytes | None = None
        self._number = 0

    async def __call__(self) -> int | None:
        """Return the number of the state; None where there is no connection, which this begins to make."""
        if sys.platform == "win32":
            return None  # the loop cannot listen to what libpq has opened
        if self._connection is None:
            if self._connecting is None or self._connecting.done():
                self._connecting = self._loop.create_task(self._reconnect())
            return None
        future: asyncio.Future[int | None] = self._loop.create_future()
        self._waiting.append(future)
        if not self._asked:
            self._ask(self._connection)
        return await future

    async def close(self) -> None:
        """Close the connection."""
        if self._connecting is not None:
            await self._connecting
        if self._connection is not None:
            self._disconnect(self._connection)

    async def _reconnect(self) -> None:
        try:
            connection = await asyncio.to_thread(self._connect)
        except psycopg.Error:
            await asyncio.sleep(_PAUSE)
            return
        self._dup_fd = os.dup(connection.fileno())  # libpq closes its own as soon as it breaks, while the loop listens
        self._loop.add_reader(self._dup_fd, self._on_readable, connection)
        self._connection = connection

    def _ask(self, connection: PostgresqlConnection) -> None:
        self._asked, self._waiting = self._waiting, []
        self._answer = None
        connection.answer_due = time.monotonic() + GRACE
        try:
            connection.pgconn.send_query(_QUESTION)
            connection.pgconn.flush()
        except psycopg.Error:
            self._disconnect(connection)

    def _on_readable(self, connection: PostgresqlConnection) -> None:
        try:
            connection.pgconn.consume_input()
            while not connection.pgconn.is_busy():
                result = connection.pgconn.get_result()
                if result is None:
                    self._deliver(connection)
                    return
                self._answer = result.get_value(0, 0) if result.status == ExecStatus.TUPLES_OK else None
        except psycopg.Error:
            self._disconnect(connection)

    def _deliver(self, connection: PostgresqlConnection) -> None:
        connection.answer_due = math.inf
        if self._answer != self._seen:
            self._seen = self._answer
            self._number += 1
        _resolve_all(self._asked, None if self._answer is None else self._number)
        self._asked = []
        if self._waiting:
            self._ask(connection)

    def _disconnect(self, connection: PostgresqlConnection) -> None:
        self._loop.remove_reader(self._dup_fd)
        os.close(self._dup_fd)
        connection.close()
        self._connection = self._seen = None
        _resolve_all(self._asked + self._waiting, None)
        self._asked, self._waiting = [], []


def _resolve_all(futures: list[asyncio.Future[int | None]], number: int | None) -> None:
    for future in futures:
        if not future.done():
            future.set_result(number)
