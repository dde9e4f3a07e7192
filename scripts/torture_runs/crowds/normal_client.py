"""A client that lists attachments, one call after the other, and notes how long each takes."""

import http.client
import time
from dataclasses import dataclass, field
from itertools import count
from statistics import quantiles

PATIENCE = 60.0
"""Seconds after which an answer is taken not to come."""

PAUSE = 0.01
"""Seconds between two calls."""


@dataclass
class NormalClient:
    """Its calls since it was last asked, which come from an address of their own."""

    port: int
    source: str = "127.0.0.1"
    times: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
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
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, PATIENCE, source_address=(self.source, 0))
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            if answer.status != http.client.OK:
                self.failures.append(f"status {answer.status}")
        except (OSError, http.client.HTTPException) as error:
            self.failures.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()
        self.times.append(time.perf_counter() - began)

    def take_p99(self) -> float:
        """The time that 99 of 100 calls took no longer than, in milliseconds; the calls so far are forgotten."""
        times, self.times = self.times, []
        return 1000 * (quantiles(times, n=100)[98] if len(times) > 1 else times[0])
