"""Connections that take more request lines than aiohttp's, and answer malformed requests in the form of an API.

Clients such as curl send text in an address as it is, in UTF-8. Servers take that, aiohttp's parser does not: it is
percent-encoded before the parser sees it.
"""

import asyncio
import re
import socket
from typing import Any, Protocol, cast

from aiohttp import StreamReader, web
from aiohttp.http_exceptions import LineTooLong
from aiohttp.streams import EMPTY_PAYLOAD
from aiohttp.web_protocol import _ErrInfo

from gateway import errors
from gateway.budget import Budget, Owner
from gateway.client_network import network_of
from gateway.protocols.proxy_headers import is_trusted
from gateway.settings import Settings
from gateway.web.error_forms import error_response

_MAX_LINE = 8 * 1024  # bytes of a request line that are remembered
MOST_UNSENT = 128 * 1024
"""Bytes of a connection that the system takes before the client has room for them."""

_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 32\r\nRetry-After: 1\r\n"
    b"Connection: close\r\n\r\nThere are too many connections.\n"
)
MAX_HEAD = 32 * 1024
"""Bytes of the head of a request, its address included. It is held until it is complete."""

_HEAD_TOO_LARGE = "the head is too large"
_HEAD_END = re.compile(rb"\n\r?\n")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")


class Limiter(Protocol):
    """Limits the connections of a process."""

    def admits(self, newcomer: "HttpConnection", /) -> bool:
        """Count a connection; return False if it is one too many."""
        ...

    def set_owners(self, connection: "HttpConnection", owners: tuple[Owner, ...], /) -> None:
        """Count a connection for other owners than before."""
        ...

    def remove(self, connection: "HttpConnection", /) -> None:
        """Count a connection no more."""
        ...


def _limit_unsent(transport: asyncio.BaseTransport) -> None:
    """Have the system take no more of an answer than is on its way; Windows has no such limit.

    It would take megabytes for each client that reads slowly, which no budget counts, in the time of the event loop.
    """
    connection = transport.get_extra_info("socket")
    if connection is not None and hasattr(socket, "TCP_NOTSENT_LOWAT"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, MOST_UNSENT)


class HttpConnection(web.RequestHandler):
    """A connection of a client, closed at once where `limiter` does not admit it."""

    __slots__ = (
        "_body",
        "_head_end",
        "_head_size",
        "_in_line",
        "_is_refused",
        "_limiter",
        "_line",
        "_settings",
        "owners",
    )

    def __init__(self, server: web.Server, settings: Settings, limiter: "Limiter", **options: Any) -> None:
        super().__init__(server, **options)
        self._settings = settings
        self._limiter = limiter
        self.owners: tuple[Owner, ...] = ()
        """The owners of the last request; none for a connection of a trusted proxy before its first request."""
        self._body: StreamReader | None = None  # of the request that was received last
        self._in_line = True
        self._line = b""
        self._is_refused = False
        self._head_size = 0
        self._head_end = b""  # of the bytes that were counted

    def set_budget(self, budget: Budget) -> None:
        """Count the connection for the owners of the request that it has now, which its budget knows."""
        budget.on_owners = lambda owners: self._loop.call_soon_threadsafe(self._count_for, owners)
        self._count_for(budget.owners)

    def _count_for(self, owners: tuple[Owner, ...]) -> None:
        if owners != self.owners and self.transport is not None:
            self._limiter.set_owners(self, owners)

    @property
    def is_idle(self) -> bool:
        """True if the connection waits for a request, which aiohttp does not say publicly."""
        return self._waiter is not None and not self._waiter.done()

    def abort(self) -> None:
        """Close the connection, and drop what it was still to send."""
        transport = self.transport
        self.force_close()
        if transport is not None:
            transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to serve the connection, or answer 503 and close it."""
        self.transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        address = str(peer[0]) if isinstance(peer, tuple) else ""
        self.owners = () if is_trusted(address, self._settings) else (network_of(address),)
        if self._limiter.admits(self):
            _limit_unsent(transport)
            super().connection_made(transport)
            return
        self._is_refused = self._force_close = True  # so that nothing of it is read
        self.transport.write(_BUSY)
        self._loop.call_soon(transport.close)

    def connection_lost(self, exc: BaseException | None) -> None:
        """End what the connection does."""
        self._limiter.remove(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take the next bytes, in steps: behind a request may stand the head of another one, of any size.

        aiohttp passes no bytes itself, to go on with requests that it has put off.
        """
        if not data:
            self._take(data)
        start = 0
        while start < len(data) and not self._is_refused:
            if self._body is not None and self._body.is_eof():  # so these are the first bytes of another request
                self._body, self._in_line, self._line = None, True, b""
            if self._body is None and not self._messages and self._is_head_too_large(data, start):
                self._refuse_head()
                return
            self._take(data[start : start + MAX_HEAD])
            start += MAX_HEAD

    def _take(self, data: bytes) -> None:
        """Take bytes, with the characters of a request line percent-encoded that are not ASCII."""
        if self._in_line and data:
            data = self._take_line(data)
        super().data_received(data)
        if self._messages and self._messages[-1][1] is not self._body:  # the head of another request has ended
            self._body, self._in_line, self._head_size, self._head_end = self._messages[-1][1], False, 0, b""

    def _is_head_too_large(self, data: bytes, start: int) -> bool:
        """Count the bytes of a head from `start` up to its end, before the parser holds them."""
        seen = self._head_end + data[start : start + MAX_HEAD + 1]
        end = _HEAD_END.search(seen)
        self._head_size += (end.end() if end else len(seen)) - len(self._head_end)
        self._head_end = seen[-3:]
        return self._head_size > MAX_HEAD

    def _refuse_head(self) -> None:
        """Refuse the head as aiohttp's parser refuses one that it cannot read, and read no more."""
        problem = LineTooLong(f"a head of more than {MAX_HEAD} bytes")
        self._messages.append((_ErrInfo(431, problem, _HEAD_TOO_LARGE), EMPTY_PAYLOAD))
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        self._is_refused = True

    def _take_line(self, data: bytes) -> bytes:
        line, end, rest = data.partition(b"\n")
        if not line.isascii():
            line = _NOT_ASCII.sub(lambda byte: b"%%%02X" % byte[0][0], line)
        self._line = (self._line + line)[:_MAX_LINE]
        self._in_line = not end or not self._line.strip()  # empty lines may stand before a request (RFC 9112 2.2)
        return line + end + rest

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer a request that cannot be read. The connection is closed."""
        response = super().handle_error(request, status, exc, message)
        if status >= 500:
            return response
        error = errors.UNREADABLE(why=_reason(exc, message or ""))
        answer = error_response(_path(self._line), self._settings.path_prefix, status, error)
        answer.force_close()
        return answer


def _path(line: bytes) -> str:
    """The path in a request line."""
    words = line.decode("latin-1").split(" ", 2)
    return words[1].partition("?")[0] if len(words) > 1 else ""


def _reason(exc: BaseException | None, message: str) -> str:
    """Say what is wrong, without any of what the client sent."""
    if message == _HEAD_TOO_LARGE:
        return f"its address and its headers have more than {MAX_HEAD} bytes together"
    if isinstance(exc, LineTooLong):
        return "its address or one of its headers has more than 8190 bytes"
    return "a header stands twice in it" if message.startswith("Duplicate") else "it is not valid HTTP"
