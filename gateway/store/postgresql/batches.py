"""Batches of waiting reading work: one hop to a thread, one transaction, one hop back."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from gateway.fair_queue import FairQueue, Owners
from gateway.store.interface import Reader
from gateway.store.outcome import Outcome
from gateway.store.postgresql.serializable import read_together
from gateway.store.postgresql.threads import Threads
from gateway.store.waiting_work import WaitingWork

T = TypeVar("T")

LARGEST = 16
"""Pieces of brief work in one transaction at most: the first waits for the last."""

_Batch = list[tuple[Owners, WaitingWork[Reader]]]


class PostgresqlBatches:
    """Runs reading work on all of `threads`, in turns of its owners.

    A batch is complete before its transaction begins, so that work sees everything that was committed before it came.
    Long work has a transaction of its own, and leaves a thread to other owners.
    """

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._loop = asyncio.get_running_loop()
        self._brief = FairQueue[WaitingWork[Reader]]()
        self._long = FairQueue[WaitingWork[Reader]](at_once=max(threads.limit - 1, 1))
        self._busy = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(self, work: Callable[[Reader], T], owners: Owners, *, is_long: bool = False) -> T:
        """Run work, together with what else waits, and return what it returned.

        Work whose caller is cancelled is skipped if it has not begun; otherwise it is finished all the same.
        """
        future: asyncio.Future[Outcome[T]] = self._loop.create_future()
        (self._long if is_long else self._brief).put(owners, WaitingWork(work, future))
        self._call_another()
        return (await future).take()

    def _call_another(self) -> None:
        if self._busy < self._threads.limit and (self._brief.has_next() or self._long.has_next()):
            self._busy += 1
            self._idle.clear()
            self._threads.submit(self._run_waiting)

    def _run_waiting(self) -> None:
        # Brief and long work by turns, until there is neither.
        while self._run_batch(self._brief, -(-len(self._brief) // self._threads.limit)) | self._run_batch(
            self._long, 1
        ):
            pass
        self._loop.call_soon_threadsafe(self._ended)

    def _run_batch(self, queue: FairQueue[WaitingWork[Reader]], share: int) -> bool:
        """Run one thread's share of the waiting work; return False if there is none."""
        batch: _Batch = []
        while len(batch) < min(share, LARGEST) and (taken := queue.take()):  # another thread may be faster
            if taken[1].future.cancelled():
                queue.done(taken[0], 0.0)
            else:
                batch.append(taken)
        if not batch:
            return False
        works = [work for _, work in batch]
        outcome = self._threads.attempt(partial(read_together, works=works), since=works[0].since)
        outcomes = outcome.value or [Outcome[Any](error=outcome.error) for _ in works]
        for owners, work in batch:
            queue.done(owners, work.seconds)
        self._loop.call_soon_threadsafe(_deliver, works, outcomes)
        return True

    def _ended(self) -> None:
        self._busy -= 1
        self._call_another()  # what came after the thread had looked
        if self._busy == 0:
            self._idle.set()

    async def close(self) -> None:
        """Finish waiting work, then close all connections."""
        await self._idle.wait()
        await self._threads.close()


def _deliver(works: Sequence[WaitingWork[Reader]], outcomes: Sequence[Outcome[Any]]) -> None:
    for work, outcome in zip(works, outcomes, strict=True):
        work.deliver(outcome)
