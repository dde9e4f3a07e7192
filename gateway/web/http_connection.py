"""Connections that take more request lines than aiohttp's, and answer malformed requests in the form of an API.

Clients such as curl send text in an address as it is, in UTF-8. Servers take that, aiohttp's parser does not: it is
percent-encoded before the parser sees it.
"""

import asyncio
import re
from collections.abc import Callable
from typing import Any, cast

from aiohttp import StreamReader, web
from aiohttp.http_exceptions import LineTooLong

from gateway import errors
from gateway.budget import Budget, Owner
from gateway.client_network import network_of
from gateway.protocols.proxy_headers import is_trusted
from gateway.settings import Settings
from gateway.web.error_forms import error_response

_MAX_LINE = 8 * 1024  # bytes of a request line that are remembered
_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 32\r\nRetry-After: 1\r\n"
    b"Connection: close\r\n\r\nThere are too many connections.\n"
)
_NOT_ASCII = re.compile(rb"[\x80-\xff]")


class HttpConnection(web.RequestHandler):
    """A connection of a client, closed at once where `admits` refuses it."""

    __slots__ = ("_admits", "_body", "_in_line", "_line", "_settings", "budget")

    def __init__(
        self, server: web.Server, settings: Settings, admits: Callable[["HttpConnection"], bool], **options: Any
    ) -> None:
        super().__init__(server, **options)
        self._settings = settings
        self._admits = admits
        self.budget: Budget | None = None
        """The budget of the last request; its owners are those of the connection."""
        self._body: StreamReader | None = None  # of the request that was received last
        self._in_line = True
        self._line = b""

    @property
    def owners(self) -> tuple[Owner, ...]:
        """The owners of the connection; none for that of a trusted proxy before its first request."""
        if self.budget is not None:
            return self.budget.owners
        peer = self.peername
        address = str(peer[0]) if isinstance(peer, tuple) else ""
        return () if is_trusted(address, self._settings) else (network_of(address),)

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
        if self._admits(self):
            super().connection_made(transport)
            return
        self._force_close = True  # so that nothing of it is read
        self.transport.write(_BUSY)
        self._loop.call_soon(transport.close)

    def data_received(self, data: bytes) -> None:
        """Take the next bytes, with the characters of a request line percent-encoded that are not ASCII."""
        if self._body is not None and self._body.is_eof():  # so these are the first bytes of another request
            self._body, self._in_line, self._line = None, True, b""
        if self._in_line and data:
            data = self._take_line(data)
        super().data_received(data)
        if self._body is None and self._messages:
            self._body, self._in_line = self._messages[-1][1], False

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
    if isinstance(exc, LineTooLong):
        return "its address or one of its headers has more than 8190 bytes"
    return "a header stands twice in it" if message.startswith("Duplicate") else "it is not valid HTTP"
