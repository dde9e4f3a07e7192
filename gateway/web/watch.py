"""Watches requests go by: counts them, logs those that fail, and waits for the last of them when the server stops.

What is logged of a request is the resource that it meant, as the application has it, the status and the duration. Never
its query string, headers or body, which carry passwords, keys and tokens; nor its path as it came, into which a client
that makes a mistake puts them too. Which method was called, and what came of it, the service logs.
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

MOMENT = 1.0
"""Seconds that an idle connection has for one more request, which may be on its way, when the server is to stop."""


class Watch:
    """The requests that are being answered."""

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
        """Wait until no request is left; after so many seconds give up those that are.

        While connections `are_idle` they have a moment to say what they want. aiohttp's own shutdown ignores what
        arrives from then on, so that uploads under way would be lost: it is to begin only after this. Until then
        connections take one request at most.
        """
        self._finishing = True
        with suppress(TimeoutError):
            await asyncio.wait_for(_while(are_idle), MOMENT)
        if self._tasks:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._none_left.wait(), seconds)
        for task in self._tasks:
            task.cancel()


async def _while(are_idle: Callable[[], bool]) -> None:
    while are_idle():  # noqa: ASYNC110 (connections tell nobody when they are not)
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
