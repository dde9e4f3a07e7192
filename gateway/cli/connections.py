"""How many connections a process takes, and what becomes of those beyond.

Accepting fails when a process has as many files open as it may, and then nobody is served: so the process may open as
many as the system lets it, and takes fewer connections than that. When it has them all, one that is idle makes room for
a new one; where none is, the new one is told so.
"""

import asyncio
import logging
from contextlib import suppress
from typing import cast

from aiohttp import web

try:
    import resource
except ImportError:  # there is none for Windows
    resource = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

MOST_FILES = 65_536
"""Files that a process asks to be allowed to open, at the most."""

_OTHERS = 64  # files that are open besides: the database, its log, what listens
_EACH = 2  # files for a connection: itself, and what it uploads

_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 32\r\nRetry-After: 1\r\n"
    b"Connection: close\r\n\r\nThere are too many connections.\n"
)


def possible(wanted: int) -> int:
    """How many connections a process can take of those that are wanted; it may open more files from here on."""
    if resource is None:
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < files:
        with suppress(OSError, ValueError):  # a system may allow less than it says
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
            soft = files
    most = wanted if soft == resource.RLIM_INFINITY else max((soft - _OTHERS) // _EACH, 1)
    if most < wanted:
        log.warning("%s connections at most, not %s: the process may open %s files only", most, wanted, soft)
    return min(most, wanted)


class Door:
    """Lets connections in: what makes their protocols, for the loop's `create_server`."""

    def __init__(self, server: web.Server | None, most: int) -> None:
        if server is None:
            raise AssertionError("the runner of the server is not set up")
        self._server = server
        self._most = most

    def __call__(self) -> asyncio.Protocol:
        """The protocol of a new connection."""
        return self._server() if self._has_room() or self._makes_room() else _Refusal()

    def has_idle(self) -> bool:
        """Whether there are connections without a request, one of which may be on its way."""
        return any(each.connected and each._current_request is None for each in self._server.connections)

    def _has_room(self) -> bool:
        opened = self._server.connections
        return len(opened) < self._most or sum(each.connected for each in opened) < self._most  # some are closing

    def _makes_room(self) -> bool:
        """Close the oldest connection that is idle; whether there was one."""
        for connection in self._server.connections:
            if connection.connected and _is_idle(connection):
                connection.force_close()
                return True
        return False


def _is_idle(connection: web.RequestHandler) -> bool:
    """Whether a connection waits for a request. aiohttp keeps to itself what it waits for."""
    waiting = connection._waiter
    return waiting is not None and not waiting.done()


class _Refusal(asyncio.Protocol):
    """Says that there is no room, and closes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say it, and close when it is sent."""
        cast("asyncio.WriteTransport", transport).write(_BUSY)
        asyncio.get_running_loop().call_soon(transport.close)
