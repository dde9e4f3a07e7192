"""Batches of waiting work: one hop to a connection's thread, one transaction, one hop back."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from gateway.fair_queue import FairQueue, Owners
from gateway.store.interface import StoreUnavailable
from gateway.store.outcome import Outcome
from gateway.store.sqlite.connection import SqliteConnection, attempt
from gateway.store.waiting_work import WaitingWork

T = TypeVar("T")
Tx = TypeVar("Tx")

TURNS = 2
"""Turns of the event loop between the first piece of work and the run of its batch.

Requests that arrive meanwhile join it. Of eight clients that write all the time, five or six share a commit then, and
four without; and the loop and the thread, of which only one can run, stop each other less often.
"""

RunTogether = Callable[[sqlite3.Connection, Sequence[Callable[[Tx], Any]]], list[Outcome[Any]]]
"""Runs pieces of work in one transaction and returns the outcome of each that it has run: of the first, and others.

It raises `StoreUnavailable` if no transaction can be begun: then all waiting work has waited long enough.
"""


class SqliteBatches(Generic[Tx]):
    """Runs work on one connection, in turns of its owners, at most `largest` pieces at a time.

    A batch is complete before its transaction begins, so that work sees everything that was committed before it came.
    """

    def __init__(self, connection: SqliteConnection, run_together: RunTogether[Tx], largest: int) -> None:
        self._connection = connection
        self._run_together = run_together
        self._largest = largest
        self._loop = asyncio.get_running_loop()
        self._waiting = FairQueue[WaitingWork[Tx]]()
        self._called = False

    async def run(self, work: Callable[[Tx], T], owners: Owners) -> T:
        """Run work, together with other waiting work, and return its result.

        Work whose caller is cancelled is skipped if it has not begun; otherwise it is finished all the same.
        """
        future: asyncio.Future[Outcome[T]] = self._loop.create_future()
        self._waiting.put(owners, WaitingWork(work, future))
        if not self._called:
            self._called = True
            self._hand_over(TURNS)
        return (await future).take()

    def _hand_over(self, turns: int) -> None:
        """Start the waiting work after a number of turns of the loop."""
        if turns:
            self._loop.call_soon(self._hand_over, turns - 1)
        elif len(self._waiting):
            self._connection.submit(self._run_waiting)
        else:  # an earlier run has taken all of it
            self._called = False

    def _run_waiting(self, connection: sqlite3.Connection) -> None:
        self._called = False  # from here on work may come too late for this run: it calls for another
        while batch := self._next_batch():
            works = [work for _, work in batch]
            together = attempt(self._run_together, connection, works)
            if together.error is None:
                outcomes = together.take()
            else:
                works += self._waiting.take_all()
                outcomes = [Outcome(error=StoreUnavailable(str(together.error))) for _ in works]
            for owners, work in batch[: len(outcomes)]:
                self._waiting.done(owners, work.seconds)
            for owners, work in reversed(batch[len(outcomes) :]):
                self._waiting.put_back(owners, work)
            self._loop.call_soon_threadsafe(_deliver, works, outcomes)

    def _next_batch(self) -> list[tuple[Owners, WaitingWork[Tx]]]:
        batch: list[tuple[Owners, WaitingWork[Tx]]] = []
        while len(batch) < self._largest and (taken := self._waiting.take()):
            if taken[1].future.cancelled():
                self._waiting.done(taken[0], 0.0)
            else:
                batch.append(taken)
        return batch


def _deliver(works: Sequence[WaitingWork[Tx]], outcomes: Sequence[Outcome[Any]]) -> None:
    for work, outcome in zip(works, outcomes, strict=False):  # the others wait for the next batch
        work.deliver(outcome)
