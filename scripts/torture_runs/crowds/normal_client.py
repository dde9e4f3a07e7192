"""A client that lists attachments, one call after the other, and notes how long each takes."""

import http.client
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import quantiles

PATIENCE = 60.0
"""Seconds after which an answer is taken not to come."""

PAUSE = 0.01
"""Seconds between two calls."""


@dataclass
class NormalClient:
    """Its calls since it was last asked, which come from an address of their own.

    The time of a call without waiting for a processor leaves out for how long this thread and that of the event loop of
    the process `pid` were ready to run, and had none: on a busy machine that is most of the time.
    """

    port: int
    pid: int
    source: str = "127.0.0.1"
    times: list[float] = field(default_factory=list)
    own_times: list[float] = field(default_factory=list)
    """The same without waiting for a processor."""
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
        began, waited = time.perf_counter(), self._waited()
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
        took = time.perf_counter() - began
        self.times.append(took)
        self.own_times.append(max(took - self._waited() + waited, 0.0))

    def _waited(self) -> float:
        """The seconds for which both threads have waited for a processor so far."""
        threads = Path("/proc/thread-self/schedstat"), Path(f"/proc/{self.pid}/task/{self.pid}/schedstat")
        return sum(int(each.read_text().split()[1]) for each in threads) / 1e9

    def take_p99(self) -> tuple[float, float]:
        """The time that 99 of 100 calls took no longer than, in milliseconds; the calls so far are forgotten.

        The second figure is that without waiting for a processor.
        """
        times, own, self.times, self.own_times = self.times, self.own_times, [], []
        return _p99(times), _p99(own)


def _p99(times: list[float]) -> float:
    return 1000 * (quantiles(times, n=100)[98] if len(times) > 1 else times[0])
