"""Waiting for a server in the event loop: the work that waits is a greenlet, and lets the loop go on.

Work is a plain function, which runs statements and computes with their answers. In a thread, each answer made two
threads of Python contend for its lock, and that took longer than the statements did (docs/decisions/0029).
"""

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import psycopg
from greenlet import getcurrent, greenlet
from psycopg.abc import PQGen
from psycopg.pq import ConnStatus
from psycopg.pq.abc import PGconn
from psycopg.waiting import READY_R, READY_W, WAIT_R

from gateway.store.sql.statements import LoopTimeExceeded

T = TypeVar("T")

BUDGET = 0.005
"""Seconds of the loop's own time that work may take from one statement to the next."""

MOST_VALUES = 5000
"""Values in one answer that are converted in the loop: they take about a millisecond."""


def run_in_greenlet(function: Callable[[], None]) -> None:
    """Run a function, which must not raise, until it waits for a server for the first time; it goes on in the loop."""
    greenlet(function).switch()


class LoopWaiter:
    """Waits for the answers on one connection, for one greenlet at a time; `on_broken` is called if it breaks idle.

    A greenlet must not change to what the loop listens: libuv looks for that on the stack of the loop, which is put
    aside while a greenlet runs. So `close`, too, is called in the loop itself.
    """

    def __init__(self, pgconn: PGconn, on_broken: Callable[[], None]) -> None:
        self._pgconn = pgconn
        self._on_broken = on_broken
        self._loop = asyncio.get_running_loop()
        self._fd = os.dup(pgconn.socket)  # libpq closes its own as soon as it breaks, while the loop listens
        self._loop.add_reader(self._fd, self._on_readable)
        self._waiting: Any = None
        self._began = 0.0

    def start_turn(self) -> None:
        """Begin to measure the time of the loop that work takes."""
        self._began = time.thread_time()

    def check_time(self, values: int = 0) -> None:
        """Raise `LoopTimeExceeded` if work has blocked the loop for too long, or would, converting so many values."""
        if values > MOST_VALUES or time.thread_time() > self._began + BUDGET:
            raise LoopTimeExceeded("The work blocks the event loop for too long.")

    def wait(self, waiting: PQGen[T]) -> T:
        """Run a generator of psycopg's, and let the loop go on while it waits."""
        try:
            wanted = next(waiting)
            while True:
                wanted = waiting.send(self._ready_for(wanted))
        except StopIteration as end:
            result: T = end.value
            return result

    def _ready_for(self, wanted: int) -> int:
        if wanted != WAIT_R:
            self._loop.call_soon(self._listen_for_writing)
        self._waiting = getcurrent()
        ready: int = self._waiting.parent.switch()
        self.start_turn()
        return ready

    def _listen_for_writing(self) -> None:
        if self._fd >= 0 and self._waiting is not None:
            self._loop.add_writer(self._fd, self._on_writable)

    def _on_readable(self) -> None:
        if self._waiting is not None:
            self._continue(READY_R)
            return
        with suppress(psycopg.Error):
            self._pgconn.consume_input()  # a message that nobody waits for, or the end of the connection
        if self._pgconn.status != ConnStatus.OK:
            self._on_broken()

    def _on_writable(self) -> None:
        self._loop.remove_writer(self._fd)
        if self._waiting is not None:
            self._continue(READY_W)

    def _continue(self, ready: int) -> None:
        waiting, self._waiting = self._waiting, None
        waiting.switch(ready)

    def close(self) -> None:
        """Listen no more."""
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            self._loop.remove_writer(self._fd)
            os.close(self._fd)
            self._fd = -1
