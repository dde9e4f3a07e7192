"""A client that lists attachments, one call after the other, and notes how long each takes."""

import http.client
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import quantiles

PATIENCE = 60.0
"""Seconds after which an answer is taken not to come."""

PAUSE = 0.01
"""Seconds between two calls."""


@dataclass(frozen=True, slots=True)
class CallTime:
    """The seconds that a call took, and those without waiting for a processor."""

    took: float
    own: float


@dataclass
class NormalClient:
    """Its calls since it was last asked, which come from an address of their own.

    The time of a call without waiting for a processor leaves out for how long this thread and that of the event loop of
    the process `pid` were ready to run, and had none: on a busy machine that is most of the time.
    """

    port: int
    pid: int
    source: str = "127.0.0.1"
    _times: list[CallTime] = field(default_factory=list)
    _failures: list[str] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    def work(self, seconds: float) -> None:
        """Call for so long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.call()
            time.sleep(PAUSE)

    def call(self) -> None:
        """Make one call, on a connection of its own."""
        path = f"/rest/bug/5/attachment?exclude_fields=data,{next(self._numbers)}"
        began, waited = time.perf_counter(), self._waited()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, PATIENCE, source_address=(self.source, 0))
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            if answer.status != http.client.OK:
                self._failures.append(f"status {answer.status}")
        except (OSError, http.client.HTTPException) as error:
            self._failures.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()
        took = time.perf_counter() - began
        self._times.append(CallTime(took, max(took - self._waited() + waited, 0.0)))

    def _waited(self) -> float:
        """The seconds for which both threads have waited for a processor so far."""
        threads = Path("/proc/thread-self/schedstat"), Path(f"/proc/{self.pid}/task/{self.pid}/schedstat")
        return sum(int(each.read_text().split()[1]) for each in threads) / 1e9

    def take(self) -> list[CallTime]:
        """Return the times of the calls, and forget them."""
        times, self._times = self._times, []
        return times

    def take_failures(self) -> list[str]:
        """Return what went wrong, and forget it."""
        failures, self._failures = self._failures, []
        return failures


def p99(times: Iterable[float]) -> float:
    """Return the milliseconds that 99 of 100 calls took no longer than."""
    known = list(times)
    return 1000 * (quantiles(known, n=100)[98] if len(known) > 1 else known[0])
