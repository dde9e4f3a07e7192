"""Accept connections in portions, and set them up in turns of their networks.

The event loop's own server sets up everything that waits in one go: a thousand connections made at once kept all others
waiting for half a second. A connection is cheap to accept, and takes fifty times as long to set up.
"""

import asyncio
import logging
import socket
import time
from collections.abc import Callable

from gateway.client_network import network_of
from gateway.loop_turns import LoopTurns
from gateway.web.http_connection import HttpConnection

log = logging.getLogger(__name__)

PORTION = 0.001
"""Seconds of the loop's thread in which connections are accepted at once."""

MOST_WAITING = 1024
"""Connections that wait to be set up: as many as may wait to be accepted."""

PAUSE = 1.0
"""Seconds without accepting, once there are no more file descriptors."""


class Acceptor:
    """Accepts connections of a listening socket, until it closes that; `connect` makes their protocols."""

    def __init__(self, listener: socket.socket, connect: Callable[[], HttpConnection], turns: LoopTurns) -> None:
        self._listener = listener
        self._listener.setblocking(False)
        self._connect = connect
        self._turns = turns
        self._loop = asyncio.get_running_loop()
        self._waiting: set[asyncio.Task[None]] = set()
        self._is_closed = False
        self._resume()

    async def close(self) -> None:
        """Accept what waits, and nothing more: the system resets connections that still wait when it is closed."""
        self._loop.remove_reader(self._listener)
        self._is_closed = True
        while self._accept_next():
            pass
        self._listener.close()
        if self._waiting:
            await asyncio.wait(self._waiting)

    def _resume(self) -> None:
        if not self._is_closed:
            self._loop.add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        until = time.thread_time() + PORTION
        while time.thread_time() < until:
            if not self._accept_next():
                return
            if len(self._waiting) >= MOST_WAITING:
                self._loop.remove_reader(self._listener)
                self._loop.call_later(0.01, self._resume)
                return

    def _accept_next(self) -> bool:
        """Accept a connection; return False if none waits, or there is no file descriptor for it."""
        try:
            connection, peer = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return False
        except OSError as problem:
            log.warning("no connection can be accepted for now: %s", problem.strerror)
            self._loop.remove_reader(self._listener)
            self._loop.call_later(PAUSE, self._resume)
            return False
        task = self._loop.create_task(self._set_up(connection, network_of(str(peer[0])) if peer else ""))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
        return True

    async def _set_up(self, connection: socket.socket, network: str) -> None:
        connection.setblocking(False)
        try:
            await self._turns.admit((network,))
            await self._loop.connect_accepted_socket(self._connect, connection)
        except OSError:  # the client has gone
            connection.close()
