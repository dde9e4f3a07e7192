"""A bounded pool of threads, each with a connection of its own, which it makes anew when it breaks."""

import asyncio
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TypeVar
from uuid import UUID

import psycopg

from gateway.fair_queue import FairQueue, Owners
from gateway.store.interface import StoreUnavailable
from gateway.store.outcome import Outcome
from gateway.store.postgresql.connection import PostgresqlConnection
from gateway.store.postgresql.serializable import UncertainError, failure, was_committed
from gateway.store.sql.transaction import ReferenceCache
from gateway.store.waiting_work import WaitingWork

T = TypeVar("T")

PATIENCE = 10.0
"""Seconds after which a job is given up that cannot begin: the server is away, or all threads are busy."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
"""Seconds before another attempt to connect; doubled from one to the next."""

Job = Callable[[PostgresqlConnection, ReferenceCache], T]


class Threads:
    """Runs jobs on connections that `connect` makes, at most `limit` at a time and `at_once` of one owner, in turns.

    A job that cannot begin within `patience` seconds is given up.
    """

    def __init__(
        self,
        connect: Callable[[], PostgresqlConnection],
        limit: int,
        patience: float = PATIENCE,
        *,
        at_once: float = math.inf,
    ) -> None:
        self.limit = limit
        self._waiting = FairQueue[WaitingWork[None]](at_once)
        self._patience = patience
        self._connect = connect
        self._threads = ThreadPoolExecutor(limit, thread_name_prefix="postgresql")
        self._own = threading.local()
        self._connections: set[PostgresqlConnection] = set()

    async def run(self, job: Job[T], owners: Owners = ()) -> T:
        """Run a job and return what it returns. It may be run again, if the connection breaks.

        A job whose caller is cancelled is skipped if it has not begun; otherwise it is finished all the same.
        """
        loop, now = asyncio.get_running_loop(), time.monotonic()
        future: asyncio.Future[Outcome[T]] = loop.create_future()
        self._waiting.put(owners, WaitingWork(lambda _: self.attempt(job, now), future))
        self.submit(partial(self._run_waiting, loop))
        return (await future).take()

    def _run_waiting(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run what waits, and what waits for its end."""
        while taken := self._waiting.take():
            owners, work = taken
            if not work.future.cancelled():
                loop.call_soon_threadsafe(work.deliver, work(None))
            self._waiting.done(owners, work.seconds)

    def submit(self, function: Callable[[], None]) -> None:
        """Start a function, which must not raise, in one of the threads; it calls `attempt` there."""
        self._threads.submit(function)

    async def close(self) -> None:
        """Finish waiting jobs, then close all connections."""
        await asyncio.to_thread(self._threads.shutdown)
        for connection in self._connections:
            connection.close()

    def attempt(self, job: Job[T], since: float) -> Outcome[T]:
        """Run a job that came at the time `since`; to be called in one of the threads."""
        try:
            return Outcome(self._run(job, since + self._patience))
        except psycopg.Error as error:
            return Outcome(error=failure(error))
        except BaseException as error:
            return Outcome(error=error)

    def _run(self, job: Job[T], deadline: float) -> T:
        while True:
            connection = self._connected(deadline)
            try:
                return job(connection, self._own.cache)
            except UncertainError as uncertain:
                if self._was_committed(uncertain.token):
                    result: T = uncertain.result
                    return result
            except psycopg.OperationalError:
                if not connection.closed or time.monotonic() > deadline:
                    raise

    def _connected(self, deadline: float) -> PostgresqlConnection:
        """Return this thread's connection. Raises `psycopg.OperationalError` where there is none by the deadline."""
        connection: PostgresqlConnection | None = getattr(self._own, "connection", None)
        if connection is not None and not connection.closed:
            return connection
        if connection is not None:
            self._connections.discard(connection)
        self._own.connection, self._own.cache = self._reconnected(deadline), ReferenceCache()
        self._connections.add(self._own.connection)
        connected: PostgresqlConnection = self._own.connection
        return connected

    def _reconnected(self, deadline: float) -> PostgresqlConnection:
        pause = _FIRST_PAUSE
        problem = psycopg.OperationalError("there is no connection to the server")
        while time.monotonic() < deadline:
            try:
                return self._connect()
            except psycopg.OperationalError as error:
                problem = error
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        raise problem

    def _was_committed(self, token: UUID) -> bool:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(psycopg.OperationalError):
                return was_committed(self._connected(deadline), token)
            time.sleep(_FIRST_PAUSE)
        raise StoreUnavailable("The connection broke during a commit, and the outcome is unknown.")
