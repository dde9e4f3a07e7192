"""Watches requests go by: counts them, and logs those that change or fail something.

What is logged of a request is its method, path, status and duration. Never its query string, headers or body: they
carry passwords, keys and tokens.
"""

import logging
import time

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from gateway.web.metrics import Metrics

log = logging.getLogger(__name__)


def watch(metrics: Metrics) -> Middleware:
    """The middleware."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.perf_counter()
        metrics.began()
        sent, status = 0, 500
        try:
            response = await handler(request)
        except web.HTTPException as answer:
            status = answer.status
            raise
        else:
            status, sent = response.status, response.content_length or 0
            return response
        finally:
            metrics.ended(request.content.total_bytes, sent)
            level = logging.WARNING if status >= 500 else logging.DEBUG
            if log.isEnabledFor(level):
                took = round(time.perf_counter() - started, 6)
                log.log(
                    level,
                    "%s %s %s",
                    request.method,
                    request.path,
                    status,
                    extra={"remote": request.remote, "seconds": took, "sent": sent},
                )

    return middleware
