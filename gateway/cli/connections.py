"""Limits the connections of a process, so that it never runs out of file descriptors.

Accepting fails when a process has as many files open as it may, and then no client is served. So the process raises
its limit as far as the system allows, and takes fewer connections than that. At the limit a new connection replaces one
that is idle, or one of the client that has most; a client that has its share already is answered with 503.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from itertools import chain

from aiohttp import web

from gateway.budget import Owner
from gateway.web.http_connection import HttpConnection

try:
    import resource
except ImportError:  # there is none for Windows
    resource = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

MOST_FILES = 65_536
"""The highest limit of open files that a process asks for."""

_OTHER_FILES = 64  # the database, its log, the listening socket
_FILES_EACH = 2  # a connection, and the file of its uploads


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
    """Admits at most `most` connections of `server` at a time, divided fairly among clients.

    One client may have all of them while nobody else comes. A connection counts for the owners of its last request, so
    that clients behind a trusted proxy are told apart once they have asked for something.
    """

    def __init__(self, server: web.Server, most: int) -> None:
        self._server = server
        self._most = most

    def admits(self, newcomer: HttpConnection) -> bool:
        """Make room for a connection if that is needed; return False if there is none."""
        opened = self._server.connections
        if len(opened) < self._most:
            return True
        connected = [each for each in opened if each.connected and isinstance(each, HttpConnection)]
        if len(connected) < self._most:  # some are closing
            return True
        victim = self._victim(newcomer, connected)
        if victim is not None:
            victim.abort()
        return victim is not None

    def has_idle(self) -> bool:
        """Tell whether a connection has no request; one may be on its way."""
        return any(each.connected and each._current_request is None for each in self._server.connections)

    def _victim(self, newcomer: HttpConnection, connected: Sequence[HttpConnection]) -> HttpConnection | None:
        """The connection that gives way: an idle one of an owner who has as many, or any of one who has more.

        A busy one gives way only to a client that has less than an equal share.
        """
        owned: dict[Owner, list[HttpConnection]] = {}
        for connection in connected:
            for owner in connection.owners:
                owned.setdefault(owner, []).append(connection)
        own = max((len(owned.get(owner, ())) for owner in newcomer.owners), default=0)
        by_size = sorted((each for each in owned.values() if len(each) >= own), key=len, reverse=True)
        for connection in chain(*by_size, (each for each in connected if not each.owners)):
            if connection.is_idle:
                return connection
        networks = {owner for owner in owned if isinstance(owner, str)}.union(newcomer.owners)
        if by_size and own + 1 <= self._most / max(len(networks), 1) and len(by_size[0]) > own + 1:
            return by_size[0][-1]  # it has asked last, so that least is lost
        return None
