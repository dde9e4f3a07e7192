"""Do brief work in the event loop: switching to a thread and back takes longer than most reading does.

Two threads of one Python process contend for its lock, and every statement releases it: a listing that takes 0.1 ms
took ten times that in a thread beside a busy loop. So reading begins here. Work that takes longer than `BUDGET`, or
would have to wait, is abandoned, and done in a thread from its beginning (docs/decisions/0018).
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from math import inf
from typing import TypeVar

from gateway.store.outcome import Outcome
from gateway.store.sql.statements import LoopTimeExceeded
from gateway.store.sqlite.connection import attempt

T = TypeVar("T")

BUDGET = 0.001
"""Seconds of the loop's own time that work may take."""

MOST_WAITING = 0.01
"""Seconds for which work may block the loop in all, with what it waits for: the disk, and other threads of Python."""

REST = 20
"""After work that took too long, none is tried in the loop for so many times as long: it keeps 95 % of its time."""

STEPS = 1000
"""Instructions of SQLite between two checks of the clock: 0.1 ms, unless it reads from the disk or long values."""


class LoopReader:
    """Runs brief work on a connection that is the loop's own."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._until = self._latest = inf
        self._rests_until = -inf
        self._turn_began: float | None = None
        connection.set_progress_handler(self._is_over, STEPS)

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> Outcome[T] | None:
        """Return the outcome of work; None if it was rolled back and has to run in a thread.

        A caller in a tight loop yields to other tasks.
        """
        began = time.monotonic()
        if began < self._rests_until:
            return None
        if self._turn_began is None:
            self._turn_began = began
            asyncio.get_running_loop().call_soon(self._end_turn)
        self._until, self._latest = time.thread_time() + BUDGET, began + MOST_WAITING
        outcome = self._attempt(work)
        ended = time.monotonic()
        self._end(began, ended)
        if outcome is not None and ended > self._turn_began + BUDGET:
            await asyncio.sleep(0)
        return outcome

    def _end_turn(self) -> None:
        self._turn_began = None

    def _attempt(self, work: Callable[[sqlite3.Connection], T]) -> Outcome[T] | None:
        try:
            return Outcome(work(self._connection))
        except (LoopTimeExceeded, sqlite3.Error):
            return None
        except BaseException as error:
            return Outcome(error=error)

    def _end(self, began: float, ended: float) -> None:
        if self._is_over():
            self._rests_until = ended + REST * (ended - began)
        self._until = self._latest = inf
        if self._connection.in_transaction:
            attempt(self._connection.execute, "ROLLBACK")

    def check_time(self) -> None:
        """Raise `LoopTimeExceeded` if the time for the current work is over."""
        if self._is_over():
            raise LoopTimeExceeded("The work has blocked the loop for too long.")

    def _is_over(self) -> bool:
        return time.thread_time() > self._until or time.monotonic() > self._latest
