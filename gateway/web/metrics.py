"""Metrics for Prometheus: calls, errors by code, bytes and latency, by protocol and method.

The numbers of several workers are added up: the parent names a folder in PROMETHEUS_MULTIPROC_DIR before they start,
and prometheus_client keeps them there.
"""

import os
import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from gateway import __version__
from gateway.methods.measures import Measures
from gateway.web.process_measures import memory_bytes, open_files

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

_SITE = {
    "gateway_database_bytes": ("database_bytes", "Size of the database, in bytes."),
    "gateway_attachments": ("attachments", "Attachments of the site."),
    "gateway_attachment_bytes": ("attachment_bytes", "Size of the content of all attachments, in bytes."),
    "gateway_lockouts": ("lockouts", "Accounts that are locked after wrong passwords, for each network."),
}
"""The metrics of a site: the field of its `Measures`, and the text that explains it."""


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

        self._version = self._gauge("gateway_version", "1, with the version of the gateway.", "max", "version")
        self._site_requests = self._gauge(
            "gateway_site_requests_in_flight", "Requests to the site behind a front, with those that wait.", "livesum"
        )
        self._memory = self._gauge("gateway_memory_bytes", "Memory in use, in bytes.", "livesum")
        self._files = self._gauge("gateway_open_files", "Files and connections that are open.", "livesum")
        self._disk = self._gauge("gateway_disk_free_bytes", "Free space for unfinished requests, in bytes.")
        self._site: dict[str, Gauge] = {}
        self._measured = 0.0
        self.measure_process()
        self._version.labels(__version__).set(1)

    def _gauge(self, name: str, text: str, mode: str = "mostrecent", *labels: str) -> Gauge:
        return Gauge(name, text, labels, registry=self._registry, multiprocess_mode=mode)  # type: ignore[arg-type]

    def measure_process(self) -> None:
        """Measure this process, unless that was done within the last second."""
        now = time.monotonic()
        if now > self._measured + 1:
            self._measured = now
            self._memory.set(memory_bytes())
            self._files.set(open_files())

    def set_disk(self, free_bytes: int) -> None:
        """Set the free space for unfinished requests."""
        self._disk.set(free_bytes)

    def set_site(self, measures: Measures) -> None:
        """Set the measures of a site."""
        for name, (field, text) in _SITE.items():
            if name not in self._site:  # a front has none of them
                self._site[name] = self._gauge(name, text)
            self._site[name].set(getattr(measures, field))

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
        self.measure_process()
        self._received.inc(received)
        self._sent.inc(sent)

    def site_request(self, outcome: str, seconds: float) -> None:
        """Count a request to the site behind a front; `outcome` is a status, or a word for what went wrong."""
        self._site_seconds.labels(outcome).observe(seconds)

    def site_requests_in_flight(self, change: int) -> None:
        """Count a request to the site behind a front that begins to wait for its turn (1), or has ended (-1)."""
        self._site_requests.inc(change)

    def page(self) -> bytes:
        """All metrics in Prometheus's text format."""
        self.measure_process()
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self._registry)
        everybodys = CollectorRegistry()
        MultiProcessCollector(everybodys)  # type: ignore[no-untyped-call] # the library does not annotate it
        return generate_latest(everybodys)
