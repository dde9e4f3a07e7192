"""Limits the connections of a process, so that it never runs out of file descriptors.

Accepting fails when a process has as many files open as it may, and then no client is served. So the process raises
its limit as far as the system allows, and takes fewer connections than that. At the limit a new connection replaces one
that is idle, or one of the client that has most; a client that has its share already is answered with 503.
"""

import logging
from contextlib import suppress

from aiohttp import web

from gateway.budget import Owner
from gateway.web.http_connection import HttpConnection

try:
    import resource
except ImportError:  # there is none for Windows
    resource = None  # type: ignore[assignment]

_UNKNOWN: Owner = ""
"""Stands for the owner of a connection of a trusted proxy that has not asked for anything yet."""

log = logging.getLogger(__name__)

MOST_FILES = 65_536
"""The highest limit of open files that a process asks for."""

_OTHER_FILES = 128  # the database, its log, the listening socket, connections that are accepted
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
        self._owned: dict[Owner, dict[HttpConnection, None]] = {}
        self._count = 0

    def admits(self, newcomer: HttpConnection) -> bool:
        """Count a connection, and make room for it if that is needed; return False if there is none."""
        if self._count >= self._most:
            victim = self._victim(newcomer)
            if victim is None:
                return False
            victim.abort()
            self.remove(victim)
        self._count += 1
        self.set_owners(newcomer, newcomer.owners)
        return True

    def set_owners(self, connection: HttpConnection, owners: tuple[Owner, ...]) -> None:
        """Count a connection for other owners than before."""
        self._forget(connection)
        connection.owners = owners
        for owner in owners or (_UNKNOWN,):
            self._owned.setdefault(owner, {})[connection] = None

    def remove(self, connection: HttpConnection) -> None:
        """Count a connection no more that was admitted; it may be said more than once."""
        if self._forget(connection):
            self._count -= 1

    def has_idle(self) -> bool:
        """Tell whether a connection has no request; one may be on its way."""
        return any(each.connected and each._current_request is None for each in self._server.connections)

    def _forget(self, connection: HttpConnection) -> bool:
        was_counted = False
        for owner in connection.owners or (_UNKNOWN,):
            owned = self._owned.get(owner, {})
            if connection in owned:
                was_counted = True
                del owned[connection]
                if not owned:
                    del self._owned[owner]
        return was_counted

    def _victim(self, newcomer: HttpConnection) -> HttpConnection | None:
        """The connection that gives way: an idle one of an owner who has as many, or any of one who has more.

        A busy one gives way only to a client that has less than an equal share.
        """
        own = max((len(self._owned.get(owner, ())) for owner in newcomer.owners), default=0)
        groups = sorted(self._owned.values(), key=len, reverse=True)
        for group in groups:
            if len(group) < own:
                break
            for connection in group:
                if connection.is_idle:
                    return connection
        networks = len({owner for owner in self._owned if isinstance(owner, str)}.union(newcomer.owners))
        if own < self._most // max(networks, 1) and len(groups[0]) > own + 1:
            return next(reversed(groups[0]))  # it has asked last, so that least is lost
        return None
