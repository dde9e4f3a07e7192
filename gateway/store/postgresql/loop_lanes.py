"""Lanes in the event loop: each runs work on a connection of its own, one batch after the other.

Threads do the rest: work that takes long, and work whose connection breaks, or is not there.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple, TypeVar

import psycopg

from gateway.fair_queue import FairQueue, Owners
from gateway.store.outcome import Outcome
from gateway.store.postgresql.connection import PostgresqlConnection
from gateway.store.postgresql.connection_threads import Threads
from gateway.store.postgresql.loop_waiting import LoopWaiter, run_in_greenlet
from gateway.store.postgresql.serializable import UncertainError, failure, is_in_transaction, roll_back
from gateway.store.sql.statements import LoopTimeExceeded
from gateway.store.sql.transaction import ReferenceCache
from gateway.store.waiting_work import WaitingWork

T = TypeVar("T")

LARGEST = 16
"""Pieces of work in one transaction at most: the first waits for the last."""

ANOTHER_AFTER, CONTENDED_AFTER, CONTENDED_FOR = 0.02, 0.5, 2.0
"""Seconds that a batch may take before another lane begins with what waits; the same after a conflict; for how long."""

ENDING_AFTER = 0.002
"""Seconds that a transaction which has only read stays open: the next one to begin ends it in the same round trip."""

_PAUSE = 1.0
"""Seconds before another attempt to connect."""

Works = Sequence[Callable[[Any], Any]]
_Run = Callable[[PostgresqlConnection, ReferenceCache, Works], list[Outcome[Any]]]
_Batch = list[tuple[Owners, WaitingWork[Any]]]


class Jobs(NamedTuple):
    """The ways to run work: with other work in a lane, and in a thread."""

    together: _Run
    alone: _Run


class _Lane:
    """A connection in the loop, and its cache of reference data."""

    def __init__(self, connection: PostgresqlConnection, on_broken: Callable[["_Lane"], None]) -> None:
        self.connection = connection
        self.cache = ReferenceCache()
        self.waiter = connection.in_loop = LoopWaiter(connection.pgconn, lambda: on_broken(self))
        self.ending: asyncio.TimerHandle | None = None
        """The end of a transaction that has nothing to commit, unless the next one comes before."""

    def close(self) -> None:
        self.waiter.close()
        self.connection.close()


class LoopLanes:
    """Runs work in turns of its owners, what waits together in one transaction, on at most `limit` connections.

    With `spread`, all lanes share what waits. Without it one of them takes all, and another one begins only when that
    has been busy with the same batch for `ANOTHER_AFTER` seconds, or for `CONTENDED_AFTER` if there was a conflict in
    the last `CONTENDED_FOR` seconds: work in the same transaction is in nobody's way.

    A batch is complete before its transaction begins, so that work sees everything that was committed before it came.
    """

    def __init__(
        self,
        connect: Callable[[], PostgresqlConnection],
        threads: Threads,
        jobs: Jobs,
        limit: int,
        *,
        spread: bool,
    ) -> None:
        self._connect = connect
        self._threads = threads
        self._jobs = jobs
        self._limit = limit
        self._spread = spread
        self._loop = asyncio.get_running_loop()
        self._waiting = FairQueue[WaitingWork[Any]]()
        self._idle: list[_Lane] = []
        self._busy: set[_Lane] = set()
        self._opening: asyncio.Task[None] | None = None
        self._in_threads: set[asyncio.Task[None]] = set()
        self._taken_at = self._open_after = self._contended_until = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._changed = asyncio.Event()

    async def run(self, work: Callable[[Any], T], owners: Owners) -> T:
        """Run work, together with other waiting work, and return its result.

        Work whose caller is cancelled is skipped if it has not begun; otherwise it is finished all the same.
        """
        future: asyncio.Future[Outcome[T]] = self._loop.create_future()
        self._waiting.put(owners, WaitingWork(work, future))
        self._call_lane()
        return (await future).take()

    async def close(self) -> None:
        """Finish what waits, then close all connections but those of the threads."""
        while self._busy or self._in_threads or self._opening or len(self._waiting):
            self._changed.clear()
            await self._changed.wait()
        while self._idle:
            self._give_up(self._idle[0])

    # ---- lanes
    def _call_lane(self) -> None:
        """Start a lane for the waiting work, now or after a pause; without any lane, hand the work to threads."""
        self._changed.set()
        if not self._waiting.has_next():
            return
        if self._busy and (pause := self._pause()) > 0:
            if self._timer is None:
                self._timer = self._loop.call_later(pause, self._end_pause)
        elif self._idle:
            self._begin(self._idle[-1])
        else:
            if self._may_open():
                self._opening = self._loop.create_task(self._open())
            while not self._busy and (batch := self._take(1)):
                self._move_to_threads(batch)

    def _pause(self) -> float:
        """Return the seconds until another lane may begin beside those that are busy."""
        now = time.monotonic()
        after = CONTENDED_AFTER if now < self._contended_until else ANOTHER_AFTER
        return 0.0 if self._spread else self._taken_at + after - now

    def _may_open(self) -> bool:
        # On Windows the loop cannot listen to what libpq has opened.
        is_possible = sys.platform != "win32" and time.monotonic() > self._open_after
        return is_possible and self._opening is None and len(self._busy) < self._limit

    def _begin(self, lane: _Lane) -> None:
        if lane.ending:
            lane.ending.cancel()
        self._idle.remove(lane)
        self._busy.add(lane)
        run_in_greenlet(partial(self._run_waiting, lane))

    def _end_pause(self) -> None:
        self._timer = None
        self._call_lane()

    async def _open(self) -> None:
        try:
            self._idle.append(_Lane(await asyncio.to_thread(self._connect), self._give_up))
        except (psycopg.Error, OSError):
            self._open_after = time.monotonic() + _PAUSE
        self._opening = None
        self._call_lane()

    def _give_up(self, lane: _Lane) -> None:
        """Close a lane whose connection has broken, if it is idle."""
        if lane not in self._idle:
            return
        self._idle.remove(lane)
        if lane.ending:
            lane.ending.cancel()
        lane.close()

    # ---- in a lane
    def _run_waiting(self, lane: _Lane) -> None:
        """Run what waits, in a greenlet, until there is nothing left."""
        lane.waiter.start_turn()
        while not lane.connection.closed:
            share = -(-len(self._waiting) // self._limit) if self._spread else LARGEST
            if not (batch := self._take(share)):
                break
            self._run_batch(lane, batch)
        self._rest(lane)

    def _rest(self, lane: _Lane) -> None:
        self._busy.remove(lane)
        if lane.connection.closed:
            self._loop.call_soon(lane.close)  # not in a greenlet
        else:
            self._idle.append(lane)
            if is_in_transaction(lane.connection):
                lane.ending = self._loop.call_later(ENDING_AFTER, self._end_transaction, lane)
        self._loop.call_soon(self._call_lane)

    def _end_transaction(self, lane: _Lane) -> None:
        def end() -> None:
            with suppress(psycopg.Error):
                roll_back(lane.connection)
            self._rest(lane)

        self._idle.remove(lane)
        self._busy.add(lane)
        run_in_greenlet(end)

    def _take(self, share: int) -> _Batch:
        batch: _Batch = []
        while len(batch) < min(share, LARGEST) and (taken := self._waiting.take()):
            if taken[1].future.cancelled():
                self._waiting.done(taken[0], 0.0)
            else:
                batch.append(taken)
        self._taken_at = time.monotonic()
        return batch

    def _run_batch(self, lane: _Lane, batch: _Batch) -> None:
        works, conflicts = [work for _, work in batch], lane.connection.conflicts
        try:
            outcomes = self._jobs.together(lane.connection, lane.cache, works)
        except UncertainError as uncertain:
            self._move_to_threads(batch, uncertain)
        except Exception as error:
            if lane.connection.closed:
                for each in batch:
                    self._move_to_threads([each])
            else:
                problem = failure(error) if isinstance(error, psycopg.Error) else error
                self._end(batch, [Outcome(error=problem) for _ in batch])
        else:
            self._end(batch, outcomes)

        if lane.connection.conflicts > conflicts:
            self._contended_until = time.monotonic() + CONTENDED_FOR

    def _end(self, batch: _Batch, outcomes: Sequence[Outcome[Any]]) -> None:
        for owners, work in batch:
            self._waiting.done(owners, work.seconds)
        self._deliver(batch, outcomes)

    def _deliver(self, batch: _Batch, outcomes: Sequence[Outcome[Any]]) -> None:
        """Hand over outcomes; what has none because it takes long, or its connection broke, goes on in a thread."""
        for each, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome.error, UncertainError):
                self._start_thread([each], outcome.error)
            elif isinstance(outcome.error, LoopTimeExceeded | psycopg.Error):
                self._start_thread([each])
            else:
                each[1].deliver(outcome)

    # ---- in threads
    def _move_to_threads(self, batch: _Batch, uncertain: UncertainError | None = None) -> None:
        for owners, work in batch:
            self._waiting.done(owners, work.seconds)
        self._start_thread(batch, uncertain)

    def _start_thread(self, batch: _Batch, uncertain: UncertainError | None = None) -> None:
        task = self._loop.create_task(self._run_in_thread(batch, uncertain))
        self._in_threads.add(task)
        task.add_done_callback(self._end_in_thread)

    def _end_in_thread(self, task: asyncio.Task[None]) -> None:
        self._in_threads.discard(task)
        self._changed.set()

    async def _run_in_thread(self, batch: _Batch, uncertain: UncertainError | None) -> None:
        works, unknown = [work for _, work in batch], [uncertain] if uncertain else []

        def job(connection: PostgresqlConnection, cache: ReferenceCache) -> list[Outcome[Any]]:
            if unknown:
                raise unknown.pop()  # it is looked up, and if that was not committed, this runs again
            return self._jobs.alone(connection, cache, works)

        try:
            outcomes = await self._threads.run(job, batch[0][0])
        except Exception as error:
            outcomes = [Outcome(error=error) for _ in batch]
        self._deliver(batch, outcomes)
