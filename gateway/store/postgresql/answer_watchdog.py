"""A watchdog for connections whose server does not answer.

TCP notices a peer that is gone: it acknowledges nothing. A server that hangs, or a proxy before it, acknowledges
everything and says nothing, so that a client would wait for its answer for ever.
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
"""Seconds between two checks."""


class Watched(Protocol):
    """A connection on which an answer may be awaited."""

    answer_due: float
    """The latest time of the answer, by the monotonic clock; infinity where none is awaited."""

    def fileno(self) -> int:
        """Return the number of its socket."""
        ...


class AnswerWatchdog:
    """Shuts down a connection whose answer is overdue, so that waiting for it ends with an error."""

    def __init__(self) -> None:
        self._watched: WeakSet[Watched] = WeakSet()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def watch(self, connection: Watched) -> None:
        """Watch a connection for as long as it exists."""
        with self._lock:
            self._watched.add(connection)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="postgresql watchdog", daemon=True)
                self._thread.start()

    def _watch(self) -> None:
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
