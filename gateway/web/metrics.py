"""Metrics for Prometheus: calls, errors by code, bytes and latency, by protocol and method.

The numbers of several workers are added up: the parent names a folder in PROMETHEUS_MULTIPROC_DIR before they start,
and prometheus_client keeps them there.
"""

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("protocol", "method")
        self._calls = Counter("gateway_calls", "Calls answered.", labels, registry=self._registry)
        self._errors = Counter("gateway_errors", "Calls that failed.", (*labels, "code"), registry=self._registry)
        self._seconds = Histogram(
            "gateway_call_seconds", "Seconds a call took.", labels, buckets=_SECONDS, registry=self._registry
        )
        self._known: dict[tuple[str, str], tuple[Counter, Histogram]] = {}
        self._received = Counter("gateway_received_bytes", "Bytes of bodies received.", registry=self._registry)
        self._sent = Counter("gateway_sent_bytes", "Bytes of bodies sent.", registry=self._registry)
        self._requests = Gauge(
            "gateway_requests_in_flight",
            "Requests being answered.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        self._site_seconds = Histogram(
            "gateway_site_seconds",
            "Seconds that the site behind a front took for a request, by its HTTP status or what went wrong.",
            ("outcome",),
            buckets=_SECONDS,
            registry=self._registry,
        )

    def call(self, protocol: str, method: str, code: int, seconds: float) -> None:
        """Count a call that took so long; `code` is that of its error, 0 for success."""
        calls, durations = self._of(protocol, method)
        calls.inc()
        durations.observe(seconds)
        if code:
            self._errors.labels(protocol, method, code).inc()

    def _of(self, protocol: str, method: str) -> tuple[Counter, Histogram]:
        """The counters of a method, cached: looking them up in prometheus_client costs more than counting."""
        key = (protocol, method)
        if key not in self._known:
            self._known[key] = (self._calls.labels(*key), self._seconds.labels(*key))
        return self._known[key]

    def began(self) -> None:
        """Count a request that begins."""
        self._requests.inc()

    def ended(self, received: int, sent: int) -> None:
        """Count a request that ends, with the bytes of its body and of the answer's."""
        self._requests.dec()
        self._received.inc(received)
        self._sent.inc(sent)

    def site_request(self, outcome: str, seconds: float) -> None:
        """Count a request to the site behind a front; `outcome` is a status, or a word for what went wrong."""
        self._site_seconds.labels(outcome).observe(seconds)

    def page(self) -> bytes:
        """All metrics in Prometheus's text format."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self._registry)
        everybodys = CollectorRegistry()
        MultiProcessCollector(everybodys)  # type: ignore[no-untyped-call] # the library does not annotate it
        return generate_latest(everybodys)
