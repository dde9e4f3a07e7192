"""Limits the connections of a process, so that it never runs out of file descriptors.

Accepting fails when a process has as many files open as it may, and then no client is served. So the process raises
its limit as far as the system allows, and takes fewer connections than that. At the limit a new connection replaces one
that is idle; where none is idle, it is answered with 503.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from aiohttp import web

try:
    import resource
except ImportError:  # there is none for Windows
    resource = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

MOST_FILES = 65_536
"""The highest limit of open files that a process asks for."""

_OTHER_FILES = 64  # the database, its log, the listening socket
_FILES_EACH = 2  # a connection, and the spool of its upload

_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 32\r\nRetry-After: 1\r\n"
    b"Connection: close\r\n\r\nThere are too many connections.\n"
)


def raise_file_limit(wanted: int) -> int:
    """Raise the limit of open files of this process, and return how many of the `wanted` connections it can take."""
    if resource is None:
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < files:
        with suppress(OSError, ValueError):  # a system may allow less than it says
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
            soft = files
    most = wanted if soft == resource.RLIM_INFINITY else max((soft - _OTHER_FILES) // _FILES_EACH, 1)
    if most < wanted:
        log.warning("%s connections at most, not %s: the process may open %s files only", most, wanted, soft)
    return min(most, wanted)


class ConnectionLimiter:
    """Makes the protocols of connections, for the loop's `create_server`; at most `most` are served at a time.

    `connect` makes the protocol of one connection of the server."""

    def __init__(self, server: web.Server | None, connect: Callable[[], asyncio.Protocol], most: int) -> None:
        if server is None:
            raise AssertionError("the runner of the server is not set up")
        self._server = server
        self._connect = connect
        self._most = most

    def __call__(self) -> asyncio.Protocol:
        """Return the protocol of a new connection."""
        return self._connect() if self._has_room() or self._makes_room() else _Refusal()

    def has_idle(self) -> bool:
        """Tell whether a connection has no request; one may be on its way."""
        return any(each.connected and each._current_request is None for each in self._server.connections)

    def _has_room(self) -> bool:
        opened = self._server.connections
        return len(opened) < self._most or sum(each.connected for each in opened) < self._most  # some are closing

    def _makes_room(self) -> bool:
        """Close the oldest idle connection, and tell whether there was one."""
        for connection in self._server.connections:
            if connection.connected and _is_idle(connection):
                connection.force_close()
                return True
        return False


def _is_idle(connection: web.RequestHandler) -> bool:
    """Tell whether a connection waits for a request, which aiohttp does not say publicly."""
    waiting = connection._waiter
    return waiting is not None and not waiting.done()


class _Refusal(asyncio.Protocol):
    """Answers 503, and closes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the answer, and close once it is sent."""
        cast("asyncio.WriteTransport", transport).write(_BUSY)
        asyncio.get_running_loop().call_soon(transport.close)
