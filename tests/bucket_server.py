"""A service with buckets for tests: moto's server, a process of its own that can be stopped and continued."""

import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from socket import create_connection

from ports import free_port

PATIENCE = 60.0
"""Seconds after which a server that does not answer fails its test."""


@dataclass(frozen=True)
class Buckets:
    """The service, while it runs."""

    url: str
    process: subprocess.Popen[bytes]
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def config(self) -> dict[str, str]:
        """How obstore reaches it."""
        return {
            "endpoint_url": self.url,
            "region": "us-east-1",
            "access_key_id": "key",
            "secret_access_key": "s3-secret-of-tests",
        }

    @property
    def environment(self) -> dict[str, str]:
        """How a gateway reaches it."""
        return {f"AWS_{name.upper()}": value for name, value in self.config.items()}

    def new(self) -> str:
        """The address of a new bucket, with a prefix."""
        name = f"bucket-{next(self._numbers)}"
        request = urllib.request.Request(f"{self.url}/{name}", method="PUT")
        with urllib.request.urlopen(request, timeout=PATIENCE):
            return f"s3://{name}/of/tests"

    def hang(self) -> None:
        """Take connections and answer nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Answer again."""
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def running_buckets() -> Iterator[Buckets]:
    """Run the service until the end of the block, with nothing in it."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port, process)
        yield Buckets(f"http://127.0.0.1:{port}", process)
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("The service with buckets did not start.")
