"""Connections that take more request lines than aiohttp's, and answer malformed requests in the form of an API.

Clients such as curl send text in an address as it is, in UTF-8. Servers take that, aiohttp's parser does not: it is
percent-encoded before the parser sees it.
"""

import re
from collections.abc import Callable
from typing import Any

from aiohttp import StreamReader, web
from aiohttp.http_exceptions import LineTooLong

from gateway import errors
from gateway.web.error_forms import error_response

_MAX_LINE = 8 * 1024  # bytes of a request line that are remembered
_NOT_ASCII = re.compile(rb"[\x80-\xff]")


class HttpConnection(web.RequestHandler):
    """A connection of a client. `prefix` is the setting `path_prefix`."""

    __slots__ = ("_body", "_in_line", "_line", "_prefix")

    def __init__(self, server: web.Server, prefix: str, **options: Any) -> None:
        super().__init__(server, **options)
        self._prefix = prefix
        self._body: StreamReader | None = None  # of the request that was received last
        self._in_line = True
        self._line = b""

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
        answer = error_response(_path(self._line), self._prefix, status, error)
        answer.force_close()
        return answer


def connection_factory(server: web.Server | None, prefix: str) -> Callable[[], HttpConnection]:
    """Return a function that makes connections of a server, with the options of aiohttp's own."""
    if server is None:
        raise AssertionError("the runner of the server is not set up")
    return lambda: HttpConnection(server, prefix, loop=server._loop, **server._kwargs)


def _path(line: bytes) -> str:
    """The path in a request line."""
    words = line.decode("latin-1").split(" ", 2)
    return words[1].partition("?")[0] if len(words) > 1 else ""


def _reason(exc: BaseException | None, message: str) -> str:
    """Say what is wrong, without any of what the client sent."""
    if isinstance(exc, LineTooLong):
        return "its address or one of its headers has more than 8190 bytes"
    return "a header stands twice in it" if message.startswith("Duplicate") else "it is not valid HTTP"
