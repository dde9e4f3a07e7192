"""Health, readiness and metrics: `/healthz`, `/readyz` and `/metrics`."""

import logging
import time

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from gateway.methods.service import Service
from gateway.web.metrics import Metrics
from gateway.web.process_measures import disk_free_bytes

_NOW = {"Cache-Control": "no-store"}  # an answer is true of the moment only

_MEASURED_FOR = 60.0
"""Seconds for which the measures of a site are not taken again: each takes a look at all attachments."""

log = logging.getLogger(__name__)


class Health:
    """The endpoint for monitoring."""

    def __init__(self, service: Service, metrics: Metrics) -> None:
        self._service = service
        self._metrics = metrics
        self._measured = -_MEASURED_FOR

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        routes = [web.get("/healthz", self.health), web.get("/readyz", self.readiness)]
        if self._service.settings.metrics:
            routes.append(web.get("/metrics", self.metrics))
        return routes

    async def health(self, _: web.Request) -> web.Response:
        """Answer while the process lives."""
        return web.json_response({"status": "ok"}, headers=_NOW)

    async def readiness(self, _: web.Request) -> web.Response:
        """Answer 200 with the `uid` of the site if calls can be answered, else 503; the reason is in the log only."""
        try:
            uid = await self._service.ready()
        except Exception as problem:
            log.warning("not ready: %s", problem)
            return web.json_response({"status": "calls cannot be answered"}, status=503, headers=_NOW)
        return web.json_response({"status": "ok", **({"site": uid} if uid else {})}, headers=_NOW)

    async def metrics(self, _: web.Request) -> web.Response:
        """Send the counters to Prometheus, with measures of the site that are a minute old at most."""
        self._metrics.set_disk(disk_free_bytes(self._service.settings.spools))
        if time.monotonic() > self._measured + _MEASURED_FOR:
            self._measured = time.monotonic()
            try:
                if measures := await self._service.measure():
                    self._metrics.set_site(measures)
            except Exception as problem:
                log.warning("the site was not measured: %s", problem)
        return web.Response(body=self._metrics.page(), headers={"Content-Type": CONTENT_TYPE_LATEST, **_NOW})
