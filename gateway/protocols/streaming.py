"""Stream a body to a client piece by piece, and give up on clients that do not take it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager

from aiohttp import web

from gateway.content import Unavailable
from gateway.settings import Settings

log = logging.getLogger(__name__)

MIN_BYTES_PER_SECOND = 1024
"""The rate that a client has to keep up, sending a request or taking an answer, once `body_timeout` has passed."""


async def stream(
    request: web.Request,
    settings: Settings,
    status: int,
    headers: Mapping[str, str],
    length: int,
    body: AsyncIterator[bytes],
) -> web.StreamResponse:
    """Answer with a body of `length` bytes that comes in pieces; HEAD gets the headers alone."""
    response = web.StreamResponse(status=status, headers=headers)
    response.content_length = length
    with abort_unless_complete(request, settings.body_timeout):
        await response.prepare(request)
        if request.method != "HEAD":
            async for piece in body:
                await response.write(piece)
        await response.write_eof()
    return response


@contextmanager
def abort_unless_complete(request: web.Request, timeout: float) -> Iterator[None]:
    """Write an answer in this block; if it cannot be finished, break the connection, so that no half passes for whole.

    A client that goes away or reads too slowly (`SlowReaderGuard`) is nothing to log. Content that cannot be read to
    its end is.
    """
    guard = SlowReaderGuard(request, timeout)
    try:
        yield
    except ConnectionError:
        pass
    except (LookupError, Unavailable) as problem:
        log.warning("an answer broke off: %s", problem)
        if request.transport is not None:
            request.transport.abort()
    finally:
        guard.stop()


class SlowReaderGuard:
    """Breaks the connection of a client that takes less than `MIN_BYTES_PER_SECOND` for `timeout` seconds."""

    def __init__(self, request: web.Request, timeout: float) -> None:
        self._request = request
        self._timeout = timeout
        self._taken: int | None = None
        self._timer = self._schedule()

    def stop(self) -> None:
        """End the watch."""
        self._timer.cancel()

    def _schedule(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(self._timeout, self._check)

    def _check(self) -> None:
        connection = self._request.transport
        if connection is None:
            return
        waiting = connection.get_write_buffer_size()
        taken = self._request.writer.output_size - waiting
        if waiting and self._taken is not None and taken - self._taken < MIN_BYTES_PER_SECOND * self._timeout:
            connection.abort()
            return
        self._taken = taken if waiting else None
        self._timer = self._schedule()
