"""Count requests, log those that fail, and wait for the last of them when the server stops.

The log has the resource of a request as the application declares it, the status and the duration. It never has the
query string, headers or body, which carry passwords, keys and tokens, nor the path as it was sent, in which a mistaken
client puts them too. The service logs the method and its outcome.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from gateway.web.metrics import Metrics

log = logging.getLogger(__name__)

IDLE_GRACE = 1.0
"""Seconds for which a server that stops waits for a request that may be on its way over an idle connection."""


CLIENT_GONE = 499
"""The status in the log of a request whose client closed the connection, or that was cut off: nothing was sent."""


class Watch:
    """The requests under way."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._tasks: set[asyncio.Task[Any]] = set()
        self._finishing = False
        self._none_left = asyncio.Event()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Watch one request."""
        started, status, sent = time.perf_counter(), 500, 0
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._begin(task)
        try:
            response = await handler(request)
            status, sent = response.status, response.content_length or 0
        except web.HTTPException as answer:
            status = answer.status
            raise
        except asyncio.CancelledError:
            status = CLIENT_GONE
            raise
        finally:
            self._end(task)
            self._metrics.ended(request.content.total_bytes, sent)
            _log(request, status, sent, started)
        if self._finishing:
            response.force_close()
        return response

    def _begin(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        self._metrics.began()

    def _end(self, task: asyncio.Task[Any]) -> None:
        self._tasks.remove(task)
        if self._finishing and not self._tasks:
            self._none_left.set()

    async def finish(self, are_idle: Callable[[], bool], seconds: float) -> None:
        """Wait until no request is under way; after so many `seconds` cancel those that are.

        Call this before aiohttp's own shutdown, which ignores what arrives from then on, so that uploads under way
        would be lost. Idle connections have `IDLE_GRACE` for one more request; each connection takes one at most.
        """
        self._finishing = True
        with suppress(TimeoutError):
            await asyncio.wait_for(_while(are_idle), IDLE_GRACE)
        if self._tasks:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._none_left.wait(), seconds)
        for task in self._tasks:
            task.cancel()


async def _while(are_idle: Callable[[], bool]) -> None:
    while are_idle():  # noqa: ASYNC110 (connections have no event for it)
        await asyncio.sleep(0.01)


def _log(request: web.Request, status: int, sent: int, started: float) -> None:
    level = logging.WARNING if status >= 500 else logging.DEBUG
    if log.isEnabledFor(level):
        took = round(time.perf_counter() - started, 6)
        known = {"remote": request.remote, "seconds": took, "sent": sent}
        log.log(level, "%s %s", _place(request), status, extra=known)


def _place(request: web.Request) -> str:
    """The verb and the resource of a request: "POST /xmlrpc.cgi", "GET /rest/{path}"."""
    resource = request.match_info.route.resource
    verb = request.method if request.method in hdrs.METH_ALL else "an unknown verb at"
    return f"{verb} {resource.canonical if resource else 'nowhere'}"
