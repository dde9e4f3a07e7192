"""Batches of waiting work: one hop to a connection's thread, one transaction, one hop back."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from gateway.store.interface import StoreUnavailable
from gateway.store.outcome import Outcome
from gateway.store.sqlite.connection import SqliteConnection, attempt

T = TypeVar("T")
Tx = TypeVar("Tx")

_Waiting = tuple[Callable[[Tx], Any], asyncio.Future[Outcome[Any]]]
RunTogether = Callable[[sqlite3.Connection, Sequence[Callable[[Tx], Any]]], list[Outcome[Any]]]
"""Runs pieces of work in one transaction and returns the outcome of each.

It raises `StoreUnavailable` if no transaction can be begun: then all waiting work has waited long enough.
"""


class SqliteBatches(Generic[Tx]):
    """Runs work on one connection, in the order in which it came, at most `largest` pieces at a time.

    A batch is complete before its transaction begins, so that work sees everything that was committed before it came.
    """

    def __init__(self, connection: SqliteConnection, run_together: RunTogether[Tx], largest: int) -> None:
        self._connection = connection
        self._run_together = run_together
        self._largest = largest
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[_Waiting[Tx]] = deque()
        self._called = False

    async def run(self, work: Callable[[Tx], T]) -> T:
        """Run work, together with what else waits, and return what it returned.

        Work whose caller is cancelled is skipped if it has not begun; otherwise it is finished all the same.
        """
        future: asyncio.Future[Outcome[T]] = self._loop.create_future()
        self._waiting.append((work, future))
        if not self._called:
            self._called = True
            self._connection.submit(self._run_waiting)
        return (await future).take()

    def _run_waiting(self, connection: sqlite3.Connection) -> None:
        self._called = False  # from here on work may come too late for this run: it calls for another
        while batch := self._next_batch():
            together = attempt(self._run_together, connection, [work for work, _ in batch])
            if together.error is None:
                outcomes = together.take()
            else:
                batch += self._all_waiting()
                outcomes = [Outcome(error=StoreUnavailable(str(together.error))) for _ in batch]
            self._loop.call_soon_threadsafe(_deliver, batch, outcomes)

    def _next_batch(self) -> list[_Waiting[Tx]]:
        batch: list[_Waiting[Tx]] = []
        while self._waiting and len(batch) < self._largest:
            work, future = self._waiting.popleft()
            if not future.cancelled():
                batch.append((work, future))
        return batch

    def _all_waiting(self) -> list[_Waiting[Tx]]:
        return [self._waiting.popleft() for _ in range(len(self._waiting))]


def _deliver(batch: Sequence[_Waiting[Tx]], outcomes: Sequence[Outcome[Any]]) -> None:
    for (_, future), outcome in zip(batch, outcomes, strict=True):
        if not future.cancelled():
            future.set_result(outcome)
