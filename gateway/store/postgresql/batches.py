"""Batches of waiting reading work: one hop to a thread, one transaction, one hop back."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from gateway.store.interface import Reader
from gateway.store.outcome import Outcome
from gateway.store.postgresql.serializable import read_together
from gateway.store.postgresql.threads import Threads

T = TypeVar("T")

LARGEST = 16
"""Pieces of reading work in one transaction at most: the first waits for the last."""

_Waiting = tuple[Callable[[Reader], Any], asyncio.Future[Outcome[Any]], float]
"""Work, the future of its outcome, and the time at which it came."""


class PostgresqlBatches:
    """Runs reading work on all of `threads`, in the order in which it came.

    A batch is complete before its transaction begins, so that work sees everything that was committed before it came.
    """

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[_Waiting] = deque()
        self._busy = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(self, work: Callable[[Reader], T]) -> T:
        """Run work, together with what else waits, and return what it returned.

        Work whose caller is cancelled is skipped if it has not begun; otherwise it is finished all the same.
        """
        future: asyncio.Future[Outcome[T]] = self._loop.create_future()
        self._waiting.append((work, future, time.monotonic()))
        self._call_another()
        return (await future).take()

    def _call_another(self) -> None:
        if self._waiting and self._busy < self._threads.limit:
            self._busy += 1
            self._idle.clear()
            self._threads.submit(self._run_waiting)

    def _run_waiting(self) -> None:
        while batch := self._next_batch():
            works = [work for work, _, _ in batch]
            outcome = self._threads.attempt(partial(read_together, works=works), since=batch[0][2])
            outcomes = outcome.value or [Outcome[Any](error=outcome.error) for _ in batch]
            self._loop.call_soon_threadsafe(_deliver, batch, outcomes)
        self._loop.call_soon_threadsafe(self._ended)

    def _next_batch(self) -> list[_Waiting]:
        """Take one thread's share of the waiting work."""
        share = min(-(-len(self._waiting) // self._threads.limit), LARGEST)
        batch: list[_Waiting] = []
        while len(batch) < share:
            try:
                waiting = self._waiting.popleft()
            except IndexError:  # another thread was faster
                break
            if not waiting[1].cancelled():
                batch.append(waiting)
        return batch

    def _ended(self) -> None:
        self._busy -= 1
        self._call_another()  # what came after the thread had looked
        if self._busy == 0:
            self._idle.set()

    async def close(self) -> None:
        """Finish waiting work, then close all connections."""
        await self._idle.wait()
        await self._threads.close()


def _deliver(batch: Sequence[_Waiting], outcomes: Sequence[Outcome[Any]]) -> None:
    for (_, future, _), outcome in zip(batch, outcomes, strict=True):
        if not future.cancelled():
            future.set_result(outcome)
