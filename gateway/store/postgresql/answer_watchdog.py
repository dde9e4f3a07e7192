"""Breaking connections that have fallen silent.

A peer that is gone is noticed by TCP, for it acknowledges nothing. One that hangs, or a proxy before it that does,
acknowledges everything and says nothing: the one who waits for its answer would wait for ever.
"""

import math
import socket
import threading
import time
from contextlib import suppress
from typing import Protocol
from weakref import WeakSet

GRACE = 5.0
"""Seconds that an answer may be on its way, beyond the time that the server has for it."""

_STEP = 0.5
"""Seconds between two looks."""


class Watched(Protocol):
    """A connection, on which somebody may wait for an answer."""

    answer_due: float
    """When the answer is due at the latest, by the monotonic clock; infinity where nobody waits."""

    def fileno(self) -> int:
        """The number of its socket."""
        ...


class AnswerWatchdog:
    """Breaks a connection when an answer is overdue, so that whoever waits for it hears that the connection broke."""

    def __init__(self) -> None:
        self._watched: WeakSet[Watched] = WeakSet()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def watch(self, connection: Watched) -> None:
        """Watch a connection as long as there is one."""
        with self._lock:
            self._watched.add(connection)
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="postgresql silence", daemon=True)
                self._thread.start()

    def _look(self) -> None:
        while True:
            time.sleep(_STEP)
            self._shut_down_overdue()

    def _shut_down_overdue(self) -> None:
        with self._lock:
            watched = list(self._watched)
        for connection in watched:
            if time.monotonic() > connection.answer_due:
                connection.answer_due = math.inf
                _shut_down(connection)


def _shut_down(connection: Watched) -> None:
    with suppress(Exception):  # it broke by itself meanwhile
        shared = socket.socket(fileno=connection.fileno())
        try:
            shared.shutdown(socket.SHUT_RDWR)
        finally:
            shared.detach()
